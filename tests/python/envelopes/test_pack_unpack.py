"""Every way to pack, on every event loop and without one: what arrives, and what is known about it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import anyio
import anyio.lowlevel
import pytest

from pydidcomm import (
    AnonCryptAlg,
    AuthCryptAlg,
    DIDCommMessaging,
    MediaType,
    PackEncryptedConfig,
    SignAlg,
    UnpackResult,
    pack_encrypted,
    pack_plaintext,
    pack_signed,
    sync,
    unpack,
)
from pydidcomm.errors import IncompatibleKeysError, KeyNotFoundError, SecretNotFoundError, UnsupportedError
from support.parties import Documents, Key, Party, hello, unb64

if TYPE_CHECKING:
    from pydidcomm import Message, ResolversConfig

CBC = AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW
AUTH = AuthCryptAlg.A256CBC_HS512_ECDH_1PU_A256KW


class Mode(NamedTuple):
    """A row of the table of combinations: the request and the expected report."""

    frm: bool = False
    sign: bool = False
    protect: bool = False
    authcrypt_signed: bool = False
    anon: AnonCryptAlg | None = None
    auth: AuthCryptAlg | None = None
    anonymous: bool = False

    @property
    def config(self) -> PackEncryptedConfig:
        return PackEncryptedConfig(
            enc_alg_anon=self.anon or CBC,
            protect_sender_id=self.protect,
            authcrypt_signed=self.authcrypt_signed,
        )


MODES = {
    "anoncrypt": Mode(anon=CBC, anonymous=True),
    "anoncrypt GCM": Mode(anon=AnonCryptAlg.A256GCM_ECDH_ES_A256KW, anonymous=True),
    "anoncrypt XC20P": Mode(anon=AnonCryptAlg.XC20P_ECDH_ES_A256KW, anonymous=True),
    "authcrypt": Mode(frm=True, auth=AUTH),
    "anoncrypt(authcrypt)": Mode(frm=True, protect=True, anon=CBC, auth=AUTH, anonymous=True),
    "anoncrypt XC20P(authcrypt)": Mode(
        frm=True, protect=True, anon=AnonCryptAlg.XC20P_ECDH_ES_A256KW, auth=AUTH, anonymous=True
    ),
    "anoncrypt(sign)": Mode(sign=True, anon=CBC, anonymous=True),
    "anoncrypt(sign) with a sender": Mode(frm=True, sign=True, anon=CBC, anonymous=True),
    "anoncrypt(sign) with a hidden sender": Mode(frm=True, sign=True, protect=True, anon=CBC, anonymous=True),
    "authcrypt(sign)": Mode(frm=True, sign=True, authcrypt_signed=True, auth=AUTH),
    "authcrypt(sign) hidden": Mode(
        frm=True, sign=True, protect=True, authcrypt_signed=True, anon=CBC, anonymous=True
    ),
}
each_mode = pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())


def parties_of(mode: Mode, alice: Party, bob: Party) -> dict[str, Any]:
    frm, sign_frm = (alice.did if mode.frm else None), (alice.did if mode.sign else None)
    return {"to": bob.did, "frm": frm, "sign_frm": sign_frm, "config": mode.config}


def message_for(bob: Party) -> Message:
    return hello(to=[bob.did], custom_headers={"odd": [1, None]}, body={"msg": "Grüße", "n": 2**70})


def check(received: UnpackResult, mode: Mode, alice: Party, bob: Party) -> None:
    """The table of ENV-11, and the names that go with it."""
    metadata, proved = received.metadata, mode.frm or mode.sign
    assert received.message.frm == (alice.did if proved else None)
    assert received.message.body == {"msg": "Grüße", "n": 2**70}
    assert received.message.custom_headers == {"odd": [1, None]}
    assert metadata.encrypted
    assert metadata.authenticated == proved
    assert metadata.non_repudiation == mode.sign
    assert metadata.anonymous_sender == mode.anonymous
    assert metadata.encrypted_from == (alice.key.kid if mode.auth else None)
    assert metadata.encrypted_to == tuple(bob.kids)
    assert metadata.recipient_kid in bob.kids
    assert metadata.sign_from == (alice.signing.kid if mode.sign else None)
    assert metadata.enc_alg_anon is mode.anon
    assert metadata.enc_alg_auth is mode.auth
    assert metadata.sign_alg is (SignAlg.ED25519 if mode.sign else None)
    assert (metadata.signed_message is not None) == mode.sign
    assert (metadata.from_prior_issuer_kid, metadata.from_prior_jwt) == (None, None)
    advised_against = mode.auth is not None and mode.sign
    assert [("advises against" in warning) for warning in metadata.warnings] == [True] * advised_against


@pytest.mark.spec(
    "ENV-01",
    "ENV-03",
    "ENV-04",
    "ENV-05",
    "ENV-07",
    "ENV-11",
    "ENC-08",
    "ENC-13",
    "MSG-14",
    "ALG-05",
    "ALG-06",
    "ALG-07",
)
@each_mode
async def test_a_packed_message_unpacks_with_matching_metadata(
    documents: Documents, alice: Party, bob: Party, mode: Mode
) -> None:
    packed = await pack_encrypted(documents.of(alice), message_for(bob), **parties_of(mode, alice, bob))
    assert packed.packed_msg == packed.message
    assert packed.media_type == MediaType.ENCRYPTED.value
    assert packed.to_kids == tuple(bob.kids)
    assert packed.from_kid == (alice.key.kid if mode.auth else None)
    assert packed.sign_from_kid == (alice.signing.kid if mode.sign else None)
    received = await unpack(documents.of(bob), packed.packed_msg)
    check(received, mode, alice, bob)


@each_mode
def test_packing_without_an_event_loop_gives_the_same_result(
    documents: Documents, alice: Party, bob: Party, mode: Mode
) -> None:
    packed = sync.pack_encrypted(documents.of(alice), message_for(bob), **parties_of(mode, alice, bob))
    check(sync.unpack(documents.of(bob), packed.packed_msg), mode, alice, bob)


@each_mode
async def test_didcomm_messaging_packs_and_unpacks_like_the_functions(
    documents: Documents, alice: Party, bob: Party, mode: Mode
) -> None:
    sender = DIDCommMessaging(secrets=alice.secrets, resolver=documents)
    recipient = DIDCommMessaging(secrets=bob.secrets, resolver=documents)
    arguments = parties_of(mode, alice, bob)
    config = arguments.pop("config")
    packed = await sender.pack(message_for(bob), **arguments, config=config)
    check(await recipient.unpack(packed.message), mode, alice, bob)


@each_mode
def test_synchronous_didcomm_messaging_packs_and_unpacks(
    documents: Documents, alice: Party, bob: Party, mode: Mode
) -> None:
    sender = sync.DIDCommMessaging(secrets=alice.secrets, resolver=documents)
    recipient = sync.DIDCommMessaging(secrets=bob.secrets, resolver=documents)
    arguments = parties_of(mode, alice, bob)
    config = arguments.pop("config")
    packed = sender.pack(message_for(bob), **arguments, config=config)
    check(recipient.unpack(packed.message), mode, alice, bob)


@pytest.mark.spec("SIG-01", "SIG-04", "SIG-09", "SIG-10", "ENV-11", "MED-04", "SIG-23")
async def test_a_signed_message_proves_its_sender_to_any_reader(
    documents: Documents, alice: Party, bob: Party
) -> None:
    packed = await pack_signed(documents.of(alice), hello(to=[bob.did]), sign_frm=alice.did)
    assert packed.media_type == MediaType.SIGNED.value
    assert packed.sign_from_kid == alice.signing.kid
    received = await unpack(documents.of(bob), packed.packed_msg)
    metadata = received.metadata
    assert (metadata.encrypted, metadata.authenticated, metadata.non_repudiation) == (False, True, True)
    assert (metadata.anonymous_sender, metadata.encrypted_to, metadata.recipient_kid) == (False, None, None)
    assert metadata.signed_message == packed.packed_msg
    assert received.message.frm == alice.did


@pytest.mark.spec("ENV-11", "MED-01")
async def test_a_plaintext_message_proves_nothing(documents: Documents, alice: Party, bob: Party) -> None:
    packed = await pack_plaintext(documents.of(alice), hello(frm=alice.did))
    assert packed.media_type == MediaType.PLAINTEXT.value
    metadata = (await unpack(documents.of(bob), packed.packed_msg)).metadata
    assert (metadata.encrypted, metadata.authenticated, metadata.non_repudiation) == (False, False, False)
    assert (metadata.anonymous_sender, metadata.signed_message) == (False, None)
    assert (metadata.sign_alg, metadata.enc_alg_anon, metadata.enc_alg_auth) == (None, None, None)


@pytest.mark.parametrize("form", [str, str.encode, json.loads], ids=["str", "bytes", "dict"])
async def test_a_message_is_unpacked_in_the_form_in_which_it_arrives(
    documents: Documents,
    alice: Party,
    bob: Party,
    form: Any,  # noqa: ANN401, three functions
) -> None:
    packed = await pack_encrypted(documents.of(alice), hello(), to=bob.did, frm=alice.did)
    received = await unpack(documents.of(bob), form(packed.packed_msg))
    assert received.message.frm == alice.did


async def test_a_message_may_be_given_as_its_plaintext_json(
    documents: Documents, alice: Party, bob: Party
) -> None:
    packed = await pack_encrypted(documents.of(alice), hello(id="one").as_dict(), to=bob.did)
    assert (await unpack(documents.of(bob), packed.packed_msg)).message.id == "one"


@pytest.mark.spec("SIG-23", "REQ-03")
def test_the_signed_layer_can_be_shown_to_a_third_party(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, sign_frm=alice.did)
    shown = documents.unpack(bob, packed.packed_msg).metadata.signed_message
    assert shown is not None
    assert documents.unpack(carol, shown).metadata.sign_from == alice.signing.kid
    jws = json.loads(shown)
    entry = jws["signatures"][0]
    signing_input = f"{entry['protected']}.{jws['payload']}".encode()
    alice.signing.private.public_key().verify(unb64(entry["signature"]), signing_input)


async def test_concurrent_operations_are_independent(alice: Party, bob: Party) -> None:
    class Slow(Documents):
        async def resolve(self, did: str, /) -> dict[str, Any] | None:  # type: ignore[override]
            await anyio.lowlevel.checkpoint()
            return super().resolve(did)

    resolver = Slow(alice, bob)
    received: list[str] = []

    async def converse(number: int) -> None:
        packed = await pack_encrypted(resolver.of(alice), hello(id=f"n{number}"), to=bob.did, frm=alice.did)
        received.append((await unpack(resolver.of(bob), packed.packed_msg)).message.id)

    async with anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(converse, number)
    assert sorted(received) == sorted(f"n{number}" for number in range(30))


# keys that are missing or do not fit


@pytest.mark.spec("ENC-15")
async def test_without_a_secret_the_error_names_the_keys(
    documents: Documents, bob: Party, carol: Party
) -> None:
    packed = await pack_encrypted(documents.of(carol), hello(), to=bob.did)
    with pytest.raises(SecretNotFoundError) as caught:
        await unpack(documents.of(carol), packed.packed_msg)
    assert caught.value.kids == tuple(bob.kids)


def test_a_sender_or_signer_without_its_secret_is_an_error(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    resolvers: ResolversConfig = documents.of(carol)
    for arguments, kid in (((alice.did, None), alice.key.kid), ((None, alice.did), alice.signing.kid)):
        with pytest.raises(SecretNotFoundError) as caught:
            sync.pack_encrypted(resolvers, hello(), bob.did, *arguments)
        assert caught.value.kids == (kid,)


@pytest.mark.spec("DID-21", "ENC-12")
def test_a_recipient_with_no_key_that_fits_is_an_error(
    documents: Documents, alice: Party, bob: Party
) -> None:
    bob.document["keyAgreement"] = []
    with pytest.raises(KeyNotFoundError) as missing:
        sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert (missing.value.did, missing.value.relationship) == (bob.did, "keyAgreement")
    jwk = {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}
    odd = {"id": f"{bob.did}#p", "type": "JsonWebKey2020", "controller": bob.did, "publicKeyJwk": jwk}
    bob.document["keyAgreement"] = [odd]
    with pytest.raises(UnsupportedError) as unsupported:
        sync.pack_encrypted(documents.of(alice), hello(), to=bob.did)
    assert "P-521" in unsupported.value.algorithm


@pytest.mark.spec("ENC-12")
def test_a_sender_with_no_key_that_fits_is_an_error(documents: Documents, alice: Party, bob: Party) -> None:
    jwk = {"kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"}
    odd = {"id": f"{alice.did}#p", "type": "JsonWebKey2020", "controller": alice.did, "publicKeyJwk": jwk}
    alice.document["keyAgreement"] = [odd]
    with pytest.raises(IncompatibleKeysError) as caught:
        sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, frm=alice.did)
    assert (caught.value.sender, caught.value.recipient) == (alice.did, bob.did)


@pytest.mark.spec("KID-01", "KID-06")
def test_a_key_may_be_named_in_place_of_a_party(documents: Documents, alice: Party, bob: Party) -> None:
    other = Key(f"{alice.did}#x2")
    alice.document["keyAgreement"].append(other.method)
    alice.secrets.add_key(other.secret_jwk)
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.kids[1], frm=other.kid)
    assert (packed.to_kids, packed.from_kid) == ((bob.kids[1],), other.kid)
    received = documents.unpack(bob, packed.packed_msg)
    assert received.message.frm == alice.did
    assert received.metadata.recipient_kid == bob.kids[1]
