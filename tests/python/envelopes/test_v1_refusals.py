"""DIDComm v1: what is refused, and the errors of wrong arguments."""

from __future__ import annotations

import json

import pytest

from pydidcomm import (
    InMemorySecrets,
    Message,
    Secret,
    UnpackConfig,
    sync,
    v1,
)
from pydidcomm.errors import (
    DecryptionError,
    DIDCommError,
    MalformedMessageError,
    SecretNotFoundError,
    UnsupportedError,
)
from pydidcomm.sync import v1 as now
from support.parties import b64, header_of
from support.v1_parties import PING, Cast


@pytest.fixture
def cast() -> Cast:
    return Cast()


def test_a_message_with_one_letter_changed_is_refused(cast: Cast) -> None:
    packed = json.loads(cast.packed())
    for name in ("iv", "ciphertext", "tag"):
        letter = "B" if packed[name][0] == "A" else "A"
        with pytest.raises(DecryptionError):
            now.unpack(cast.config("bob"), {**packed, name: letter + packed[name][1:]})


def test_text_that_is_not_a_v1_envelope_is_refused(cast: Cast) -> None:
    bob = cast.config("bob")
    for packed in ("", "{", "[]", {}, {"id": "1", "type": "t"}):
        with pytest.raises(MalformedMessageError):
            now.unpack(bob, packed)
    party = sync.DIDCommMessaging()
    text = party.pack(Message(type="https://example.org/greeting/1.0/hello"), to=party.create_peer_did())
    with pytest.raises(MalformedMessageError):
        now.unpack(bob, text.message)
    with pytest.raises(MalformedMessageError, match="forward"):
        now.unpack_forward(bob, cast.packed())
    for content in (b"\xff", "hello", "[]", '{"a":1,"a":2}'):
        received = now.unpack(bob, cast.packed(content))
        assert (received.type, received.id) == (None, None)
        with pytest.raises(MalformedMessageError):
            received.json()


def test_limits_are_set_by_the_caller(cast: Cast) -> None:
    packed = cast.packed(PING, cast.bob, cast.carol)
    just = UnpackConfig(max_bytes=len(packed), max_recipients=2)
    assert now.unpack(cast.config("bob"), packed, just).json() == PING
    for config in (UnpackConfig(max_bytes=len(packed) - 1), UnpackConfig(max_recipients=1)):
        with pytest.raises(MalformedMessageError):
            now.unpack(cast.config("bob"), packed, config)
    deep = now.unpack(cast.config("bob"), cast.packed('{"a":[[]]}'), UnpackConfig(max_nesting=2))
    with pytest.raises(MalformedMessageError, match="deep"):
        deep.json()


def test_wrong_arguments_are_named(cast: Cast) -> None:
    alice = cast.config("alice")
    low = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM"
    for to in ([], ["bob"], [cast.bob, cast.bob], ["did:key:z6Mk"], [low]):
        with pytest.raises(ValueError):  # noqa: PT011, several texts
            now.pack(alice, PING, to)
    with pytest.raises(ValueError, match="verkey"):
        now.pack(alice, PING, [cast.bob], "alice")
    with pytest.raises(SecretNotFoundError):
        now.pack(alice, PING, [cast.bob], cast.carol)
    with pytest.raises(TypeError):
        now.pack(alice, 7, [cast.bob])  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        now.pack(alice, PING, cast.bob)
    with pytest.raises(ValueError, match="`routing_keys` must not be empty"):
        now.forward(alice, cast.packed(), cast.bob, [])
    with pytest.raises(MalformedMessageError, match="not an encrypted message"):
        now.forward(alice, json.dumps(PING), cast.bob, [cast.carol])
    with pytest.raises(ValueError, match="verkey"):
        v1.public_key("bob")
    with pytest.raises(UnsupportedError, match="X25519"):
        v1.verkey(Secret.generate("X25519", kid="did:example:bob#1"))
    with pytest.raises(ValueError):  # noqa: PT011, the text is that of `Secret`
        now.create_verkey(InMemorySecrets(), b"short")


@pytest.mark.parametrize(("length", "error"), [(2048, SecretNotFoundError), (2049, MalformedMessageError)])
def test_a_kid_of_any_length_is_not_repeated_by_an_error(length: int, error: type[DIDCommError]) -> None:
    secrets = InMemorySecrets()
    party = sync.DIDCommMessaging(secrets)
    verkey = now.create_verkey(secrets)
    envelope = json.loads(now.pack(party.resolvers_config, {"@id": "1"}, [verkey]).text)
    header = header_of(envelope["protected"])
    header["recipients"][0]["header"]["kid"] = "z" * length
    envelope["protected"] = b64(json.dumps(header))
    with pytest.raises(error) as caught:
        party.receive(envelope)
    assert len(str(caught.value)) < 2100
