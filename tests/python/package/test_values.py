"""What holds no secret can be pickled, copied and compared, by all of its parts."""

from __future__ import annotations

import copy
import dataclasses
import enum
import json
import pickle
import weakref
from typing import TYPE_CHECKING, Any

import pytest

import pydidcomm
from pydidcomm import (
    DidNotFoundError,
    InMemoryReplayWindow,
    InMemorySecrets,
    LocalResolver,
    Message,
    Outcome,
    ReplayEntry,
    Secret,
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
    tolerated,
    verkeys,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def pickled(protocol: int) -> Callable[[Any], Any]:
    # the octets are our own
    return lambda value: pickle.loads(pickle.dumps(value, protocol))  # noqa: S301


WAYS: dict[str, Callable[[Any], Any]] = {
    **{f"pickle {protocol}": pickled(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}
REFUSING = ["InMemoryReplayWindow", "InMemorySecrets", "LocalResolver", "Secret"]
IGNORED = {("Metadata", 8), ("V1Message", 5)}
"""The id of the delivery: one message that arrives twice is one message."""
WITHOUT = {*IGNORED, ("Metadata", 0)}
"""The message beside the metadata, which are equal where the same was proved."""


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


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_not_equal_to_something_else(name: str) -> None:
    others = [other for known, other in VALUES.items() if known != name]
    assert all(VALUES[name] != other for other in [*others, None, 1, "odd!"])


@pytest.mark.parametrize("name", sorted(set(VALUES) - set(UNHASHABLE)))
def test_a_value_is_a_key_of_a_dict(name: str) -> None:
    assert {VALUES[name]: 1}[copy.copy(VALUES[name])] == 1


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
    assert isinstance(received().message.from_prior, pydidcomm.FromPrior)
    assert way(received().message).from_prior == received().message.from_prior
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


# each part alone


def changed(part: Any) -> Iterator[Any]:  # noqa: ANN401, C901, any part
    """The part with one thing of it changed, in all the ways that may be taken."""
    if isinstance(part, bool):
        yield not part
    elif isinstance(part, int):
        yield part + 1
    elif isinstance(part, bytes):
        yield part + b"x"
    elif part is None or (isinstance(part, str) and not part.startswith("{")):
        yield from ("did:example:other#key", "A256GCM", "ES256", "P-256", "expired", verkeys()[2], 7)
        yield from (ALICE.signing.multikey, [KEY], *([f"{part}x"] if part else []))
    elif isinstance(part, str):
        for name, member in json.loads(part).items():
            for other in [f"{member}x", 7, [member], None]:
                yield json.dumps({**json.loads(part), name: other}, separators=(",", ":"))
        yield part + "x"
    elif type(part) in {tuple, list}:
        yield part[:-1]
        for place, entry in enumerate(part):
            for other in changed(entry):
                yield type(part)([*part[:place], other, *part[place + 1 :]])
    elif isinstance(part, dict):
        yield {**part, "x": 1}
    else:
        yield from restored(part)


def restored(value: Any) -> Iterator[Any]:  # noqa: ANN401, any value
    """Objects of the same class that differ in one part."""
    for place, part in enumerate(value.__reduce__()[1][1]):
        if (type(value).__name__, place) not in IGNORED:
            yield from with_part(value, place, changed(part))


def with_part(value: Any, place: int, others: Iterator[Any]) -> Iterator[Any]:  # noqa: ANN401, any value
    restore, (kind, parts) = value.__reduce__()
    for other in others:
        try:
            again = restore(kind, (*parts[:place], other, *parts[place + 1 :]))
        except (ValueError, TypeError):
            continue
        if again.__reduce__()[1][1] != parts:
            yield again


COMPILED = [name for name, value in VALUES.items() if type(value).__module__ in {"pydidcomm", "pydidcomm.v1"}]


@pytest.mark.parametrize("name", COMPILED)
def test_objects_that_differ_in_one_part_are_not_equal(name: str) -> None:
    value = VALUES[name]
    for place, part in enumerate(value.__reduce__()[1][1]):
        if (name, place) in WITHOUT:
            continue
        others = list(with_part(value, place, changed(part)))
        assert others or not part, (place, part)
        assert all(other != value for other in others), place


@pytest.mark.parametrize("name", sorted(set(VALUES) - set(COMPILED) - {"MessageWarning", "NewKey"}))
def test_objects_that_differ_in_one_field_are_not_equal(name: str) -> None:
    value = VALUES[name]
    for field in dataclasses.fields(value):
        other = copy.copy(value)
        object.__setattr__(other, field.name, ValueError("another"))
        assert other != value, field.name


def test_warnings_differ_in_what_they_are_about() -> None:
    warning = VALUES["MessageWarning"]
    assert warning == "odd"
    assert warning != pydidcomm.MessageWarning("odd", pydidcomm.WarningCode.LONG_ID, "type")
    assert warning != pydidcomm.MessageWarning("odd", pydidcomm.WarningCode.TYPE, "id")
    assert {warning: 1}["odd"] == 1


def test_faults_and_ids_that_are_not_read_count() -> None:
    exact = Message.from_dict({"id": "one", "type": "https://example.org/a/1.0/b"})
    faulty = {"id": "one", "type": "https://example.org/a/1.0/b", "thid": 7}
    tolerant = UnpackConfig(tolerate_form_faults=True)
    assert sync.DIDCommMessaging().unpack(faulty, config=tolerant).message != exact
    assert tolerated() != sync.DIDCommMessaging().unpack(exact.as_json()).metadata


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


# subclasses


class MySecrets(InMemorySecrets):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__([Secret.generate("X25519", kid=KEY)])
        self.folder = folder + suffix


class MyResolver(LocalResolver):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__(long_forms={})
        self.folder = folder + suffix


class Late(LocalResolver):
    def __init__(self, folder: str) -> None:
        self.folder = folder
        assert self.resolve("did:web:example.com") is None


class MyWindow(InMemoryReplayWindow):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__(capacity=1)
        self.folder = folder + suffix


class MyPrefixes(pydidcomm.PrefixResolver):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__({"did:": LocalResolver()})
        self.folder = folder + suffix


class MyParty(sync.DIDCommMessaging):
    def __init__(self, folder: str, *, suffix: str) -> None:
        super().__init__()
        self.folder = folder + suffix


@pytest.mark.parametrize("kind", [MySecrets, MyResolver, MyWindow, MyPrefixes, MyParty])
def test_a_subclass_has_a_constructor_of_its_own(kind: Any) -> None:  # noqa: ANN401, any of them
    assert kind("folder", suffix="!").folder == "folder!"


def test_a_resolver_is_made_once() -> None:
    late: Any = Late("x")
    assert late.folder == "x"
    assert MyResolver("x", suffix="").long_forms == {}
    with pytest.raises(RuntimeError, match="__init__ was called twice"):
        MyResolver("x", suffix="").__init__("y", suffix="")  # type: ignore[misc]
    with pytest.raises(TypeError, match="positional"):
        LocalResolver("folder")  # type: ignore[call-arg]


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
