"""Indicio's services for DIDComm v1 over the core, and its older functions over octets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import nacl.exceptions
import pytest
from aries_askar import Key, KeyAlg

from pydidcomm import v1 as native
from pydidcomm.compat.didcomm_messaging.crypto.backend.askar import AskarSecretKey
from pydidcomm.compat.didcomm_messaging.crypto.backend.basic import InMemorySecretsManager
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweEnvelope, JweRecipient
from pydidcomm.compat.didcomm_messaging.legacy import crypto as legacy
from pydidcomm.compat.didcomm_messaging.resolver import PrefixResolver
from pydidcomm.compat.didcomm_messaging.resolver.key import DIDKey
from pydidcomm.compat.didcomm_messaging.v1.crypto.askar import AskarV1CryptoService
from pydidcomm.compat.didcomm_messaging.v1.crypto.base import V1CryptoServiceError
from pydidcomm.compat.didcomm_messaging.v1.crypto.nacl import (
    EdPublicKey,
    InMemSecretsManager,
    KeyPair,
    NaclV1CryptoService,
)
from pydidcomm.compat.didcomm_messaging.v1.messaging import (
    Target,
    V1DIDCommMessaging,
    V1DIDCommMessagingError,
)
from pydidcomm.compat.didcomm_messaging.v1.packaging import V1PackagingService, V1PackagingServiceError
from pydidcomm.compat.didcomm_messaging.v1.utils import v1_kid_to_multikey
from support.indicio import ALICE, Known, Sealed
from support.parties import b64

if TYPE_CHECKING:
    from collections.abc import Callable

BOB_V1 = "did:example:bob-v1"
SEED, OTHER = b"testseed000000000000000000000001", b"testseed000000000000000000000002"
VERKEY = "3Dn1SJNPaCXcvvJvSbsFWP2xaCjMom3can8CQNhWrTRx"
Agent = V1DIDCommMessaging[Any, Any]


class Party:
    """Alice, Bob and a mediator, all keys in one hand."""

    def __init__(self, agent: Agent, keys: dict[str, str], resolver: Known) -> None:
        self.agent, self.resolver = agent, resolver
        self.secrets: Any = agent.secrets
        self.alice, self.bob, self.mediator = keys.values()
        multikey = native.public_key(self.mediator).multikey()
        method = {
            "id": "#1",
            "type": "Multikey",
            "publicKeyMultibase": native.public_key(self.bob).multikey(),
        }
        service = {
            "id": "#s",
            "type": "did-communication",
            "recipientKeys": ["#1"],
            "routingKeys": [f"did:key:{multikey}#{multikey}"],
            "serviceEndpoint": "https://bob.example",
        }
        self.document: dict[str, Any] = {
            "id": BOB_V1,
            "verificationMethod": [{**method, "controller": BOB_V1}],
            "service": [service],
        }
        resolver.documents[BOB_V1] = self.document


def with_octets() -> Party:
    secrets = InMemSecretsManager()
    keys = {name: secrets.create().kid for name in ("alice", "bob", "mediator")}
    resolver = Known()
    agent: Agent = V1DIDCommMessaging(
        NaclV1CryptoService(), secrets, _resolver(resolver), V1PackagingService()
    )
    return Party(agent, keys, resolver)


def with_askar() -> Party:
    secrets: InMemorySecretsManager[AskarSecretKey] = InMemorySecretsManager()
    keys: dict[str, str] = {}
    for name in ("alice", "bob", "mediator"):
        key = Sealed(Key.generate(KeyAlg.ED25519).handle)
        public = AskarSecretKey(key, "").as_public_key().native
        keys[name] = native.verkey(public)
        secrets.secrets[keys[name]] = AskarSecretKey(key, keys[name])
    resolver = Known()
    agent: Agent = V1DIDCommMessaging(
        AskarV1CryptoService(), secrets, _resolver(resolver), V1PackagingService()
    )
    return Party(agent, keys, resolver)


def _resolver(known: Known) -> PrefixResolver:
    return PrefixResolver({"did:key": DIDKey(), "did:example": known})


parties = pytest.mark.parametrize("made", [with_octets, with_askar], ids=["octets", "askar"])


@parties
async def test_bytes_round_trip_and_the_sender_is_returned(made: Callable[[], Party]) -> None:
    party = made()
    target = Target([party.bob], [], "https://bob.example")
    packed = await party.agent.pack(b"\xff hello", target, party.alice)
    assert packed.target_service == "https://bob.example"
    unpacked = await party.agent.unpack(packed.message)
    assert unpacked.unpacked == b"\xff hello"
    assert (unpacked.encrypted, unpacked.authenticated) == (True, True)
    assert (unpacked.recipient_kid, unpacked.sender_kid) == (party.bob, party.alice)
    unpacked = await party.agent.unpack((await party.agent.pack({"@id": "1"}, target)).message)
    assert (unpacked.message, unpacked.authenticated, unpacked.sender_kid) == ({"@id": "1"}, False, None)


@parties
async def test_a_did_is_written_to_through_its_mediator(made: Callable[[], Party]) -> None:
    party = made()
    packed = await party.agent.pack("hello", BOB_V1, BOB_V1)
    assert packed.target_service == "https://bob.example"
    forward = await party.agent.unpack(packed.message)
    assert (forward.recipient_kid, forward.authenticated) == (party.mediator, False)
    assert forward.message["@type"] == "https://didcomm.org/routing/1.0/forward"
    assert forward.message["to"] == party.bob
    unpacked = await party.agent.unpack(forward.message["msg"])
    assert (unpacked.unpacked, unpacked.sender_kid) == (b"hello", party.bob)


@parties
async def test_the_last_routing_key_is_outermost(made: Callable[[], Party]) -> None:
    party = made()
    packed = await party.agent.pack(b"hello", Target([party.bob], [party.alice, party.mediator], ""))
    outer = await party.agent.unpack(packed.message)
    assert (outer.recipient_kid, outer.message["to"]) == (party.mediator, party.alice)
    inner = await party.agent.unpack(outer.message["msg"])
    assert (inner.recipient_kid, inner.message["to"]) == (party.alice, party.bob)
    assert (await party.agent.unpack(inner.message["msg"])).unpacked == b"hello"


@parties
async def test_a_routing_key_may_be_one_of_the_document(made: Callable[[], Party]) -> None:
    party = made()
    party.document["service"][0]["routingKeys"] = ["#1", f"{BOB_V1}#1"]
    target = await party.agent.dmp.did_to_target(party.agent.crypto, party.agent.resolver, BOB_V1)
    assert target == Target([party.bob], [party.bob, party.bob], "https://bob.example")


@parties
async def test_a_did_that_takes_no_messages_is_refused(made: Callable[[], Party]) -> None:
    party = made()
    party.document["service"][0]["serviceEndpoint"] = "didcomm:transport/queue"
    with pytest.raises(V1DIDCommMessagingError, match="Unable to send message to endpoint didcomm"):
        await party.agent.pack(b"hello", BOB_V1)
    party.document["service"] = []
    target = Target([party.bob], [], "")
    for act in (party.agent.pack(b"hello", BOB_V1), party.agent.pack(b"hello", target, BOB_V1)):
        with pytest.raises(V1DIDCommMessagingError, match="Unable to send message to DID did:example:bob-v1"):
            await act
    with pytest.raises(TypeError, match="message must be bytes, str, or dict"):
        await party.agent.pack(7, target)  # type: ignore[arg-type]


@parties
async def test_a_sender_without_its_secret_does_not_become_anonymous(made: Callable[[], Party]) -> None:
    party = made()
    party.secrets.secrets.pop(party.alice)
    with pytest.raises(V1PackagingServiceError, match="No sender key found"):
        await party.agent.pack(b"hello", Target([party.bob], [], ""), party.alice)


@parties
async def test_a_tampered_envelope_does_not_open(made: Callable[[], Party]) -> None:
    party = made()
    packed = await party.agent.pack(b"hello", Target([party.bob], [], ""), party.alice)
    envelope = json.loads(packed.message)
    for name in ("ciphertext", "tag", "iv"):
        with pytest.raises(V1CryptoServiceError, match="cannot be decrypted"):
            await party.agent.unpack({**envelope, name: b64(bytes(16))})


@parties
async def test_text_that_is_not_an_envelope_is_refused(made: Callable[[], Party]) -> None:
    party = made()
    messages: list[Any] = [b"", b"{}", b"[]", b"\xff", "{", {}]
    for octets in messages:
        with pytest.raises(V1PackagingServiceError, match="Invalid packed message"):
            await party.agent.unpack(octets)
    with pytest.raises(TypeError, match="Invalid enc_message"):
        await party.agent.unpack(7)  # type: ignore[arg-type]
    packed = JweEnvelope.from_json((await party.agent.pack(b"hello", Target([party.bob], [], ""))).message)
    assert (await party.agent.unpack(packed)).unpacked == b"hello"
    for alg, error in ((None, "Missing alg header"), ("ECDH-ES", "Unsupported DIDComm encryption")):
        packed.protected["alg"] = alg
        with pytest.raises(V1PackagingServiceError, match=error):
            await party.agent.unpack(packed)
    party.secrets.secrets.clear()
    packed.protected["alg"] = "Anoncrypt"
    with pytest.raises(V1PackagingServiceError, match="No recognized recipient key"):
        await party.agent.unpack(packed)


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ([{"iv": ""}], "Blank recipient key"),
        ([{"kid": VERKEY}, {"kid": VERKEY}], "Duplicate recipient key"),
        ([{"kid": VERKEY, "sender": "YQ"}], "Missing iv"),
        ([{"kid": VERKEY, "iv": "YQ"}], "Unexpected iv"),
    ],
)
def test_invalid_recipients_are_refused(headers: list[dict[str, Any]], error: str) -> None:
    recipients = [JweRecipient(encrypted_key=b"key", header=header) for header in headers]
    with pytest.raises(ValueError, match=error):
        list(V1PackagingService[Any, Any]().extract_pack_recipients(recipients))


@parties
async def test_keys_that_do_not_go_into_one_envelope_are_refused(made: Callable[[], Party]) -> None:
    party = made()
    for keys in ([], [party.bob, party.bob]):
        with pytest.raises(V1CryptoServiceError, match="recipient"):
            await party.agent.packaging.pack(party.agent.crypto, party.agent.secrets, b"hello", keys)
    with pytest.raises(ValueError, match="verkey"):
        party.agent.crypto.v1_kid_to_public_key("short")


async def test_each_backend_and_pydidcomm_read_one_another() -> None:
    octets, askar = with_octets(), with_askar()
    for sender, receiver in ((octets, askar), (askar, octets)):
        packed = await sender.agent.pack(b"hello", Target([receiver.bob], [], ""), sender.alice)
        unpacked = await receiver.agent.unpack(packed.message)
        assert (unpacked.unpacked, unpacked.sender_kid) == (b"hello", sender.alice)


def test_a_key_on_another_curve_is_refused_by_v1() -> None:
    crypto = AskarV1CryptoService()
    secret = AskarSecretKey(Key.generate(KeyAlg.P256), f"{ALICE}#1")
    with pytest.raises(V1CryptoServiceError):
        crypto.public_key_to_v1_kid(secret.as_public_key())
    with pytest.raises(V1CryptoServiceError, match="is not an Ed25519 key"):
        crypto.held(secret)
    with pytest.raises(V1CryptoServiceError):
        NaclV1CryptoService().public_key_to_v1_kid(EdPublicKey(b"short"))


def test_a_pair_is_that_of_its_seed_and_shows_no_secret() -> None:
    pair = InMemSecretsManager().create(SEED)
    assert pair.kid == pair.verkey_b58 == VERKEY
    assert pair.sigkey == SEED + pair.verkey
    assert repr(pair) == f"KeyPair(verkey={pair.verkey!r})"
    assert EdPublicKey(pair.verkey).key == VERKEY
    assert EdPublicKey(pair.verkey).multikey == v1_kid_to_multikey(VERKEY)
    with pytest.raises(NotImplementedError):
        _ = EdPublicKey(pair.verkey).kid
    with pytest.raises(ValueError, match="32 bytes"):
        InMemSecretsManager().create(b"short")
    with pytest.raises(ValueError, match="not bytes"):
        InMemSecretsManager().create("x" * 32)  # type: ignore[arg-type]
    assert InMemSecretsManager().create().kid != InMemSecretsManager().create().kid


async def test_a_secret_of_another_verkey_does_not_open() -> None:
    party = with_octets()
    packed = await party.agent.pack(b"hello", Target([party.bob], [], ""))
    secrets: dict[str, KeyPair] = party.secrets.secrets
    other = InMemSecretsManager().create(SEED)
    secrets[party.bob] = KeyPair(secrets[party.bob].verkey, other.sigkey)
    with pytest.raises(V1CryptoServiceError, match="the secret of another key"):
        await party.agent.unpack(packed.message)


def test_the_older_functions_pack_and_unpack() -> None:
    (alice, alice_secret), (bob, bob_secret) = legacy.create_keypair(SEED), legacy.create_keypair(OTHER)
    packed = legacy.pack_message("Grüße", [bob], alice, alice_secret)
    assert legacy.unpack_message(packed, bob, bob_secret) == ("Grüße", VERKEY, legacy.bytes_to_b58(bob))
    octets = json.dumps(legacy.pack_message("hello", [bob])).encode()
    assert legacy.unpack_message(octets, bob, bob_secret) == ("hello", None, legacy.bytes_to_b58(bob))
    assert [*legacy.recipients_from_packed_message(octets)] == [legacy.bytes_to_b58(bob)]
    with pytest.raises(ValueError, match=f"Verkey {VERKEY} not found"):
        legacy.unpack_message(packed, alice, alice_secret)
    with pytest.raises(legacy.CryptoError, match="cannot be decrypted"):
        legacy.unpack_message({**packed, "ciphertext": "AAAA"}, bob, bob_secret)
    with pytest.raises(legacy.CryptoError, match="Both verkey and sigkey"):
        legacy.pack_message("hello", [bob], alice)
    with pytest.raises(legacy.CryptoError):
        legacy.pack_message("hello", [b"short"])


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (b"{", "Invalid packed message"),
        ({"protected": "YQ"}, "Invalid packed message recipients"),
        ({"protected": b64("[]")}, "Invalid packed message recipients"),
        ({"protected": b64('{"alg": "RSA"}')}, "Unsupported pack algorithm: RSA"),
    ],
)
def test_text_that_is_not_an_envelope_raises_value_error(message: bytes | dict[str, Any], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        legacy.unpack_message(message, *legacy.create_keypair(SEED))


def test_the_older_functions_sign_and_box() -> None:
    (alice, alice_secret), (bob, bob_secret) = legacy.create_keypair(SEED), legacy.create_keypair(OTHER)
    signature = legacy.sign_message(b"hello", alice_secret)
    assert legacy.verify_signed_message(signature + b"hello", alice)
    assert not legacy.verify_signed_message(signature + b"hallo", alice)
    field = legacy.sign_message_field({"a": 1}, VERKEY, alice_secret)
    assert legacy.verify_signed_message_field(field) == (VERKEY, {"a": 1})
    with pytest.raises(nacl.exceptions.BadSignatureError):
        legacy.verify_signed_message_field({**field, "signer": legacy.bytes_to_b58(bob)})
    assert legacy.anon_decrypt_message(legacy.anon_crypt_message(b"hello", bob), OTHER) == b"hello"
    boxed = legacy.auth_crypt_message(b"hello", bob, alice, alice_secret)
    assert legacy.auth_decrypt_message(boxed, bob, bob_secret) == (b"hello", VERKEY)


def test_a_seed_is_text_bytes_or_base64url() -> None:
    expected = legacy.create_keypair(SEED)
    assert legacy.create_keypair(SEED.decode()) == expected
    assert legacy.create_keypair(b64(SEED) + "=") == expected
    assert legacy.create_keypair() != legacy.create_keypair()
    assert len(legacy.random_seed()) == 32
    with pytest.raises(legacy.CryptoError, match="32 bytes"):
        legacy.create_keypair(b"short")
    with pytest.raises(legacy.CryptoError, match="not a string or bytes"):
        legacy.create_keypair(7)  # type: ignore[arg-type]


def test_the_steps_of_the_older_functions_make_an_envelope_of_today() -> None:
    (alice, alice_secret), (bob, bob_secret) = legacy.create_keypair(SEED), legacy.create_keypair(OTHER)
    for sender in ((), (alice, alice_secret)):
        header, cek = legacy.prepare_pack_recipient_keys([bob], *sender)
        protected = legacy.bytes_to_b64(header.encode())
        ciphertext, nonce, tag = legacy.encrypt_plaintext("Grüße", protected.encode(), cek)
        parts = {"iv": nonce, "ciphertext": ciphertext, "tag": tag}
        packed = {
            "protected": protected,
            **{name: legacy.bytes_to_b64(octets) for name, octets in parts.items()},
        }
        expected = VERKEY if sender else None
        assert legacy.unpack_message(packed, bob, bob_secret)[:2] == ("Grüße", expected)
        recipients = json.loads(header)["recipients"]
        assert legacy.locate_pack_recipient_key(recipients, bob, bob_secret)[:2] == (cek, expected)
        assert legacy.decrypt_plaintext(ciphertext + tag, protected.encode(), nonce, cek) == "Grüße"
        with pytest.raises(ValueError, match="not found"):
            legacy.locate_pack_recipient_key(recipients, alice, alice_secret)
    with pytest.raises(ValueError, match="Invalid recipient header"):
        legacy.locate_pack_recipient_key([{}], bob, bob_secret)
