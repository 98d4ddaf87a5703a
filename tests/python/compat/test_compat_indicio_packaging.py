"""Indicio's packaging over the core: layers, keys, and messages that the original accepts and we refuse."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import InMemorySecrets, LocalResolver, PackEncryptedConfig, Secret, sync
from pydidcomm.compat.didcomm_messaging import CryptoService
from pydidcomm.compat.didcomm_messaging.crypto import PublicKey, SecretKey
from pydidcomm.compat.didcomm_messaging.crypto.backend.basic import InMemorySecretsManager
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import CoreCryptoService, CoreKey, CoreSecretKey
from pydidcomm.compat.didcomm_messaging.crypto.base import CryptoServiceError
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweBuilder, JweEnvelope, JweRecipient
from pydidcomm.compat.didcomm_messaging.packaging import PackagingServiceError
from pydidcomm.compat.didcomm_messaging.resolver import DIDNotFound
from pydidcomm.compat.didcomm_messaging.resolver.peer import Peer2
from support.indicio import (
    ALICE,
    BACKENDS,
    BOB,
    COMBINATIONS,
    CORE,
    MALLORY,
    Backend,
    World,
    core_key,
    plaintext,
)
from support.parties import b64, unb64

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.filterwarnings("ignore:authlib.jose module is deprecated:DeprecationWarning")
combinations = pytest.mark.parametrize(
    ("backend", "curve"), COMBINATIONS, ids=lambda value: getattr(value, "name", value)
)
backends = pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.name)


async def world(backend: Backend = CORE, *bob: str) -> World:
    made = World(backend)
    await made.party(ALICE, "X25519")
    await made.party(BOB, *(bob or ("X25519",)))
    await made.party(MALLORY, "X25519")
    return made


@combinations
async def test_bytes_round_trip_in_authcrypt_and_anoncrypt(backend: Backend, curve: str) -> None:
    made = World(backend)
    await made.party(ALICE, curve)
    await made.party(BOB, curve)
    octets, metadata = await made.unpack(await made.pack(b"\xff no text"))
    assert octets == b"\xff no text"
    assert (metadata.method, metadata.sender_kid) == ("ECDH-1PU", f"{ALICE}#1")
    assert metadata.recip_key.kid == f"{BOB}#1"
    octets, metadata = await made.unpack(await made.pack(b"hello", frm=None))
    assert (octets, metadata.method, metadata.sender_kid) == (b"hello", "ECDH-ES", None)


@backends
async def test_the_envelope_is_that_of_the_specification(backend: Backend) -> None:
    made = await world(backend)
    for frm, enc in ((ALICE, "A256CBC-HS512"), (None, "XC20P")):
        envelope = JweEnvelope.from_json(await made.pack(b"hello", frm=frm))
        assert envelope.protected["typ"] == "application/didcomm-encrypted+json"
        assert envelope.protected["enc"] == enc
        assert "epk" in envelope.protected
        assert [set(recipient.header) for recipient in envelope.recipients] == [{"kid"}]


class Documents:
    """The same documents, as pydidcomm asks for them."""

    def __init__(self, made: World) -> None:
        self.documents = made.resolver.documents

    def resolve(self, did: str, /) -> dict[str, Any] | None:
        return self.documents.get(did)


def native(made: World) -> sync.DIDCommMessaging:
    """The same parties in pydidcomm."""
    secrets = [secret.key for secret in made.secrets.secrets.values()]
    return sync.DIDCommMessaging(InMemorySecrets(secrets), Documents(made))


async def test_pydidcomm_and_the_stand_in_read_each_other() -> None:
    made = await world(CORE, "X25519", "P-256", "X25519")
    received = native(made).unpack(await made.pack(plaintext(frm=ALICE, to=[BOB])))
    assert received.metadata.encrypted_from == f"{ALICE}#1"
    assert received.metadata.encrypted_to == (f"{BOB}#1", f"{BOB}#3")
    packed = native(made).pack(json.loads(plaintext()), to=BOB, frm=ALICE).message
    octets, metadata = await made.unpack(packed)
    assert json.loads(octets)["from"] == ALICE
    assert metadata.sender_kid == f"{ALICE}#1"


@pytest.mark.spec("ENC-09")
@backends
async def test_every_key_of_the_recipient_on_one_curve_opens_it(backend: Backend) -> None:
    made = await world(backend, "P-256", "X25519", "X25519")
    for frm in (ALICE, None):
        packed = await made.pack(b"hello", frm=frm)
        assert [*JweEnvelope.from_json(packed).recipient_key_ids] == [f"{BOB}#2", f"{BOB}#3"]
        for number in (2, 3):
            removed = made.secrets.secrets.pop(f"{BOB}#{5 - number}")
            octets, metadata = await made.unpack(packed)
            assert (octets, metadata.recip_key.kid) == (b"hello", f"{BOB}#{number}")
            await made.secrets.add_secret(removed)


@pytest.mark.spec("JWE-07", "JWE-09")
async def test_kids_that_are_not_in_order_are_sorted_before_they_are_compared() -> None:
    made = await world(CORE, "X25519", "X25519")
    envelope = json.loads(await made.pack(b"hello"))
    envelope["recipients"].reverse()
    assert (await made.unpack(json.dumps(envelope)))[0] == b"hello"
    del envelope["recipients"][0]
    with pytest.raises(PackagingServiceError, match="Invalid apv value"):
        await made.unpack(json.dumps(envelope))


@backends
async def test_the_sender_uses_a_compatible_key_whose_secret_it_has(backend: Backend) -> None:
    made = await world(backend, "X25519")
    await made.party(ALICE, "P-256", "X25519", "X25519")
    del made.secrets.secrets[f"{ALICE}#2"]
    assert (await made.unpack(await made.pack(b"hello")))[1].sender_kid == f"{ALICE}#3"
    del made.secrets.secrets[f"{ALICE}#3"]
    with pytest.raises(PackagingServiceError, match="no private key found"):
        await made.pack(b"hello")


async def test_no_secret_is_requested_after_one_is_found() -> None:
    made = await world(CORE, "X25519", "X25519")
    await made.party(ALICE, "X25519", "X25519", "X25519")
    own_secrets, kids = made.secrets.secrets, list[str]()

    class Strict(InMemorySecretsManager[Any]):
        async def get_secret_by_kid(self, kid: str) -> Any:  # noqa: ANN401, a secret of the backend
            kids.append(kid)
            return own_secrets[kid]

    made.secrets = Strict()
    del own_secrets[f"{ALICE}#2"]
    assert (await made.unpack(await made.pack(b"hello")))[1].sender_kid == f"{ALICE}#1"
    assert kids == [f"{ALICE}#1", f"{BOB}#1"]
    del own_secrets[f"{ALICE}#1"]
    with pytest.raises(KeyError):
        await made.pack(b"hello")


async def test_a_secret_under_an_older_name_of_a_peer_key_is_found() -> None:
    made = World(CORE)
    await made.party(BOB, "X25519")
    store = InMemorySecrets()
    did = sync.create_peer_did(store)
    made.resolver.documents[did] = LocalResolver().resolve(did).as_dict()  # type: ignore[union-attr]
    key = store.get_key(f"{did}#key-1")
    assert key is not None
    await made.secrets.add_secret(CoreSecretKey(key, f"{did}#{key.public_multikey()[1:]}"))
    octets, metadata = await made.unpack(await made.pack(b"hello", frm=did))
    assert (octets, metadata.sender_kid) == (b"hello", f"{did}#{key.public_multikey()[1:]}")


@pytest.mark.spec("ADR-01")
@backends
async def test_a_forged_from_is_refused(backend: Backend) -> None:
    made = await world(backend)
    packed = await made.pack(plaintext(frm=ALICE), frm=MALLORY)
    with pytest.raises(PackagingServiceError, match="from=skid is not proved"):
        await made.unpack(packed)
    with pytest.raises(PackagingServiceError, match="from=skid is not proved"):
        await made.messaging().unpack(packed)
    octets = plaintext(frm=MALLORY)
    assert (await made.unpack(await made.pack(octets, frm=MALLORY)))[0] == octets


async def test_content_without_from_is_accepted_unchanged() -> None:
    made = await world()
    for octets in (b"", b"[1]", b"\xff", plaintext(), b'{"hello": "world"}', b"[" * 100_000):
        assert (await made.unpack(await made.pack(octets)))[0] == octets
    octets = plaintext(frm=ALICE)
    unpacked = await made.messaging().unpack(await made.pack(octets, frm=None))
    assert (unpacked.authenticated, unpacked.sender_kid) == (False, None)
    claims: list[Any] = [7, "alice", ["did:example:alice"], {}]
    for frm in claims:
        with pytest.raises(PackagingServiceError):
            await made.unpack(await made.pack(plaintext(frm=frm)))


async def rotated(made: World) -> dict[str, Any]:
    """A message in which the former DID of Alice says that she is Alice."""
    old = "did:example:alice-before"
    signs = Secret.generate("Ed25519", kid=f"{old}#sign")
    made.resolver.documents[old] = {
        "id": old,
        "authentication": [{"id": signs.kid, "type": "JsonWebKey2020", "publicKeyJwk": signs.public_jwk()}],
    }
    await made.secrets.add_secret(CoreSecretKey(signs))
    packed = native(made).rotate(to=BOB, old=old, new=ALICE)
    octets, _ = await made.unpack(packed.message)
    message: dict[str, Any] = json.loads(octets)
    assert message["from_prior"].count(".") == 2
    return message


FORGED_TEXTS = {
    "a name twice, the forged one first": '{{"from": "{alice}", "from": "{mallory}", {rest}}}',
    "a name twice, the forged one last": '{{"from": "{mallory}", "from": "{alice}", {rest}}}',
    "a name twice, once escaped": '{{"from": "{mallory}", "fr\\u006fm": "{alice}", {rest}}}',
    "an escaped name": '{{"fr\\u006fm": "{alice}", {rest}}}',
    "a long integer": '{{"from": "{alice}", "n": {digits}, {rest}}}',
    "deep nesting": '{{"from": "{alice}", "n": {deep}, {rest}}}',
    "a number that is not finite": '{{"from": "{alice}", "n": NaN, {rest}}}',
    "a string that is not Unicode": '{{"from": "{alice}", "n": "\\ud800", {rest}}}',
    "a comma too many": '{{"from": "{alice}", {rest},}}',
    "text behind it": '{{"from": "{alice}", {rest}}} x',
    "a byte order mark": '\ufeff{{"from": "{alice}", {rest}}}',
    "white space": ' \r\n\t{{"from": "{alice}", {rest}}}',
    "a null": '{{"from": null, {rest}}}',
}


def forged(text: str) -> str:
    rest = '"id": "1", "type": "https://example.org/greeting/1.0/hello", "body": {}'
    deep = "[" * 5000 + "]" * 5000
    return text.format(alice=ALICE, mallory=MALLORY, rest=rest, digits="9" * 5000, deep=deep)


@pytest.mark.spec("ADR-01")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("text", FORGED_TEXTS.values(), ids=FORGED_TEXTS.keys())
async def test_a_forged_sender_is_refused_in_each_form_that_some_reader_of_json_takes(
    text: str, encoding: str
) -> None:
    made = await world()
    packed = await made.pack(forged(text).encode(encoding), frm=MALLORY)
    refused = pytest.raises(PackagingServiceError, match=r"malformed message|from=skid")
    with refused:
        await made.unpack(packed)
    hidden = await made.pack(packed, frm=None)
    with refused:
        await made.messaging().unpack(hidden)


@pytest.mark.spec("ROT-07")
@pytest.mark.parametrize("text", ['"x": NaN', '"from_prior": null', f'"x": {"9" * 5000}'])
async def test_a_forged_rotation_is_refused_despite_json_loads_differences(text: str) -> None:
    made = await world()
    octets = f'{{"from": "{ALICE}", "from_prior": "e30.e30.e30", {text}}}'.encode()
    for frm in (ALICE, None):
        with pytest.raises(PackagingServiceError):
            await made.unpack(await made.pack(octets, frm=frm))


async def test_the_message_of_a_result_is_an_object_with_one_meaning() -> None:
    made = await world()
    for octets in (b"", b"[1]", b"7", b"\xff"):
        unpacked = await made.messaging().unpack(await made.pack(octets))
        assert unpacked.unpacked == octets
        with pytest.raises(ValueError, match=r"JSON|UTF-8|empty"):
            _ = unpacked.message


@pytest.mark.parametrize("member", ["envelope", "header"])
@pytest.mark.parametrize(
    "text", ['{"alg": "ECDH-ES", ', '{"x": NaN, ', '{"x": "\\ud800", ', '{"x": 1, "x": 1, ']
)
async def test_an_ambiguous_envelope_is_refused_before_any_crypto_sees_it(member: str, text: str) -> None:
    made = await world(OWN)
    envelope = json.loads(await made.pack(plaintext(frm=ALICE)))
    written = json.dumps(envelope)
    if member == "header":
        envelope["protected"] = b64(text + unb64(envelope["protected"]).decode()[1:])
        written = json.dumps(envelope)
    elif "alg" not in text:
        written = text + written[1:]
    else:
        written = f'{{"ciphertext": "", {written[1:]}'
    made.crypto.called.clear()
    with pytest.raises(PackagingServiceError, match="Invalid packed message"):
        await made.unpack(written)
    assert made.crypto.called == []


@pytest.mark.parametrize("named", ["alice", "did:example:alice", "did:peer:2.E#key-1", "#1", f"{ALICE}#1?x"])
@pytest.mark.parametrize("backend", [CORE, "own"], ids=["core", "own"])
async def test_a_sender_key_id_of_another_form_is_refused(backend: Backend | str, named: str) -> None:
    made = await world(OWN if isinstance(backend, str) else backend)

    async def resolve(did: str) -> dict[str, Any]:
        if did == ALICE:
            return made.resolver.documents[ALICE]
        return await Peer2().resolve(did)

    envelope = json.loads(await made.pack(b"hello"))
    made.resolver.resolve = resolve  # type: ignore[method-assign]
    header = {**json.loads(unb64(envelope["protected"])), "apu": b64(named), "skid": named}
    with pytest.raises((PackagingServiceError, CryptoServiceError)):
        await made.unpack(json.dumps({**envelope, "protected": b64(json.dumps(header))}))


@pytest.mark.parametrize("member", ["apu", "apv", "skid", "alg", "epk"])
@pytest.mark.parametrize("value", [7, ["a"], {"a": 1}, True, "\u00e9", "a=", ""])
@backends
async def test_a_header_of_another_type_is_refused(backend: Backend, member: str, value: object) -> None:
    made = await world(backend)
    envelope = json.loads(await made.pack(b"hello"))
    header = {**json.loads(unb64(envelope["protected"])), member: value}
    with pytest.raises((PackagingServiceError, CryptoServiceError)):
        await made.unpack(json.dumps({**envelope, "protected": b64(json.dumps(header))}))


@pytest.mark.spec("ROT-07", "ROT-08", "ROT-09")
async def test_a_rotation_that_is_not_proved_is_refused() -> None:
    made = await world()
    message = await rotated(made)
    with pytest.raises(PackagingServiceError, match=r"from_prior\.sub=from is not proved"):
        await made.unpack(await made.pack(json.dumps({**message, "from": MALLORY}).encode(), frm=MALLORY))
    with pytest.raises(PackagingServiceError, match=r"from_prior\.sub=from is not proved"):
        await made.unpack(await made.pack(json.dumps({**message, "from": MALLORY}).encode(), frm=None))
    header, claims, _ = message["from_prior"].split(".")
    forged = f"{header}.{claims}.{b64(bytes(64))}"
    with pytest.raises(PackagingServiceError, match="signature"):
        await made.unpack(await made.pack(json.dumps({**message, "from_prior": forged}).encode()))
    unbound = json.loads(unb64(claims))
    forged = f"{header}.{b64(json.dumps({**unbound, 'iss': MALLORY}))}.{message['from_prior'].split('.')[2]}"
    with pytest.raises(PackagingServiceError, match="iss"):
        await made.unpack(await made.pack(json.dumps({**message, "from_prior": forged}).encode()))


@pytest.mark.spec("MSG-17")
@backends
async def test_a_key_outside_of_key_agreement_neither_sends_nor_receives(backend: Backend) -> None:
    made = await world(backend)
    packed = await made.pack(b"hello")
    for party in (ALICE, BOB):
        document = made.resolver.documents[party]
        document["authentication"], document["keyAgreement"] = document["keyAgreement"], []
        with pytest.raises(PackagingServiceError, match="keyAgreement"):
            await made.pack(b"hello", to=f"{BOB}#1", frm=f"{ALICE}#1")
        if party == ALICE:
            with pytest.raises(PackagingServiceError, match="keyAgreement"):
                await made.unpack(packed)
        document["keyAgreement"] = document.pop("authentication")


@backends
async def test_a_tampered_envelope_does_not_open(backend: Backend) -> None:
    made = await world(backend)
    for frm in (ALICE, None):
        envelope = json.loads(await made.pack(b"hello", frm=frm))
        for name in ("ciphertext", "tag", "iv"):
            broken = {**envelope, name: b64(bytes(len(unb64(envelope[name]))))}
            with pytest.raises(CryptoServiceError, match="cannot be decrypted"):
                await made.unpack(json.dumps(broken))


MALFORMED = [b"", b"[]", b"{}", b"\xff", plaintext(), b'{"payload": "", "signatures": []}', b"[" * 100_000]


@pytest.mark.parametrize("octets", MALFORMED, ids=range(len(MALFORMED)))
async def test_text_that_is_not_an_envelope_is_refused(octets: bytes) -> None:
    made = await world()
    with pytest.raises(PackagingServiceError, match="Invalid packed message"):
        await made.unpack(octets)
    for decrypt in (
        made.crypto.ecdh_es_decrypt(octets, made.secrets.secrets[f"{BOB}#1"]),
        made.crypto.ecdh_1pu_decrypt(octets, made.secrets.secrets[f"{BOB}#1"], await public(made)),
    ):
        with pytest.raises(ValueError, match="Invalid JWE"):
            await decrypt


async def public(made: World) -> Any:  # noqa: ANN401, a public key of the backend
    return await made.packaging.recip_for_kid_or_default_for_did(made.crypto, made.resolver, ALICE)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"alg": None}, "Missing alg header"),
        ({"alg": "RSA-OAEP"}, "Unsupported DIDComm encryption algorithm: RSA-OAEP"),
        ({"apv": None}, "Missing apv header"),
        ({"apv": b64("other")}, "Invalid apv value"),
        ({"apu": None}, "Missing apu header"),
        ({"apu": b64(b"\xff")}, "Invalid apu value"),
        ({"skid": f"{MALLORY}#1"}, "Mismatch between skid and apu"),
        ({"apu": b64(f"{MALLORY}#1")}, "Mismatch between skid and apu"),
    ],
)
async def test_each_broken_header_has_the_error_of_the_original(changes: dict[str, Any], error: str) -> None:
    made = await world()
    envelope = json.loads(await made.pack(b"hello"))
    header = {**json.loads(unb64(envelope["protected"])), **changes}
    written = json.dumps({name: value for name, value in header.items() if value is not None})
    with pytest.raises(PackagingServiceError, match=f"^{error}$"):
        await made.unpack(json.dumps({**envelope, "protected": b64(written)}))


async def test_a_message_for_another_recipient_is_refused() -> None:
    made = await world()
    packed = await made.pack(b"hello")
    with pytest.raises(ValueError, match=f"Unknown recipient: {MALLORY}#1"):
        await made.crypto.ecdh_1pu_decrypt(packed, made.secrets.secrets[f"{MALLORY}#1"], await public(made))
    del made.secrets.secrets[f"{BOB}#1"]
    with pytest.raises(PackagingServiceError, match="No recognized recipient key"):
        await made.unpack(packed)


@backends
async def test_keys_that_do_not_go_into_one_envelope_are_refused(backend: Backend) -> None:
    made = await world(backend)
    with pytest.raises(CryptoServiceError, match="more than one recipient"):
        await made.packaging.pack(made.crypto, made.resolver, made.secrets, b"hello", [BOB, MALLORY], ALICE)
    with pytest.raises(ValueError, match="No message recipients"):
        await made.crypto.ecdh_es_encrypt([], b"hello")
    with pytest.raises(CryptoServiceError, match="No message recipients"):
        await made.crypto.ecdh_1pu_encrypt([], made.secrets.secrets[f"{ALICE}#1"], b"hello")


@backends
async def test_an_authcrypt_layer_inside_of_an_anoncrypt_one_is_opened(backend: Backend) -> None:
    made = await world(backend)
    octets = plaintext(frm=ALICE)
    hidden = await made.pack(await made.pack(octets), frm=None)
    unpacked = await made.messaging().unpack(hidden)
    assert (unpacked.unpacked, unpacked.authenticated) == (octets, True)
    assert (unpacked.sender_kid, unpacked.recipient_kid) == (f"{ALICE}#1", f"{BOB}#1")
    assert unpacked.message["body"] == {"msg": "Hi"}
    forged = await made.pack(await made.pack(plaintext(frm=ALICE), frm=MALLORY), frm=None)
    with pytest.raises(PackagingServiceError, match="from=skid"):
        await made.messaging().unpack(forged)
    passed_on = await made.pack(await made.pack(octets), to=MALLORY, frm=None)
    with pytest.raises(PackagingServiceError, match=f"the layers are for {MALLORY}#1 and for {BOB}#1"):
        await made.messaging().unpack(passed_on)
    twice = await made.pack(await made.pack(octets, frm=None), frm=None)
    with pytest.raises(PackagingServiceError, match="anoncrypt layer inside of another"):
        await made.messaging().unpack(twice)


async def test_a_message_with_protected_sender_is_opened() -> None:
    made = await world()
    config = PackEncryptedConfig(protect_sender_id=True)
    packed = native(made).pack(json.loads(plaintext()), to=BOB, frm=ALICE, config=config)
    unpacked = await made.messaging().unpack(packed.message.encode())
    assert (unpacked.authenticated, unpacked.sender_kid) == (True, f"{ALICE}#1")


class OwnKey(PublicKey):
    """A public key that only its service understands."""

    def __init__(self, kid: str) -> None:
        self._kid = kid

    @classmethod
    def from_verification_method(cls, vm: Any) -> OwnKey:  # noqa: ANN401, a model of pydid
        return cls(str(vm.id))

    @property
    def kid(self) -> str:
        return self._kid

    @property
    def multikey(self) -> str:
        raise NotImplementedError


class OwnSecret(SecretKey):
    """A secret that is only a name."""

    def __init__(self, kid: str) -> None:
        self._kid = kid

    @property
    def kid(self) -> str:
        return self._kid


class OwnCrypto(CryptoService[OwnKey, OwnSecret]):
    """Crypto of an application: nothing is secret, and everything is remembered."""

    def __init__(self) -> None:
        self.called: list[tuple[Any, ...]] = []

    def _envelope(self, keys: Sequence[OwnKey], message: bytes, **header: str) -> bytes:
        apv = b64(sha256(".".join(sorted(key.kid for key in keys)).encode()).digest())
        builder = JweBuilder(with_flatten_recipients=False)
        for key in keys:
            builder.add_recipient(JweRecipient(encrypted_key=b"key", header={"kid": key.kid}))
        builder.set_protected({**header, "apv": apv})
        builder.set_payload(message, b"iv", b"tag")
        return builder.build().to_json().encode()

    async def ecdh_es_encrypt(self, to_keys: Sequence[OwnKey], message: bytes) -> bytes:
        self.called.append(("es", [key.kid for key in to_keys]))
        return self._envelope(to_keys, message, alg="ECDH-ES")

    async def ecdh_es_decrypt(self, enc_message: str | bytes, recip_key: OwnSecret) -> bytes:
        self.called.append(("es opened", recip_key.kid))
        return JweEnvelope.from_json(enc_message).ciphertext

    async def ecdh_1pu_encrypt(
        self, to_keys: Sequence[OwnKey], sender_key: OwnSecret, message: bytes
    ) -> bytes:
        self.called.append(("1pu", [key.kid for key in to_keys], sender_key.kid))
        return self._envelope(to_keys, message, alg="ECDH-1PU", apu=b64(sender_key.kid), skid=sender_key.kid)

    async def ecdh_1pu_decrypt(
        self, enc_message: str | bytes, recip_key: OwnSecret, sender_key: OwnKey
    ) -> bytes:
        self.called.append(("1pu opened", recip_key.kid, sender_key.kid))
        return JweEnvelope.from_json(enc_message).ciphertext

    @classmethod
    def verification_method_to_public_key(cls, vm: Any) -> OwnKey:  # noqa: ANN401, a model of pydid
        return OwnKey.from_verification_method(vm)


OWN = Backend("own", OwnCrypto, lambda curve, kid: (OwnSecret(kid), core_key(curve, kid)[1]), ())


async def test_crypto_of_the_application_is_called() -> None:
    made = await world(OWN)
    octets, metadata = await made.unpack(await made.pack(plaintext(frm=ALICE)))
    assert (octets, metadata.sender_kid) == (plaintext(frm=ALICE), f"{ALICE}#1")
    assert (await made.unpack(await made.pack(b"hello", frm=None)))[0] == b"hello"
    bob, alice = f"{BOB}#1", f"{ALICE}#1"
    assert made.crypto.called == [
        ("1pu", [bob], alice),
        ("1pu opened", bob, alice),
        ("es", [bob]),
        ("es opened", bob),
    ]
    keys = made.packaging
    assert await keys.default_sender_kid_for_did(made.resolver, BOB) == bob
    assert await keys.default_sender_kid_for_did(made.resolver, alice) == alice
    assert (await keys.recip_for_kid_or_default_for_did(made.crypto, made.resolver, bob)).kid == bob


async def test_crypto_of_the_application_gets_the_key_that_is_named() -> None:
    made = await world(OWN, "X25519", "X25519")
    await made.pack(b"hello", to=f"{BOB}#2", frm=None)
    await made.pack(b"hello", frm=None)
    assert made.crypto.called == [("es", [f"{BOB}#2"]), ("es", [f"{BOB}#1"])]


async def test_crypto_of_the_application_is_protected_too() -> None:
    made = await world(OWN)
    with pytest.raises(PackagingServiceError, match="from=skid"):
        await made.unpack(await made.pack(plaintext(frm=ALICE), frm=MALLORY))
    packed = await made.pack(b"hello")
    made.resolver.documents[ALICE]["keyAgreement"] = []
    for act in (made.unpack(packed), made.pack(b"hello"), made.pack(b"hello", to=f"{ALICE}#1", frm=None)):
        with pytest.raises(PackagingServiceError, match="No key agreement methods found"):
            await act
    del made.secrets.secrets[f"{MALLORY}#1"]
    with pytest.raises(PackagingServiceError, match="No sender key found"):
        await made.pack(b"hello", frm=MALLORY)


async def test_an_exception_of_the_resolver_is_raised_unchanged() -> None:
    made = await world()
    packed = await made.pack(b"hello")
    del made.resolver.documents[ALICE]
    for act in (made.unpack(packed), made.pack(b"hello"), made.pack(b"hello", to="did:example:unknown")):
        with pytest.raises(DIDNotFound):
            await act


async def test_an_overridden_method_of_a_service_over_the_core_is_called() -> None:
    class Watched(CoreCryptoService):
        async def ecdh_es_encrypt(self, to_keys: Sequence[CoreKey], message: bytes) -> bytes:
            return await super().ecdh_es_encrypt(to_keys, message + b"!")

    made = await world(Backend("watched", Watched, core_key, ()))
    assert (await made.unpack(await made.pack(b"hello", frm=None)))[0] == b"hello!"


async def test_a_message_is_json_or_its_text() -> None:
    made = await world()
    await made.party(BOB, "X25519", service={"uri": "https://bob.example"})
    agent = made.messaging()
    for message in (json.loads(plaintext()), plaintext(), plaintext().decode()):
        unpacked = await agent.unpack((await agent.pack(message, BOB, ALICE)).message)
        assert unpacked.message == json.loads(plaintext())
        assert (unpacked.encrypted, unpacked.authenticated) == (True, True)
    with pytest.raises(TypeError, match="message must be bytes, str, or dict"):
        await agent.pack(7, BOB)  # type: ignore[arg-type]
