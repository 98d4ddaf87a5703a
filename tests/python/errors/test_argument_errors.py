"""Errors of arguments: they name the argument, what was expected and what came, in the words of Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import (
    InMemorySecrets,
    LocalResolver,
    Message,
    PublicKey,
    Secret,
    UnpackConfig,
    sync,
)
from pydidcomm.errors import IncompatibleKeysError, MalformedMessageError, UnsupportedError
from support.parties import HELLO, hello

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("argument", "value", "text"),
    [
        ("to", "did:example:bob", "`to` must be a list of str, got str: write ['did:example:bob']"),
        ("to", [7], "`to` must be a list of str, got int in it"),
        ("body", "hi", "`body` must be a dict, got str"),
        (
            "body",
            {"a": object()},
            "`body` must be JSON (dict, list, str, int, float, bool or None), got object",
        ),
        ("type", 7, "`type` must be a str, got int"),
        ("frm", b"did:example:a", "`frm` must be a str, got bytes"),
        ("custom_headers", [], "`custom_headers` must be a dict, got list"),
    ],
)
def test_a_message_names_the_argument_the_expectation_and_what_came(
    argument: str, value: object, text: str
) -> None:
    arguments: dict[str, Any] = {"type": HELLO, argument: value}
    with pytest.raises(TypeError) as caught:
        Message(**arguments)
    assert str(caught.value) == text


def test_a_did_is_named_where_it_is_not_one() -> None:
    party = sync.DIDCommMessaging()
    did = party.create_peer_did()
    wrong: list[dict[str, Any]] = [{"to": "bob"}, {"to": did, "frm": "bob"}, {"to": did, "sign_frm": "bob"}]
    for arguments in wrong:
        name = [*arguments][-1]
        text = rf"^`{name}` must be a DID \(did:method:...\), got a str of 3 characters$"
        with pytest.raises(ValueError, match=text):
            party.pack(hello(), **arguments)


def test_swapped_secrets_and_resolver_are_named() -> None:
    with pytest.raises(
        TypeError, match="`secrets` must have the methods get_key and get_keys, got LocalResolver"
    ):
        sync.DIDCommMessaging(LocalResolver(), InMemorySecrets())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`resolver` must have the methods resolve, got InMemorySecrets"):
        sync.DIDCommMessaging(resolver=InMemorySecrets())  # type: ignore[arg-type]


def test_a_packed_object_given_to_unpack_says_what_to_pass() -> None:
    party = sync.DIDCommMessaging()
    packed = party.pack(hello(), to=party.create_peer_did())
    with pytest.raises(TypeError, match=r"`packed_msg` must be .*, got Packed: pass its `packed_msg`"):
        party.unpack(packed)  # type: ignore[arg-type]


def test_json_inside_of_a_json_string_and_truncated_text_are_named() -> None:
    import json  # noqa: PLC0415, for this alone

    party = sync.DIDCommMessaging()
    text = party.pack(hello(), to=party.create_peer_did()).message
    with pytest.raises(MalformedMessageError, match="contains a JSON object: decode it once more"):
        party.unpack(json.dumps(text))
    with pytest.raises(MalformedMessageError, match=f"ends at byte {len(text) - 9}: truncated"):
        party.unpack(text[:-9])


def test_curves_are_named_as_they_are_spelled() -> None:
    party = sync.DIDCommMessaging()
    with pytest.raises(UnsupportedError, match="unsupported curve: x25519; did you mean 'X25519'"):
        party.create_peer_did(agreement_curves=["x25519"])
    with pytest.raises(TypeError, match="`agreement_curves` must be a list of str, got str"):
        party.create_peer_did(agreement_curves="X25519")
    with pytest.raises(ValueError, match="must be Ed25519, P-256 or secp256k1, got P-384"):
        party.create_peer_did(auth_curves=["P-384"])
    bob = sync.DIDCommMessaging()
    with pytest.raises(IncompatibleKeysError) as caught:
        party.pack(
            hello(),
            to=bob.create_peer_did(agreement_curves=["P-384"]),
            frm=party.create_peer_did(agreement_curves=["X25519"]),
        )
    assert "X25519" in str(caught.value)
    assert "P-384" in str(caught.value)


@pytest.mark.parametrize("endpoint", ["example.com/alice", "example.com", "localhost:8000", "/inbox", ""])
def test_an_endpoint_without_a_scheme_is_refused(endpoint: str) -> None:
    with pytest.raises(ValueError, match="`service_endpoint` must be a URI with a scheme, or a DID"):
        sync.DIDCommMessaging().create_peer_did(service_endpoint=endpoint)
    service = {"type": "DIDCommMessaging", "serviceEndpoint": {"uri": endpoint}}
    with pytest.raises(ValueError, match="`uri` of a service must be a URI with a scheme, or a DID"):
        sync.DIDCommMessaging().create_peer_did(services=[service])


def test_counts_that_a_method_cannot_have_are_refused() -> None:
    party = sync.DIDCommMessaging()
    several: list[dict[str, Any]] = [
        {"auth_keys_count": 2},
        {"agreement_keys_count": 2},
        {"auth_curves": ["Ed25519", "P-256"]},
    ]
    for arguments in several:
        with pytest.raises(ValueError, match="`method=0` must have one key"):
            party.create_peer_did(method=0, **arguments)
    with pytest.raises(TypeError, match="`auth_keys_count` must be an int, got str"):
        party.create_peer_did("1")  # type: ignore[arg-type]


def test_an_error_of_an_argument_never_repeats_a_secret() -> None:
    jwk = Secret.generate("X25519", kid="did:example:a#1").expose_jwk()
    attempts: list[Callable[[], Any]] = [
        lambda: Secret(jwk["d"]),
        lambda: InMemorySecrets([jwk["d"]]),
        lambda: InMemorySecrets(jwk["d"]),
        lambda: PublicKey.from_octets("X25519", jwk["d"]),
        lambda: Secret.from_octets("X25519", jwk["d"], kid="did:example:a#1"),
        lambda: Secret({**jwk, "d": [jwk["d"]]}),
    ]
    for attempt in attempts:
        with pytest.raises((TypeError, ValueError, UnsupportedError)) as caught:
            attempt()
        assert jwk["d"] not in str(caught.value)


def test_an_error_of_an_argument_travels_to_another_process() -> None:
    import pickle  # noqa: PLC0415, for this alone

    with pytest.raises(TypeError) as caught:
        UnpackConfig(own_dids="did:example:a")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301, our own
    assert (type(again), str(again)) == (type(caught.value), str(caught.value))
    with pytest.raises(TypeError) as caught:
        Message(type=7)  # type: ignore[arg-type]
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301, our own
    assert str(again) == str(caught.value)
