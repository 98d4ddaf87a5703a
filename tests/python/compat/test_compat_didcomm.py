"""Programs written for SICPA's didcomm run on the core and get the same errors."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest

import pydidcomm
from pydidcomm.compat.didcomm import (
    AnonCryptAlg,
    Attachment,
    AttachmentDataJson,
    AuthCryptAlg,
    DIDDoc,
    DIDResolver,
    DIDResolverInMemory,
    FromPrior,
    Message,
    Metadata,
    PackEncryptedConfig,
    PackEncryptedParameters,
    ResolversConfig,
    SecretsResolverInMemory,
    SignAlg,
    UnpackConfig,
    VerificationMethod,
    pack_encrypted,
    pack_plaintext,
    pack_signed,
    unpack,
)
from pydidcomm.compat.didcomm.did_doc.did_resolver import ChainedDIDResolver
from pydidcomm.compat.didcomm.errors import (
    DIDCommValueError,
    DIDDocNotResolvedError,
    DIDUrlNotFoundError,
    IncompatibleCryptoError,
    InvalidDIDDocError,
    MalformedMessageCode,
    MalformedMessageError,
    SecretNotFoundError,
)
from pydidcomm.compat.didcomm.secrets.secrets_util import jwk_to_secret
from support import forge
from support.forge import plaintext
from support.parties import HELLO, Key, Party
from support.sicpa import World, proposal

# the types in these tests are no Message Type URIs where the tutorial's are none
pytestmark = pytest.mark.filterwarnings("ignore::pydidcomm.MessageTypeWarning")


async def code_of(packed: Any, config: ResolversConfig) -> MalformedMessageCode:  # noqa: ANN401, any envelope
    with pytest.raises(MalformedMessageError) as caught:
        await unpack(config, packed)
    assert isinstance(caught.value.__cause__, pydidcomm.DIDCommError)
    assert str(caught.value.__cause__) == caught.value.message
    return caught.value.code


# what packing and unpacking tell


async def test_authcrypt_metadata_equals_that_of_the_original(world: World, alice: Party, bob: Party) -> None:
    sent = proposal(frm=alice.did, to=[bob.did], created_time=1, pthid="p", custom_headers={"x": None})
    packed = await pack_encrypted(world.of(alice), sent, bob.did, alice.did)
    assert packed.to_kids == bob.kids
    assert (packed.from_kid, packed.sign_from_kid) == (alice.key.kid, None)
    assert packed.service_metadata is None
    received = await unpack(world.of(bob), packed.packed_msg)
    assert received.message == sent
    assert type(received.message) is Message
    assert received.metadata == Metadata(
        encrypted=True,
        authenticated=True,
        non_repudiation=False,
        anonymous_sender=False,
        encrypted_from=alice.key.kid,
        encrypted_to=bob.kids,
        enc_alg_auth=AuthCryptAlg.A256CBC_HS512_ECDH_1PU_A256KW,
    )


@pytest.mark.parametrize("protect", [False, True])
async def test_a_sender_and_a_signer_give_authcrypt_around_a_signature(
    world: World, alice: Party, bob: Party, *, protect: bool
) -> None:
    config = PackEncryptedConfig(protect_sender_id=protect, enc_alg_anon=AnonCryptAlg.A256GCM_ECDH_ES_A256KW)
    packed = await pack_encrypted(world.of(alice), proposal(), bob.did, alice.did, alice.did, config)
    received = await unpack(world.of(bob), json.loads(packed.packed_msg))
    metadata = received.metadata
    assert metadata.encrypted_from == alice.key.kid
    assert metadata.sign_from == packed.sign_from_kid == alice.signing.kid
    assert metadata.sign_alg is SignAlg.ED25519
    assert metadata.non_repudiation
    assert metadata.anonymous_sender is protect
    assert metadata.enc_alg_anon is (AnonCryptAlg.A256GCM_ECDH_ES_A256KW if protect else None)
    assert json.loads(metadata.signed_message or "")["signatures"]


async def test_anoncrypt_uses_the_algorithm_that_the_original_prefers(
    world: World, alice: Party, bob: Party
) -> None:
    packed = await pack_encrypted(world.of(alice), proposal(to=[bob.did]), bob.kids[1])
    assert packed.to_kids == [bob.kids[1]]
    received = await unpack(world.of(bob), packed.packed_msg)
    assert received.metadata.enc_alg_anon is AnonCryptAlg.XC20P_ECDH_ES_A256KW
    assert not received.metadata.authenticated


async def test_a_signed_and_a_plaintext_message(world: World, alice: Party, bob: Party) -> None:
    signed = await pack_signed(world.of(alice), proposal(frm=alice.did, to=[bob.did]), alice.signing.kid)
    assert signed.sign_from_kid == alice.signing.kid
    assert (await unpack(world.of(bob), signed.packed_msg)).metadata.sign_from == alice.signing.kid
    sent = proposal(id="one", thid="two", attachments=[Attachment(AttachmentDataJson({"a": [1]}))])
    plain = await pack_plaintext(world.of(alice), sent)
    assert json.loads(plain.packed_msg) == sent.as_dict()
    assert (await unpack(world.of(bob), plain.packed_msg)).message == sent


async def test_a_message_may_be_a_json_object(world: World, alice: Party, bob: Party) -> None:
    sent: dict[str, Any] = {"id": "one", "type": HELLO, "body": {}, "from": alice.did, "to": [bob.did]}
    before = copy.deepcopy(sent)
    packed = await pack_encrypted(world.of(alice), sent, bob.did, alice.did)
    assert sent == before
    received = await unpack(world.of(bob), packed.packed_msg, deserializer=lambda plain: plain["from"])
    assert received.message == alice.did


async def test_members_required_by_v2_1_are_filled_in_or_warned_about(
    world: World, alice: Party, bob: Party, carol: Party
) -> None:
    sent = proposal()
    packed = await pack_encrypted(world.of(alice), sent, bob.did, sign_frm=alice.did)
    assert (sent.frm, sent.to) == (alice.did, [bob.did])
    assert (await unpack(world.of(bob), packed.packed_msg)).message == sent
    # to the next recipient the parties are named anew, and where they are not required they are removed
    packed = await pack_encrypted(world.of(alice), sent, carol.did, sign_frm=alice.did)
    assert (await unpack(world.of(carol), packed.packed_msg)).message.to == [carol.did] == sent.to
    packed = await pack_encrypted(world.of(alice), sent, bob.did)
    assert [sent.frm, sent.to] == [None, None]
    assert (await unpack(world.of(bob), packed.packed_msg)).message == sent
    with pytest.warns(pydidcomm.MissingToWarning):
        await pack_signed(world.of(alice), sent, alice.did)
    assert [sent.frm, sent.to] == [alice.did, None]


async def test_options_of_pydidcomm_are_accepted(world: World, alice: Party, bob: Party) -> None:
    config = pydidcomm.PackEncryptedConfig(enc_alg_anon=pydidcomm.AnonCryptAlg.A256GCM_ECDH_ES_A256KW)
    params = pydidcomm.PackEncryptedParameters(forward_schemes=["https"])
    with pytest.raises(InvalidDIDDocError):
        await pack_encrypted(world.of(alice), proposal(), bob.did, None, None, config, params)
    packed = await pack_encrypted(
        world.of(alice), proposal(to=[alice.did, bob.did]), bob.did, None, None, config
    )
    received = await unpack(world.of(bob), packed.packed_msg)
    assert received.metadata.enc_alg_anon is AnonCryptAlg.A256GCM_ECDH_ES_A256KW
    curves = pydidcomm.PackEncryptedConfig(curves=["P-256"])
    with pytest.raises(DIDCommValueError, match="no key under keyAgreement is supported"):
        await pack_encrypted(world.of(alice), proposal(), bob.did, pack_config=curves)
    stray = forge.encrypt(plaintext(to=[alice.did]), bob.agreement)
    assert await code_of(stray, world.of(bob)) is MalformedMessageCode.INVALID_MESSAGE
    lenient = pydidcomm.UnpackConfig(to_mismatch="warning")
    assert (await unpack(world.of(bob), stray, lenient)).message.to == [alice.did]


# what is not copied


async def test_a_forged_sender_is_refused(world: World, alice: Party, bob: Party, mallory: Party) -> None:
    claim = plaintext(from_=alice.did, to=[bob.did])
    invalid = MalformedMessageCode.INVALID_MESSAGE
    assert await code_of(forge.encrypt(claim, bob.agreement, sender=mallory.key), world.of(bob)) is invalid
    assert await code_of(forge.sign(claim, mallory.signing), world.of(bob)) is invalid
    honest = forge.encrypt(claim, bob.agreement, sender=alice.key)
    assert (await unpack(world.of(bob), honest)).message.frm == alice.did


async def test_a_rotation_that_the_prior_did_did_not_sign_is_refused(
    world: World, alice: Party, bob: Party, carol: Party, mallory: Party
) -> None:
    def rotated(signer: Key, **claims: Any) -> Any:  # noqa: ANN401, an envelope
        token = forge.jwt({"iss": alice.did, "sub": carol.did, "iat": 1516269022, **claims}, signer)
        message = plaintext(from_=carol.did, to=[bob.did], from_prior=token)
        return forge.encrypt(message, bob.agreement, sender=carol.key)

    received = await unpack(world.of(bob), rotated(alice.signing))
    assert received.message.from_prior == FromPrior(alice.did, carol.did, iat=1516269022)
    assert received.metadata.from_prior_issuer_kid == alice.signing.kid
    assert received.metadata.from_prior_jwt
    invalid = MalformedMessageCode.INVALID_MESSAGE
    for stray in (
        rotated(mallory.signing),
        rotated(alice.signing, sub=mallory.did),
        rotated(alice.signing, exp=int(time.time()) - 1000),
    ):
        assert await code_of(stray, world.of(bob)) is invalid
    open_token = forge.jwt({"iss": alice.did, "sub": carol.did, "iat": 1516269022}, alice.signing)
    in_the_open = plaintext(from_=carol.did, from_prior=open_token)
    assert await code_of(in_the_open, world.of(bob)) is invalid


async def test_a_key_outside_of_its_relationship_is_refused(world: World, alice: Party, bob: Party) -> None:
    document = world.documents[alice.did]
    document.key_agreement, document.authentication = [], []
    message = plaintext(from_=alice.did, to=[bob.did])
    for stray in (
        forge.encrypt(message, bob.agreement, sender=alice.key),
        forge.sign(message, alice.signing),
    ):
        with pytest.raises(DIDUrlNotFoundError):
            await unpack(world.of(bob), stray)
    # the same error for keys of the sender
    with pytest.raises(DIDUrlNotFoundError):
        await pack_encrypted(world.of(alice), proposal(), bob.did, alice.key.kid)


async def test_a_rotation_is_announced_in_an_encrypted_message_only(
    world: World, alice: Party, bob: Party, carol: Party
) -> None:
    message = proposal(frm=carol.did, to=[bob.did], from_prior=FromPrior(alice.did, carol.did))
    config = ResolversConfig(
        SecretsResolverInMemory(
            [jwk_to_secret(key.secret_jwk) for key in (alice.signing, carol.key, carol.signing)]
        ),
        world.of(alice).did_resolver,
    )
    with pytest.raises(DIDCommValueError, match="requires an encrypted message"):
        await pack_plaintext(config, message)
    with pytest.raises(DIDCommValueError, match="requires an encrypted message"):
        await pack_signed(config, message, carol.did)
    params = PackEncryptedParameters(from_prior_issuer_kid=alice.signing.kid)
    packed = await pack_encrypted(config, message, bob.did, carol.did, pack_params=params)
    assert packed.from_prior_issuer_kid == alice.signing.kid
    received = (await unpack(world.of(bob), packed.packed_msg)).message
    assert received == message
    assert abs(received.from_prior.iat - time.time()) < 60


async def test_a_relationship_ends_without_a_new_did(world: World, alice: Party, bob: Party) -> None:
    goodbye = proposal(to=[bob.did], from_prior=FromPrior(iss=alice.did, sub=None))
    packed = await pack_encrypted(world.of(alice), goodbye, bob.did)
    received = (await unpack(world.of(bob), packed.packed_msg)).message
    assert (received.frm, received.from_prior.iss, received.from_prior.sub) == (None, alice.did, None)
    assert received == goodbye


# errors


async def test_an_unreadable_message_raises_the_error_code_of_the_original(
    world: World, alice: Party, bob: Party
) -> None:
    config = world.of(bob)
    broken = forge.encrypt(plaintext(to=[bob.did]), bob.agreement)
    broken["ciphertext"] = broken["ciphertext"][:-4] + "AAAA"
    assert await code_of(broken, config) is MalformedMessageCode.CAN_NOT_DECRYPT
    signed = forge.sign(plaintext(from_=alice.did), alice.signing)
    signed["signatures"][0]["signature"] = forge.sign(plaintext(), alice.signing)["signatures"][0][
        "signature"
    ]
    assert await code_of(signed, config) is MalformedMessageCode.INVALID_SIGNATURE
    assert await code_of({"id": "one", "type": 1}, config) is MalformedMessageCode.INVALID_PLAINTEXT
    assert await code_of("{", config) is MalformedMessageCode.INVALID_MESSAGE
    for neither in (b"{}", None, 1):
        with pytest.raises(DIDCommValueError, match="unexpected type"):
            await unpack(config, neither)  # type: ignore[arg-type]


async def test_a_missing_did_or_key_raises_the_error_of_the_original(
    world: World, alice: Party, bob: Party, carol: Party
) -> None:
    config = world.of(alice)
    with pytest.raises(DIDDocNotResolvedError) as caught:
        await pack_encrypted(config, proposal(), "did:example:unknown")
    assert caught.value.message == "DID `did:example:unknown` is not found in DID resolver"
    with pytest.raises(DIDUrlNotFoundError):
        await pack_encrypted(config, proposal(), f"{bob.did}#nothing")
    for sender, signer in ((f"{alice.did}#nothing", None), (alice.did, f"{alice.did}#nothing")):
        with pytest.raises(SecretNotFoundError):
            await pack_encrypted(config, proposal(), bob.did, sender, signer)
    with pytest.raises(SecretNotFoundError):
        await pack_encrypted(world.of(alice, without=alice.key.kid), proposal(), bob.did, alice.did)
    with pytest.raises(DIDUrlNotFoundError):
        await unpack(world.of(carol), forge.encrypt(plaintext(), bob.agreement))


async def test_expect_decrypt_by_all_keys_requires_every_available_secret(world: World, bob: Party) -> None:
    everything = UnpackConfig(expect_decrypt_by_all_keys=True)
    packed = forge.encrypt(plaintext(), bob.agreement)
    assert (await unpack(world.of(bob), packed, everything)).message.id == "one"
    assert (await unpack(world.of(bob, without=bob.kids[2]), packed, everything)).message.id == "one"
    strange = [*bob.agreement[:2], Key("did:example:strange#k")]
    renamed = [{**key.secret_jwk, "kid": kid} for key, kid in zip(strange, bob.kids, strict=True)]
    secrets = SecretsResolverInMemory([jwk_to_secret(jwk) for jwk in renamed])
    config = ResolversConfig(secrets, world.of(bob).did_resolver)
    assert (await unpack(config, packed)).message.id == "one"
    with pytest.raises(MalformedMessageError) as caught:
        await unpack(config, packed, everything)
    assert caught.value.code is MalformedMessageCode.CAN_NOT_DECRYPT
    with pytest.raises(DIDUrlNotFoundError):
        await unpack(
            world.of(bob, without=bob.kids[2]),
            packed,
            pydidcomm.UnpackConfig(expect_decrypt_by_all_keys=True),
        )


async def test_incompatible_keys_raise_the_error_of_the_original(
    world: World, alice: Party, bob: Party
) -> None:
    other = pydidcomm.Secret.generate("P-256", kid=f"{alice.did}#p")
    method = VerificationMethod(other.kid, "JsonWebKey2020", alice.did, public_key_jwk=other.public_jwk())
    document = DIDDoc(alice.did, [other.kid], [], [method], [])
    secrets = SecretsResolverInMemory([jwk_to_secret(other.expose_jwk())])
    config = ResolversConfig(secrets, DIDResolverInMemory([document, world.documents[bob.did]]))
    with pytest.raises(IncompatibleCryptoError) as caught:
        await pack_encrypted(config, proposal(), bob.did, alice.did)
    assert "incompatible" in caught.value.message


@pytest.mark.parametrize(
    ("to", "frm", "sign_frm", "headers"),
    [
        ("unknown", None, None, {}),
        ("did:example:bob", "unknown", None, {}),
        ("did:example:bob", None, "unknown", {}),
        ("did:example:bob", None, None, {"to": ["did:example:carol"]}),
        ("did:example:bob", "did:example:alice", None, {"frm": "did:example:carol"}),
        ("did:example:bob", None, "did:example:alice", {"frm": "did:example:carol"}),
        ("did:example:bob", None, None, {"id": "an id"}),
    ],
)
async def test_contradictory_arguments_are_not_packed(  # noqa: PLR0913, PLR0917, what is packed
    world: World, alice: Party, to: str, frm: str | None, sign_frm: str | None, headers: dict[str, Any]
) -> None:
    with pytest.raises(DIDCommValueError):
        await pack_encrypted(world.of(alice), proposal(**headers), to, frm, sign_frm)


async def test_an_exception_of_a_resolver_is_raised_unchanged(world: World, alice: Party, bob: Party) -> None:
    class Broken(DIDResolver):
        async def resolve(self, did: str) -> DIDDoc | None:
            raise ValueError(did)

    config = ResolversConfig(world.of(alice).secrets_resolver, Broken())
    with pytest.raises(ValueError, match=bob.did) as caught:
        await pack_encrypted(config, proposal(), bob.did)
    assert type(caught.value) is ValueError
    config = ResolversConfig(world.of(alice).secrets_resolver, ChainedDIDResolver([Empty(), Broken()]))
    with pytest.raises(ValueError, match=bob.did):
        await pack_encrypted(config, proposal(), bob.did)


class Empty(DIDResolver):
    async def resolve(self, did: str) -> DIDDoc | None:
        return None
