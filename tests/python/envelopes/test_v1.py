"""DIDComm v1: verkeys, envelopes and forwards, and `receive`, which accepts both versions."""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha512
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from pydidcomm import (
    DIDCommMessaging,
    InMemoryReplayWindow,
    InMemorySecrets,
    Message,
    PublicKey,
    Secret,
    SignAlg,
    UnpackConfig,
    UnpackResult,
    inspect,
    unpack,
    v1,
)
from pydidcomm.errors import (
    PolicyError,
    ReplayedMessageError,
    SecretNotFoundError,
    UnsupportedError,
)
from pydidcomm.inspection import EncryptedView
from pydidcomm.sync import v1 as now
from support.external_keys import Keys
from support.v1_parties import PING, Cast, party, resolvers

if TYPE_CHECKING:
    from pydidcomm.config import AllowedSenders


@pytest.fixture
def cast() -> Cast:
    return Cast()


# both faces


async def test_v1_unpack_returns_the_message_and_its_sender(cast: Cast) -> None:
    for frm in (cast.alice, None):
        packed = await v1.pack(cast.config("alice"), PING, [cast.bob, cast.carol], frm)
        assert packed.message == packed.packed_msg
        assert packed.media_type == "application/didcomm-envelope-enc"
        assert (packed.to_verkeys, packed.from_verkey) == ((cast.bob, cast.carol), frm)
        for name, own in (("bob", cast.bob), ("carol", cast.carol)):
            for text in (packed.message, packed.message.encode(), json.loads(packed.message)):
                received = await v1.unpack(cast.config(name), text)
                assert received.json() == PING
                assert (received.type, received.id) == (PING["@type"], PING["@id"])
                assert (received.sender_verkey, received.recipient_verkey) == (frm, own)
                assert received.encrypted_to == (cast.bob, cast.carol)
                assert json.loads(received.content) == PING


async def test_a_forward_goes_from_mediator_to_mediator(cast: Cast) -> None:
    packed = (await v1.pack(cast.config("alice"), PING, [cast.alice])).message
    wrapped = await v1.forward(cast.config("alice"), packed, cast.alice, [cast.bob, cast.carol])
    assert wrapped.to_verkeys == (cast.carol,)
    outer = await v1.unpack_forward(cast.config("carol"), wrapped.message)
    assert (outer.to, outer.received.sender_verkey) == (cast.bob, None)
    inner = await v1.unpack_forward(cast.config("bob"), outer.message)
    assert (inner.to, inner.message) == (cast.alice, packed)
    assert (await v1.unpack(cast.config("alice"), inner.message)).json() == PING


async def test_a_new_verkey_is_stored_under_the_kid_of_its_did_key() -> None:
    class Slow:
        def __init__(self) -> None:
            self.stored: list[Secret] = []

        def get_key(self, kid: str, /) -> Secret | None:
            return next((secret for secret in self.stored if secret.kid == kid), None)

        def get_keys(self, kids: list[str], /) -> list[str]:
            return [kid for kid in kids if self.get_key(kid)]

        async def add_key(self, secret: Secret, /) -> None:
            self.stored.append(secret)

    secrets, seed = Slow(), b"testseed000000000000000000000001"
    verkey = await v1.create_verkey(secrets, seed)
    (secret,) = secrets.stored
    multikey = secret.public_multikey()
    assert secret.kid == f"did:key:{multikey}#{multikey}"
    assert (
        verkey
        == v1.verkey(secret)
        == v1.verkey(secret.public_key)
        == now.create_verkey(InMemorySecrets(), seed)
    )
    assert v1.public_key(verkey) == secret.public_key
    packed = await v1.pack(resolvers(secrets), b"hello", [verkey], verkey)
    assert (await v1.unpack(resolvers(secrets), packed.message)).sender_verkey == verkey


def test_synchronous_functions_give_the_same_results(cast: Cast) -> None:
    packed = now.pack(cast.config("alice"), "hello", [cast.bob], cast.alice)
    wrapped = now.forward(cast.config("alice"), packed.message, cast.bob, [cast.carol])
    forwarded = now.unpack_forward(cast.config("carol"), wrapped.message)
    received = now.unpack(cast.config("bob"), forwarded.message)
    assert (received.content, received.sender_verkey) == (b"hello", cast.alice)
    assert set(now.__all__) == set(v1.__all__)


# one door


async def test_version_1_is_refused_by_unpack_and_read_by_receive(cast: Cast) -> None:
    packed, config = cast.packed(), cast.config("bob")
    with pytest.raises(UnsupportedError, match="DIDComm v1"):
        await unpack(config, packed)
    both = [
        await DIDCommMessaging(config.secrets_resolver, config.did_resolver).receive(packed),
        party(config).receive(packed),
    ]
    for received in both:
        assert isinstance(received, v1.V1Message)
        assert (received.json(), received.sender_verkey) == (PING, cast.alice)
    anonymous = party(config).receive(cast.packed(frm=False))
    assert isinstance(anonymous, v1.V1Message)
    assert anonymous.sender_verkey is None


async def test_version_2_is_received_as_it_is_unpacked() -> None:
    holder = DIDCommMessaging()
    did = await holder.create_peer_did()
    packed = await holder.pack(Message(type="https://example.org/greeting/1.0/hello"), to=did, frm=did)
    received = await holder.receive(packed.text)
    assert isinstance(received, UnpackResult)
    assert received.sender == did


def test_demands_are_met_by_what_is_proved(cast: Cast) -> None:
    def refused(demand: str, packed: str, **demands: Any) -> None:  # noqa: ANN401, options
        config = UnpackConfig(**demands)
        bob = cast.config("bob")
        for read in (partial(party(bob).receive, config=config), partial(now.unpack, bob, config=config)):
            with pytest.raises(PolicyError) as caught:
                read(packed)
            assert (caught.value.demand, caught.value.did) == (demand, None)

    def is_alice(verkey: str) -> bool:
        return verkey == cast.alice

    def is_carol(verkey: str) -> bool:
        return verkey == cast.carol

    def is_anybody(_verkey: str) -> bool:
        return True

    either: list[AllowedSenders] = [{cast.alice}, is_alice]
    signed, anonymous = cast.packed(), cast.packed(frm=False)
    refused("require_authenticated", anonymous, require_authenticated=True)
    refused("require_signed", signed, require_signed=True)
    refused("require_profile", signed, require_profile="didcomm/v2")
    refused("allowed_senders", signed, allowed_senders={cast.carol})
    refused("allowed_senders", signed, allowed_senders=is_carol)
    refused("allowed_senders", anonymous, allowed_senders={cast.alice})
    refused("allowed_senders", anonymous, allowed_senders=is_anybody)
    for allowed in either:
        config = UnpackConfig(require_encrypted=True, require_authenticated=True, allowed_senders=allowed)
        assert isinstance(party(cast.config("bob")).receive(signed, config=config), v1.V1Message)
        assert now.unpack(cast.config("bob"), signed, config).sender_verkey == cast.alice


async def test_a_replayed_message_is_refused(cast: Cast) -> None:
    config = cast.config("bob", replay_window=InMemoryReplayWindow())
    packed = cast.packed()
    party(config).receive(packed)
    for read in (party(config).receive, partial(now.unpack, config)):
        with pytest.raises(ReplayedMessageError) as caught:
            read(packed)
        assert (caught.value.message_id, caught.value.did) == (PING["@id"], None)
    octets = cast.packed(b"\xff")
    await v1.unpack(config, octets)
    with pytest.raises(ReplayedMessageError) as caught:
        await v1.unpack(config, octets)
    assert len(caught.value.message_id) == 43


async def test_a_forward_is_admitted_as_any_message_is(cast: Cast) -> None:
    wrapped = now.forward(cast.config("alice"), cast.packed(), cast.bob, [cast.carol]).message
    demanding = UnpackConfig(require_authenticated=True)
    with pytest.raises(PolicyError):
        await v1.unpack_forward(cast.config("carol"), wrapped, demanding)
    with pytest.raises(PolicyError):
        now.unpack_forward(cast.config("carol"), wrapped, demanding)
    config = cast.config("carol", InMemoryReplayWindow())
    await v1.unpack_forward(config, wrapped)
    with pytest.raises(ReplayedMessageError):
        await v1.unpack_forward(config, wrapped)
    with pytest.raises(ReplayedMessageError):
        now.unpack_forward(config, wrapped)


def test_inspect_shows_the_claims_of_a_v1_envelope(cast: Cast) -> None:
    view = inspect(cast.packed(PING, cast.bob, cast.carol))
    (layer,) = view.layers
    assert isinstance(layer, EncryptedView)
    assert (layer.version, layer.mode, layer.typ) == (1, "authcrypt", "JWM/1.0")
    assert layer.claimed_recipient_kids == (cast.bob, cast.carol)
    assert [fault.reason for fault in view.faults] == ["unsupported envelope: DIDComm v1"]


# secrets


async def test_the_secrets_resolver_receives_the_verkey_and_the_did_key_kid(cast: Cast) -> None:
    requests: list[list[str]] = []

    class RecordingKeys(Keys):
        def get_keys(self, kids: list[str], /) -> list[str]:
            requests.append(kids)
            return super().get_keys(kids)

    secret = cast.secrets["bob"].get_key(cast.bob)
    assert secret is not None
    jwk = {name: value for name, value in secret.expose_jwk().items() if name != "kid"}
    for name in (cast.bob, secret.kid):
        for answer in (secret, jwk, {**jwk, "kid": "did:example:bob#1"}):
            received = await v1.unpack(resolvers(RecordingKeys({name: answer})), cast.packed())
            assert received.recipient_verkey == cast.bob
    assert {tuple(kids) for kids in requests} == {(cast.bob, secret.kid)}


def test_a_signing_only_external_key_does_not_open_with_the_reason(cast: Cast) -> None:
    class Signs:
        def sign(self, _algorithm: SignAlg, _data: bytes, /) -> bytes:
            return b""

    signs = resolvers(Keys({cast.bob: Signs()}))
    with pytest.raises(UnsupportedError, match="only signs"):
        now.unpack(signs, cast.packed())
    with pytest.raises(UnsupportedError, match="only signs"):
        now.pack(signs, PING, [cast.alice], cast.bob)


async def test_an_external_key_packs_and_opens(cast: Cast) -> None:
    seed = b"testseed000000000000000000000001"
    dave = await v1.create_verkey(InMemorySecrets(), seed)

    class Agrees:
        """The X25519 key that the Ed25519 key of the seed implies (RFC 8032 5.1.5)."""

        key = X25519PrivateKey.from_private_bytes(sha512(seed).digest()[:32])

        async def agree(self, public_key: PublicKey, /) -> bytes:
            assert public_key.curve == "X25519"
            return self.key.exchange(X25519PublicKey.from_public_bytes(public_key.octets()))

    there = resolvers(Keys({dave: Agrees()}))
    assert (await v1.unpack(there, cast.packed(PING, cast.bob, dave))).sender_verkey == cast.alice
    packed = await v1.pack(there, PING, [cast.bob], dave)
    assert (await v1.unpack(cast.config("bob"), packed.message)).sender_verkey == dave


def test_secrets_are_named_by_their_verkeys(cast: Cast) -> None:
    secret = cast.secrets["bob"].get_key(cast.bob)
    assert secret is not None
    assert cast.bob in cast.secrets["bob"]
    stored = InMemorySecrets([{**secret.expose_jwk(), "kid": cast.bob}])
    assert stored.kids() == [secret.kid]
    assert secret.renamed("did:example:bob#1").renamed(cast.bob).kid == secret.kid
    assert now.unpack(resolvers(stored), cast.packed()).recipient_verkey == cast.bob
    assert stored.remove_key(cast.bob)
    with pytest.raises(SecretNotFoundError) as caught:
        now.unpack(resolvers(stored), cast.packed())
    assert caught.value.kids == (cast.bob,)


def test_a_secret_of_another_key_is_named(cast: Cast) -> None:
    wrong = resolvers(Keys({cast.bob: cast.secrets["carol"].get_key(cast.carol)}))
    with pytest.raises(ValueError, match=cast.bob):
        now.unpack(wrong, cast.packed())
    with pytest.raises(ValueError, match=cast.bob):
        now.pack(wrong, PING, [cast.alice], cast.bob)
