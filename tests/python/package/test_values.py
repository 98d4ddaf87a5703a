"""What holds no secret can be pickled, copied and compared, by all of its parts."""

from __future__ import annotations

import copy
import enum
import json
import pickle
import weakref
from typing import TYPE_CHECKING, Any

import pytest

import pydidcomm
from pydidcomm import (
    DidNotFoundError,
    InMemorySecrets,
    LocalResolver,
    Message,
    Outcome,
    ReplayEntry,
    UnpackConfig,
    sync,
    v1,
)
from pydidcomm.sync import v1 as sync_v1
from support.values import (
    ALICE,
    BOB,
    DOCUMENTS,
    KEY,
    STATEFUL,
    UNHASHABLE,
    VALUES,
    packed,
    received,
    verkeys,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def pickled(protocol: int) -> Callable[[Any], Any]:
    # the octets are our own
    return lambda value: pickle.loads(pickle.dumps(value, protocol))  # noqa: S301


WAYS: dict[str, Callable[[Any], Any]] = {
    **{f"pickle {protocol}": pickled(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}
REFUSING = ["InMemoryReplayWindow", "InMemorySecrets", "LocalResolver", "Secret"]


def public_classes() -> dict[str, type]:
    named = {name: getattr(module, name) for module in (pydidcomm, v1) for name in module.__all__}
    return {name: value for name, value in named.items() if isinstance(value, type)}


def is_value_or_state(value: type) -> bool:
    is_protocol = getattr(value, "_is_protocol", False)
    return not (is_protocol or issubclass(value, (BaseException, enum.Enum)))


def members(value: object) -> dict[str, Any]:
    """What the public attributes of the object have."""
    of_text = set(dir(str)) if isinstance(value, str) else set[str]()
    names = [name for name in dir(value) if not name.startswith("_") and name not in of_text]
    attributes = {name: getattr(value, name) for name in names}
    # the options as the core reads them
    attributes.pop("prepared", None)
    return {name: member for name, member in attributes.items() if not callable(member)}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    name: str = request.param
    return WAYS[name]


def test_every_public_class_is_a_value_or_holds_state() -> None:
    classes = {name for name, value in public_classes().items() if is_value_or_state(value)}
    assert classes == {*VALUES, *STATEFUL}
    assert all(type(value) is public_classes()[name] for name, value in {**VALUES, **STATEFUL}.items())


# copies


@pytest.mark.parametrize("name", VALUES)
def test_a_copy_is_equal_in_every_member(name: str, way: Callable[[Any], Any]) -> None:
    value = VALUES[name]
    again = way(value)
    assert type(again) is type(value)
    assert again == value
    assert repr(again) == repr(value)
    was, found = members(value), members(again)
    if name == "Diagnosis":
        assert repr(was.pop("error")) == repr(found.pop("error"))
    assert found == was
    if name not in UNHASHABLE:
        assert hash(again) == hash(value)


def test_a_member_read_as_absent_is_absent_in_a_copy(way: Callable[[Any], Any]) -> None:
    faulty = json.loads(
        '{"id":"one","type":"https://example.org/a/1.0/b","thid":7,"attachments":'
        '[{"id":"a","data":{"json":1}},{"id":"a","data":{"base64":7}},{"id":"b c","data":{"json":1}}]}'
    )
    tolerant = UnpackConfig(tolerate_form_faults=True)
    message = sync.DIDCommMessaging().unpack(faulty, config=tolerant).message
    again = way(message)
    assert [each.id for each in again.attachments] == [each.id for each in message.attachments] == [None] * 3
    assert again == message
    assert way(message.attachments[0]) == message.attachments[0]
    assert way(message.attachments[0]).id is None
    plain = Message.from_dict({**faulty, "thid": None, "attachments": []})
    assert message.replace(attachments=[]) == plain


def test_the_delivery_of_a_message_is_the_same_in_a_copy(way: Callable[[Any], Any]) -> None:
    result = received()
    assert ReplayEntry.of(way(result), at=7) == ReplayEntry.of(result, at=7)


def test_a_rotation_is_announced_and_proved_in_a_copy(way: Callable[[Any], Any]) -> None:
    prior = pydidcomm.FromPrior(iss="did:example:old", sub="did:example:new", iat=1)
    announced = Message(type="https://example.org/a/1.0/b", from_prior=prior)
    assert way(announced).from_prior == prior
    message = received().message
    assert isinstance(message.from_prior, pydidcomm.FromPrior)
    assert way(message).from_prior == message.from_prior
    token = Message.from_dict({"id": "1", "type": "https://example.org/a/1.0/b", "from_prior": "a.b.c"})
    assert way(token).from_prior == "a.b.c"
    assert way(token) != announced


def test_a_document_of_a_short_form_keeps_its_name(way: Callable[[Any], Any]) -> None:
    resolver = LocalResolver()
    long = sync.create_peer_did(InMemorySecrets(), method=4)
    short = resolver.remember(long)
    of_long, of_short = resolver.resolve(long), resolver.resolve(short)
    assert of_long is not None
    assert of_short is not None
    assert of_long != of_short
    assert way(of_short) == of_short
    assert way(of_short).key_agreement == of_short.key_agreement


def test_a_failure_among_several_arrives_in_a_copy(way: Callable[[Any], Any]) -> None:
    again = way(Outcome(error=DidNotFoundError(ALICE.did)))
    with pytest.raises(DidNotFoundError, match=ALICE.did):
        again.unwrap()


# what is proved


@pytest.mark.parametrize(
    "name", ["Forwarded", "Metadata", "PeerEnded", "PeerRotated", "UnpackResult", "V1Message"]
)
def test_nothing_proved_is_made_by_a_constructor(name: str) -> None:
    with pytest.raises(TypeError):
        public_classes()[name]()


def test_restoring_is_not_part_of_the_interface() -> None:
    for module in (pydidcomm, sync, v1, sync_v1):
        assert "restore" not in dir(module)


def test_a_damaged_pickle_raises_an_error() -> None:
    restore, (kind, parts) = VALUES["Envelope"].__reduce__()
    for wrong in ((), (*parts, 1), ("x",) * len(parts)):
        with pytest.raises(ValueError, match="Envelope is damaged"):
            restore(kind, wrong)
    with pytest.raises(ValueError, match="damaged"):
        restore(dict, ())


# what is not copied


@pytest.mark.parametrize("name", REFUSING)
def test_objects_with_secrets_or_state_are_not_copied(name: str, way: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="not pickled or copied"):
        way(STATEFUL[name])


def test_options_with_secrets_are_not_sent_to_another_process() -> None:
    config = pydidcomm.ResolversConfig(secrets_resolver=BOB.secrets, did_resolver=DOCUMENTS)
    for party in (config, pydidcomm.DIDCommMessaging(BOB.secrets)):
        for way in (pickled(pickle.HIGHEST_PROTOCOL), copy.deepcopy):
            with pytest.raises(TypeError, match="not pickled or copied"):
                way(party)


def test_a_subclass_of_a_resolver_can_be_pickled_as_it_wants(way: Callable[[Any], Any]) -> None:
    assert way(Pickled("x")).folder == "x"


class Pickled(LocalResolver):
    """A resolver that another process can make again."""

    def __init__(self, folder: str) -> None:
        super().__init__(key_naming="multibase")
        self.folder = folder

    def __reduce__(self) -> Any:  # noqa: ANN401, as object has it
        return Pickled, (self.folder,)


# weak references


# a named tuple is a tuple, which has no weak references
@pytest.mark.parametrize("name", sorted({*VALUES, *STATEFUL} - {"NewKey"}))
def test_objects_are_weakly_referenced(name: str) -> None:
    value = {**VALUES, **STATEFUL}[name]
    assert weakref.ref(value)() is value


def test_other_public_objects_are_weakly_referenced() -> None:
    for name, kind in public_classes().items():
        if issubclass(kind, enum.Enum):
            for member in kind:
                assert weakref.ref(member)() is member
        elif issubclass(kind, BaseException):
            error = kind.__new__(kind)
            assert weakref.ref(error)() is error, name


# collections


@pytest.mark.parametrize("name", VALUES)
def test_collections_are_tuples_and_made_once(name: str) -> None:
    value = VALUES[name]
    for member, found in members(value).items():
        assert not isinstance(found, (list, set)) or found == [], member
        if isinstance(found, tuple):
            assert found == getattr(value, member)
            if type(value) in {VALUES["Diagnosis"].__class__, VALUES["SignedView"].__class__}:
                continue
            if member != "replay_key":
                assert found is getattr(value, member), member


def test_results_and_their_metadata_are_made_once() -> None:
    result, forward = received(), VALUES["Forwarded"]
    assert result.metadata is result.metadata
    assert result.message is result.message
    assert forward.received.metadata is forward.metadata
    assert forward.received.forward is forward.received.forward
    assert forward.message is forward.received.message


def test_collections_of_errors_are_tuples() -> None:
    kids = pydidcomm.SecretNotFoundError([KEY]).kids, pydidcomm.DecryptionError([KEY]).kids
    links = pydidcomm.ContentNotFoundError(["https://a"]).links
    candidates = pydidcomm.KeyNotFoundError("did:example:a", KEY, "keyAgreement", [KEY]).candidates
    curves = pydidcomm.IncompatibleKeysError("did:example:a", "did:example:b", ["X25519"], ["P-256"])
    assert (kids, links, candidates) == (((KEY,), (KEY,)), ("https://a",), (KEY,))
    assert (curves.sender_curves, curves.recipient_curves) == (("X25519",), ("P-256",))


# text for the wire


@pytest.mark.parametrize("name", [name for name, value in VALUES.items() if hasattr(value, "text")])
def test_objects_with_a_wire_text_have_its_media_type(name: str) -> None:
    value = VALUES[name]
    assert str(value) == value.text
    assert value.media_type.startswith("application/didcomm-")


def test_a_v1_forward_has_the_media_type_of_its_content() -> None:
    inner, _, mediator = verkeys()
    forwarded = VALUES["V1Forwarded"]
    assert forwarded.media_type == VALUES["V1Packed"].media_type == "application/didcomm-envelope-enc"
    of_v2 = sync_v1.forward(DOCUMENTS.of(BOB), packed().text, to=inner, routing_keys=[mediator])
    opened = sync_v1.unpack_forward(DOCUMENTS.of(BOB), of_v2.text)
    assert (opened.text, opened.media_type) == (opened.message, "application/didcomm-encrypted+json")
