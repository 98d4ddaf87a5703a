"""Messages: every header, and a value that never changes."""

from __future__ import annotations

import copy
import json
import uuid
from typing import Any

import pytest

from pydidcomm import Attachment, FromPrior, Message
from support.parties import HELLO, hello

ALL: dict[str, Any] = {
    "type": HELLO,
    "body": {"msg": "Grüße", "nested": {"list": [1, 2.5, None, True, "x"]}},
    "id": "one",
    "frm": "did:example:alice",
    "to": ["did:example:bob", "did:example:carol?x=1"],
    "thid": "thread",
    "pthid": "parent",
    "created_time": 1516269022,
    "expires_time": 2**33,
    "please_ack": ["", "a"],
    "ack": ["b"],
    "lang": "fr",
    "accept_lang": ["fr", "de"],
    "attachments": [Attachment(id="a", data={"json": {"price": 7}})],
    "custom_headers": {"string": "s", "number": 7, "list": [1, {"x": None}], "object": {}, "null": None},
}


def changed(name: str, value: object) -> Message:
    """The full message with one argument changed."""
    arguments: dict[str, Any] = {**ALL, name: value}
    return Message(**arguments)


# headers that are attributes as tuples
SEQUENCES = {"to", "please_ack", "ack", "accept_lang", "attachments"}


# construction


@pytest.mark.spec("MSG-01", "MSG-02", "THR-04", "THR-05", "THR-07", "MSG-21")
def test_a_message_needs_a_type_and_gets_the_rest() -> None:
    message = Message(type=HELLO)
    identifier = uuid.UUID(message.id)
    assert identifier.version == 4
    assert message.id == str(identifier)
    assert (message.type, message.body, message.custom_headers) == (HELLO, {}, {})
    assert list(message.attachments) == []
    for name in ("frm", "to", "thid", "pthid", "created_time", "expires_time", "from_prior"):
        assert getattr(message, name) is None
    for name in ("please_ack", "ack", "lang", "accept_lang"):
        assert getattr(message, name) is None


@pytest.mark.spec("MSG-02", "THR-07")
def test_generated_ids_are_distinct() -> None:
    assert len({Message(type=HELLO).id.casefold() for _ in range(10_000)}) == 10_000


@pytest.mark.spec("MSG-22", "THR-09", "THR-13", "TIM-02")
def test_every_header_is_an_attribute_with_the_value_given() -> None:
    message = Message(**ALL)
    for name, value in ALL.items():
        assert getattr(message, name) == (tuple(value) if name in SEQUENCES else value), name


def test_every_argument_is_named() -> None:
    construct: Any = Message
    with pytest.raises(TypeError):
        construct(HELLO)
    with pytest.raises(TypeError):
        construct()
    with pytest.raises(TypeError):
        construct(type=HELLO, typ="x")


@pytest.mark.spec("MSG-22")
def test_as_dict_is_the_plaintext_of_the_specification() -> None:
    same = (
        "id",
        "to",
        "thid",
        "pthid",
        "created_time",
        "expires_time",
        "please_ack",
        "ack",
        "lang",
        "body",
        "type",
    )
    assert Message(**ALL).as_dict() == {
        **ALL["custom_headers"],
        **{name: ALL[name] for name in same},
        "typ": "application/didcomm-plain+json",
        "from": "did:example:alice",
        "accept-lang": ["fr", "de"],
        "attachments": [{"id": "a", "data": {"json": {"price": 7}}}],
    }


def test_as_dict_and_as_json_read_back_as_the_same_message() -> None:
    message = Message(**ALL)
    assert Message.from_dict(message.as_dict()) == message
    assert Message.from_json(message.as_json()) == message
    assert Message.from_json(message.as_json().encode()) == message
    assert json.loads(message.as_json()) == message.as_dict()


# a value that never changes


@pytest.mark.parametrize("name", [*ALL, "new"])
def test_no_attribute_can_be_set_or_deleted(name: str) -> None:
    message = Message(**ALL)
    with pytest.raises(AttributeError):
        setattr(message, name, ALL.get(name))
    with pytest.raises((AttributeError, TypeError)):
        delattr(message, name)


def test_arguments_and_attributes_are_copies() -> None:
    body: dict[str, Any] = {"list": [1]}
    message = Message(type=HELLO, body=body, custom_headers={"x": {}}, to=["did:example:bob"])
    body["list"].append(2)
    message.as_dict()["body"]["list"].append(3)
    assert (message.body, message.custom_headers, message.to) == (
        {"list": [1]},
        {"x": {}},
        ("did:example:bob",),
    )


def test_messages_with_the_same_content_are_equal() -> None:
    one, same = Message(**ALL), Message(**ALL)
    assert one == same
    assert hash(one) == hash(same)
    assert len({one, same}) == 1
    assert one != "one"
    for name in ("id", "frm", "to", "thid", "created_time", "body", "ack", "attachments", "custom_headers"):
        assert changed(name, "two" if name == "id" else None) != one, name
    others: dict[str, Any] = {"body": {}, "created_time": 1, "custom_headers": {"string": 1}, "to": []}
    for name, value in others.items():
        assert changed(name, value) != one, name


def test_the_order_of_members_makes_no_difference() -> None:
    assert hello(id="a", body={"x": 1, "y": 2}) == hello(id="a", body={"y": 2, "x": 1})


def test_copies_are_the_same_message() -> None:
    message = Message(**ALL, from_prior=FromPrior(iss="did:example:old", sub="did:example:alice"))
    assert copy.copy(message) == message
    assert copy.deepcopy([message]) == [message]
    assert copy.deepcopy(Message(**ALL)).as_dict() == Message(**ALL).as_dict()


@pytest.mark.parametrize("name", ALL)
def test_replace_changes_only_the_named_members(name: str) -> None:
    other: dict[str, Any] = {
        **ALL,
        "type": "https://x.example/other/1.0/y",
        "id": "two",
        "frm": "did:example:eve",
        "body": {"z": 1},
    }
    other |= {
        "to": None,
        "thid": "other",
        "pthid": None,
        "created_time": 1,
        "expires_time": None,
        "lang": None,
    }
    other |= {
        "please_ack": None,
        "ack": None,
        "accept_lang": None,
        "attachments": None,
        "custom_headers": None,
    }
    replaced = Message(**ALL).replace(**{name: other[name]})
    assert replaced == changed(name, other[name])
    assert Message(**ALL).replace() == Message(**ALL)


def test_replace_keeps_the_rotation_and_refuses_what_the_constructor_refuses() -> None:
    rotation = FromPrior(iss="did:example:old", sub="did:example:alice")
    message = Message(**ALL, from_prior=rotation)
    assert message.replace(id="two").from_prior == rotation
    assert message.replace(from_prior=None).from_prior is None
    with pytest.raises(TypeError):
        message.replace(nonsense=1)
    with pytest.raises(ValueError, match="to"):
        message.replace(to=["unknown"])


def test_repr_contains_the_type_and_id_and_not_the_content() -> None:
    shown = repr(Message(**ALL))
    assert "one" in shown
    assert HELLO in shown
    assert "price" not in shown
    assert "Grüße" not in shown
