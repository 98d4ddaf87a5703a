"""Programs written for SICPA's didcomm run on the core and get the same errors."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import json
import time
from typing import Any, cast

import attrs
import pytest

import pydidcomm
from pydidcomm.compat.didcomm import (
    AnonCryptAlg,
    Attachment,
    AttachmentDataBase64,
    AttachmentDataJson,
    AttachmentDataLinks,
    AuthCryptAlg,
    DIDCommService,
    DIDDoc,
    DIDResolver,
    DIDResolverInMemory,
    ForwardMessage,
    FromPrior,
    Message,
    Metadata,
    PackEncryptedConfig,
    PackEncryptedParameters,
    ResolversConfig,
    Secret,
    SecretsResolverInMemory,
    SignAlg,
    UnpackConfig,
    VerificationMaterial,
    VerificationMaterialFormat,
    VerificationMethod,
    VerificationMethodType,
    is_forward,
    pack_encrypted,
    pack_plaintext,
    pack_signed,
    unpack,
    unpack_forward,
    wrap_in_forward,
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
from pydidcomm.compat.didcomm.protocols.routing.forward import find_did_service, resolve_did_services_chain
from pydidcomm.compat.didcomm.secrets.secrets_resolver_demo import SecretsResolverDemo
from pydidcomm.compat.didcomm.secrets.secrets_util import jwk_to_secret, secret_to_jwk_dict
from support import forge
from support.forge import plaintext
from support.parties import HELLO, MULTICODEC, Key, Party, base58

# the types in these tests are no Message Type URIs where the tutorial's are none
pytestmark = pytest.mark.filterwarnings("ignore::pydidcomm.MessageTypeWarning")


@pytest.fixture
def mediator() -> Party:
    return Party("did:example:mediator")


@pytest.fixture
def world(alice: Party, bob: Party, carol: Party, mallory: Party, mediator: Party) -> World:
    return World(alice, bob, carol, mallory, mediator)


class World:
    """The parties of the other tests, as applications of didcomm know them."""

    def __init__(self, *parties: Party) -> None:
        self.documents = {party.did: DIDDoc.deserialize(party.document) for party in parties}

    def of(self, party: Party, *, without: str = "") -> ResolversConfig:
        keys = [key for key in (*party.agreement, party.signing) if key.kid != without]
        secrets = SecretsResolverInMemory([jwk_to_secret(key.secret_jwk) for key in keys])
        return ResolversConfig(secrets, DIDResolverInMemory([*self.documents.values()]))

    def serve(self, party: Party, service: Any) -> None:  # noqa: ANN401, any service of pydid
        self.documents[party.did].service = [service]


def proposal(**arguments: Any) -> Message:  # noqa: ANN401, the arguments of Message
    headers: dict[str, Any] = {"type": HELLO, "body": {"msg": "Hi"}, **arguments}
    return Message(**headers)


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


# mediators


async def test_a_message_goes_over_the_mediators_of_its_recipient(
    world: World, alice: Party, bob: Party, mediator: Party
) -> None:
    """The type of the service and whether it has recipient keys make no difference, as in the original."""
    world.serve(mediator, DIDCommService("#m", "https://mediator.example", [], ["didcomm/v2"]))
    service = DIDCommService(
        id=f"{bob.did}#s",
        service_endpoint=mediator.did,
        recipient_keys=[],
        routing_keys=[],
        accept=["didcomm/aip1", "didcomm/v2"],
    )
    world.serve(bob, service)
    assert service.type == "did-communication"
    sent = proposal(frm=alice.did, to=[bob.did])
    packed = await pack_encrypted(world.of(alice), sent, bob.did, alice.did)
    assert packed.service_metadata is not None
    assert packed.service_metadata.id == f"{bob.did}#s"
    assert packed.service_metadata.service_endpoint == "https://mediator.example"
    forwarded = await unpack_forward(world.of(mediator), packed.packed_msg, decrypt_by_all_keys=True)
    assert forwarded.forward_msg.body.next == bob.did
    assert forwarded.forwarded_msg_encrypted_to == mediator.kids
    assert (await unpack(world.of(bob), forwarded.forwarded_msg)).message == sent
    bare = PackEncryptedConfig(forward=False)
    goes_to = packed.service_metadata
    packed = await pack_encrypted(world.of(alice), sent, bob.did, alice.did, pack_config=bare)
    assert packed.service_metadata == goes_to
    assert (await unpack(world.of(bob), packed.packed_msg)).message == sent


async def test_a_message_is_wrapped_by_hand_and_unwrapped(
    world: World, alice: Party, bob: Party, carol: Party, mediator: Party
) -> None:
    packed = await pack_encrypted(world.of(alice), proposal(), bob.did)
    ids = iter(["inner", "outer"])
    wrapped = await wrap_in_forward(
        world.of(alice),
        json.loads(packed.packed_msg),
        bob.did,
        [mediator.did, carol.kids[0]],
        AnonCryptAlg.A256GCM_ECDH_ES_A256KW,
        {"expires_time": 9_999_999_999},
        didcomm_id_generator=lambda: next(ids),
    )
    assert wrapped is not None
    assert wrapped.msg_encrypted.to_kids == mediator.kids
    assert (wrapped.msg.id, wrapped.msg.body.next) == ("outer", carol.kids[0])
    outer = await unpack_forward(world.of(mediator), wrapped.msg_encrypted.msg, decrypt_by_all_keys=False)
    assert outer.forward_msg == wrapped.msg
    assert outer.forward_msg.expires_time == 9_999_999_999
    inner = await unpack_forward(world.of(carol), outer.forwarded_msg, decrypt_by_all_keys=False)
    assert inner.forward_msg.id == "inner"
    assert is_forward(inner.forward_msg.as_dict())
    assert not is_forward(inner.forwarded_msg)
    assert await wrap_in_forward(world.of(alice), {}, bob.did, []) is None
    with pytest.raises(MalformedMessageError):
        await unpack_forward(world.of(bob), packed.packed_msg, decrypt_by_all_keys=False)


async def test_a_further_forward_of_the_mediator_is_reported(world: World, alice: Party, bob: Party) -> None:
    packed = await pack_encrypted(world.of(alice), proposal(), bob.did)
    wrapped = await wrap_in_forward(world.of(alice), json.loads(packed.packed_msg), bob.did, [bob.did])
    assert wrapped is not None
    received = await unpack(world.of(bob), wrapped.msg_encrypted.msg)
    assert received.metadata.re_wrapped_in_forward
    still_wrapped = UnpackConfig(unwrap_re_wrapping_forward=False)
    forward = await unpack(world.of(bob), wrapped.msg_encrypted.msg, still_wrapped, ForwardMessage.from_dict)
    assert forward.message == wrapped.msg


async def test_unsupported_services_are_skipped_where_the_original_fails(
    world: World, alice: Party, bob: Party
) -> None:
    document = world.documents[bob.did].serialize()
    document["service"] = [
        {"id": "#l", "type": "LinkedDomains", "serviceEndpoint": "https://bob.example"},
        {
            "id": "#d",
            "type": "DIDCommMessaging",
            "serviceEndpoint": [{"uri": "https://a", "accept": ["didcomm/v2"]}],
        },
    ]
    world.documents[bob.did] = DIDDoc.deserialize(document)
    assert await find_did_service(world.of(alice), bob.did) is None
    assert await resolve_did_services_chain(world.of(alice), bob.did) == []
    packed = await pack_encrypted(world.of(alice), proposal(), bob.did)
    assert packed.service_metadata is not None
    assert packed.service_metadata.service_endpoint == "https://a"


# documents, keys and messages of either generation


def test_a_document_is_made_from_the_arguments_of_either_generation(alice: Party) -> None:
    material = VerificationMaterial(VerificationMaterialFormat.JWK, json.dumps(alice.key.jwk))
    kind = VerificationMethodType.JSON_WEB_KEY_2020
    old_method = VerificationMethod(alice.key.kid, kind, alice.did, material)
    new_method = VerificationMethod(
        id=alice.key.kid, type=kind, controller=alice.did, public_key_jwk=alice.key.jwk
    )
    assert old_method == new_method
    assert new_method.verification_material == material
    old_service = DIDCommService("#s", "https://a", ["did:example:m#k"], ["didcomm/v2"])
    new_service = DIDCommService(
        id="#s", service_endpoint="https://a", routing_keys=["did:example:m#k"], accept=["didcomm/v2"]
    )
    assert old_service == new_service
    old = DIDDoc(
        did=alice.did,
        key_agreement_kids=alice.kids,
        authentication_kids=[],
        verification_methods=[old_method],
        didcomm_services=[old_service],
    )
    new = DIDDoc(
        id=alice.did,
        key_agreement=alice.kids,
        authentication=[],
        verification_method=[new_method],
        service=[new_service],
    )
    assert old == new == DIDDoc.deserialize(new.serialize()) == copy.deepcopy(new)
    assert (new.did, new.key_agreement_kids, new.authentication_kids) == (alice.did, alice.kids, [])
    assert new.verification_methods == old.verification_method == [new_method]
    assert new.didcomm_services == old.service == [new_service]
    assert new.get_verification_method(alice.key.kid) == new_method
    assert new.get_verification_method("#x") is None
    assert new.get_didcomm_service("#s") == new_service


@pytest.mark.parametrize("curve", ["X25519", "Ed25519"])
async def test_keys_are_read_in_every_form(curve: str, bob: Party) -> None:
    key = Key("did:example:keys#k", curve)
    agreement = Key("did:example:keys#a") if curve == "Ed25519" else key
    private = {"X25519": b"\x82\x26", "Ed25519": b"\x80\x26"}[curve]
    kinds = {"X25519": "X25519KeyAgreementKey", "Ed25519": "Ed25519VerificationKey"}
    years = {"X25519": "2019", "Ed25519": "2018"}
    forms = VerificationMaterialFormat
    materials: list[tuple[str, VerificationMaterial, dict[str, Any]]] = [
        (
            "JsonWebKey2020",
            VerificationMaterial(forms.JWK, json.dumps(key.secret_jwk)),
            {"public_key_jwk": key.jwk},
        ),
        (
            kinds[curve] + years[curve],
            VerificationMaterial(forms.BASE58, base58(key.secret + key.public)),
            {"public_key_base58": base58(key.public)},
        ),
        (
            f"{kinds[curve]}2020",
            VerificationMaterial(forms.MULTIBASE, "z" + base58(private + key.secret + key.public)),
            {"public_key_multibase": "z" + base58(MULTICODEC[curve] + key.public)},
        ),
    ]
    for kind, material, member in materials:
        method = VerificationMethod(id=key.kid, type=kind, controller="did:example:keys", **member)
        methods = [method, VerificationMethod(**agreement.method)] if curve == "Ed25519" else [method]
        document = DIDDoc("did:example:keys", [agreement.kid], [key.kid], methods)
        secrets = SecretsResolverInMemory([Secret(key.kid, kind, material)])
        resolver = DIDResolverInMemory([document, DIDDoc.deserialize(bob.document)])
        config = ResolversConfig(secrets, resolver)
        if curve == "X25519":
            packed = await pack_encrypted(config, proposal(), bob.did, "did:example:keys")
            assert packed.from_kid == key.kid
        else:
            message = proposal(to=["did:example:keys"])
            assert (await pack_signed(config, message, "did:example:keys")).sign_from_kid == key.kid


async def test_an_invalid_secret_raises_the_error_of_the_original(
    world: World, alice: Party, bob: Party
) -> None:
    for material in (
        VerificationMaterial(VerificationMaterialFormat.OTHER, "x"),
        VerificationMaterial(VerificationMaterialFormat.JWK, "{"),
        VerificationMaterial(VerificationMaterialFormat.BASE58, "0"),
    ):
        secrets = SecretsResolverInMemory([Secret(alice.key.kid, "JsonWebKey2020", material)])
        config = ResolversConfig(secrets, world.of(alice).did_resolver)
        with pytest.raises(DIDCommValueError):
            await pack_encrypted(config, proposal(), bob.did, alice.did)


async def test_a_secret_that_was_used_is_copied_and_may_change(
    world: World, alice: Party, bob: Party
) -> None:
    secret = jwk_to_secret(alice.key.secret_jwk)
    config = ResolversConfig(SecretsResolverInMemory([secret]), world.of(alice).did_resolver)
    await pack_encrypted(config, proposal(), bob.did, alice.did)
    assert copy.deepcopy(secret) == secret == dataclasses.replace(secret)
    assert secret_to_jwk_dict(secret) == alice.key.secret_jwk
    secret.verification_material = VerificationMaterial(
        VerificationMaterialFormat.JWK, json.dumps(bob.key.secret_jwk)
    )
    with pytest.raises(DIDCommValueError, match="does not match the public key"):
        await pack_encrypted(config, proposal(), bob.did, alice.did)


def test_secrets_are_stored_in_a_file(tmp_path: Any, alice: Party) -> None:  # noqa: ANN401, a Path
    file = tmp_path / "secrets.json"
    secret = jwk_to_secret(alice.key.secret_jwk)

    async def keep() -> None:
        store = SecretsResolverDemo(file)
        assert await store.get_kids() == []
        await store.add_key(secret)

    async def find() -> None:
        store = SecretsResolverDemo(file)
        assert await store.get_kids() == await store.get_keys([alice.key.kid, "x"]) == [alice.key.kid]
        assert await store.get_key(alice.key.kid) == secret
        assert await store.get_key("x") is None

    asyncio.run(keep())
    asyncio.run(find())


WRONG_FIELDS: list[tuple[str, Any]] = [
    ("type", 1),
    ("frm", 1),
    ("to", "did:example:bob"),
    ("to", [1]),
    ("created_time", "1"),
    ("please_ack", True),
    ("from_prior", {}),
    ("attachments", [{}]),
    ("custom_headers", {"thid": "x"}),
    ("custom_headers", {1: "x"}),
    ("custom_headers", []),
]


@pytest.mark.parametrize(("field", "value"), WRONG_FIELDS)
def test_a_message_checks_its_fields(field: str, value: Any) -> None:  # noqa: ANN401, any wrong value
    with pytest.raises(DIDCommValueError):
        proposal(**{field: value})
    changed = proposal()
    setattr(changed, field, value)
    with pytest.raises(DIDCommValueError):
        changed.as_dict()
    with pytest.raises(DIDCommValueError):
        attrs.evolve(cast("Any", proposal()), **{field: value})


def test_a_message_is_written_and_read_again() -> None:
    attachments = [
        Attachment(AttachmentDataLinks(["https://a"], "zQm"), id="a", byte_count=1),
        Attachment(AttachmentDataBase64("AA", jws={"header": {}}), description="b"),
        Attachment(AttachmentDataJson([1, {"x": None}]), id=lambda: "c"),
    ]
    sent = proposal(
        id=lambda: "one", attachments=attachments, from_prior=FromPrior("did:example:a", "did:example:b")
    )
    plain = sent.as_dict()
    assert plain["thid"] == plain["id"] == "one"
    assert plain["typ"] == "application/didcomm-plain+json"
    assert [attachment["id"] for attachment in plain["attachments"]][::2] == ["a", "c"]
    assert plain["attachments"][2]["data"] == {"json": [1, {"x": None}]}
    before = copy.deepcopy(plain)
    assert Message.from_dict(plain) == sent == Message.from_json(json.dumps(plain))
    assert plain == before
    assert dataclasses.is_dataclass(AttachmentDataLinks)
    wrong: list[Any] = [1, [], "x", None]
    for body in wrong:
        with pytest.raises(DIDCommValueError):
            proposal(body=body).as_dict()
    changes: list[Any] = [{"typ": "x"}, {"to": 1}, {"attachments": [1]}, {"attachments": [{"data": {}}]}]
    for change in changes:
        with pytest.raises(MalformedMessageError) as caught:
            Message.from_dict({**plain, **change})
        assert caught.value.code is MalformedMessageCode.INVALID_PLAINTEXT
