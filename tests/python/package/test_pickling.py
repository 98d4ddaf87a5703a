"""Options and exceptions can be pickled and copied without changes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import (
    AnonCryptAlg,
    PackEncryptedConfig,
    PackEncryptedParameters,
    PolicyError,
    UnpackConfig,
    errors,
    sync,
)
from support.parties import hello

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DID, KID = "did:example:a", "did:example:a#k"
EXAMPLES: list[Exception] = [
    errors.DIDCommError("anything"),
    errors.MalformedMessageError("message.to", "no DID"),
    errors.MalformedDocumentError(DID, "no list"),
    errors.UnsupportedError("curve", "P-521"),
    errors.UnsupportedError("keyAgreement", "RSA", {KID: "RSA"}),
    errors.IncompatibleKeysError(DID, "did:example:b", ["X25519"], ["P-256", "P-384"]),
    errors.NotFoundError("anything"),
    errors.DidDeactivatedError(DID),
    errors.DidNotFoundError(DID),
    errors.ResolutionError(DID, "https://example.com/did.json", "status 503", "busy"),
    errors.DeliveryError([("https://example.com", "status 503")]),
    errors.KeyNotFoundError(DID, KID, "keyAgreement", [f"{DID}#1", f"{DID}#2"]),
    errors.EndpointNotFoundError(DID),
    errors.ContentNotFoundError(["https://example.com/film"]),
    errors.SecretNotFoundError([KID]),
    errors.UntrustedMessageError("from=skid", KID, "did:example:b"),
    errors.PolicyError("require_signed", DID),
    errors.ReplayedMessageError("one", DID),
    errors.DecryptionError(),
    errors.InvalidSignatureError(),
    errors.MessageTypeWarning("odd"),
]


def named_alice(did: str) -> bool:
    return did.endswith("alice")


CONFIGS: list[Any] = [
    UnpackConfig(),
    UnpackConfig(require_encrypted=True, allowed_senders={DID}, own_dids=[DID], now=7, max_layers=2),
    UnpackConfig(allowed_senders=named_alice, require_profile="didcomm/v2", to_mismatch="warning"),
    PackEncryptedConfig(),
    PackEncryptedConfig(
        enc_alg_anon=AnonCryptAlg.XC20P_ECDH_ES_A256KW, protect_sender_id=True, curves=["P-256"]
    ),
    PackEncryptedParameters(forward_schemes=("wss",), forward_headers={"delay_milli": 5}),
]


def pickled(protocol: int) -> Callable[[Any], Any]:
    # the octets are our own
    return lambda value: pickle.loads(pickle.dumps(value, protocol))  # noqa: S301


WAYS = {
    **{f"pickle {protocol}": pickled(protocol) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    name: str = request.param
    return WAYS[name]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: type(config).__name__)
def test_a_copy_of_options_is_equal(config: Any, way: Callable[[Any], Any]) -> None:  # noqa: ANN401, any of them
    again = way(config)
    assert type(again) is type(config)
    assert again == config
    assert repr(again) == repr(config)
    field = dataclasses.fields(config)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(again, field, None)


def test_a_copy_of_options_demands_the_same(way: Callable[[Any], Any]) -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    frm, to = alice.create_peer_did(), bob.create_peer_did()
    packed = alice.pack(hello(), to=to, frm=frm).message
    for config in (
        UnpackConfig(require_signed=True),
        UnpackConfig(allowed_senders={to}),
        UnpackConfig(allowed_senders=named_alice),
    ):
        with pytest.raises(PolicyError):
            bob.unpack(packed, config=way(config))
    assert bob.unpack(packed, config=way(UnpackConfig(allowed_senders=[frm]))).message.frm == frm


def test_options_with_different_values_are_not_equal() -> None:
    assert UnpackConfig(own_dids=(DID,)) == UnpackConfig(own_dids=(DID,))
    assert UnpackConfig(require_signed=True) != UnpackConfig()
    assert hash(UnpackConfig(now=7)) == hash(UnpackConfig(now=7))
    changed = dataclasses.replace(UnpackConfig(require_signed=True), now=7)
    assert changed == UnpackConfig(require_signed=True, now=7)
    assert dataclasses.asdict(changed) == {
        **dataclasses.asdict(UnpackConfig()),
        "require_signed": True,
        "now": 7,
    }
    assert UnpackConfig(**dataclasses.asdict(changed)) == changed


def tree(cls: type[BaseException]) -> Iterator[type[BaseException]]:
    yield cls
    for child in cls.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


def test_every_exception_has_an_example() -> None:
    assert {type(error) for error in EXAMPLES} == {*tree(errors.DIDCommError), errors.MessageTypeWarning}


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_a_pickled_exception_preserves_its_attributes(error: Exception, way: Callable[[Any], Any]) -> None:
    # concurrent.futures and multiprocessing send exceptions that way
    error.__dict__["__notes__"] = ["where it happened"]
    again: Exception = way(error)
    assert again is not error
    assert (type(again), str(again)) == (type(error), str(error))
    # exceptions are equal only to themselves, and one may hold others
    assert repr(vars(again)) == repr(vars(error))
    assert repr(again.args) == repr(error.args)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_the_text_of_an_exception_is_a_phrase(error: Exception) -> None:
    assert str(error)
    assert str(error) == str(error).rstrip(".")
