"""Typed messages: what is written, what is read, and what is malformed."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003, the annotation is read
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import pytest

from pydidcomm import Message
from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols import Body

TYPE = "https://example.org/sale/1.0/offer"


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Item:
    name: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Body, type=TYPE):
    price: float | None = None
    count: int | None = None
    urgent: bool | None = None
    note: str | None = field(default=None, metadata={"name": "human-note"})
    tags: list[str] | None = None
    items: tuple[Item, ...] | None = None
    colour: Colour | None = None
    kind: Literal["a", "b"] | None = None
    level: Literal[0, 1] | None = None
    prices: Mapping[str, int] | None = None
    extra: Any = None


def offer(**body: Any) -> Message:  # noqa: ANN401, JSON
    return Message(type=TYPE, body={name.replace("_", "-"): value for name, value in body.items()})


FULL = Offer(
    price=1.5,
    count=2,
    urgent=False,
    note="n",
    tags=["x"],
    items=(Item("a"), Item("b", 2)),
    colour=Colour.RED,
    kind="a",
    prices={"eur": 3},
    extra={"any": [1]},
)


def test_a_typed_message_that_is_written_is_read_as_the_same() -> None:
    message = FULL.to_message(thid="t", to=["did:example:bob"])
    assert (message.type, message.thid, message.to) == (TYPE, "t", ("did:example:bob",))
    assert message.body["human-note"] == "n"
    assert message.body["items"] == [{"name": "a", "count": 1}, {"name": "b", "count": 2}]
    assert Offer.from_message(message) == FULL


def test_members_that_are_none_are_left_out_and_unknown_ones_are_ignored() -> None:
    assert Offer().to_message().body == {}
    assert Offer.from_message(offer(unknown=1, count=None)) == Offer()


@pytest.mark.parametrize("minor", ["1.0", "1.9"])
def test_any_minor_version_of_the_type_is_read(minor: str) -> None:
    message = Message(type=TYPE.replace("1.0", minor), body={"count": 3})
    assert Offer.from_message(message).count == 3


def test_another_type_is_a_misuse() -> None:
    with pytest.raises(ValueError, match="`message` must have the type"):
        Offer.from_message(Message(type="https://example.org/sale/1.0/bill"))


@pytest.mark.parametrize(
    ("body", "part", "reason"),
    [
        ({"count": "2"}, "count", "not a whole number"),
        ({"count": True}, "count", "not a whole number"),
        ({"count": 1.5}, "count", "not a whole number"),
        ({"price": "1"}, "price", "not a number"),
        ({"price": False}, "price", "not a number"),
        ({"urgent": "false"}, "urgent", "not true or false"),
        ({"urgent": 0}, "urgent", "not true or false"),
        ({"human_note": 5}, "human-note", "not a string"),
        ({"tags": "x"}, "tags", "not an array"),
        ({"tags": ["x", 1]}, "tags[1]", "not a string"),
        ({"items": [{"count": 2}]}, "items[0].name", "missing"),
        ({"items": ["a"]}, "items[0]", "not an object"),
        ({"colour": "blue"}, "colour", "not one of red"),
        ({"kind": "c"}, "kind", "not one of a, b"),
        ({"level": True}, "level", "not one of 0, 1"),
        ({"prices": [1]}, "prices", "not an object"),
        ({"prices": {"eur": "3"}}, "prices.eur", "not a whole number"),
    ],
)
def test_a_member_of_another_type_is_malformed_and_named(
    body: dict[str, Any], part: str, reason: str
) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        Offer.from_message(offer(**body))
    assert (caught.value.part, caught.value.reason) == (f"message.body.{part}", reason)


def test_what_a_class_checks_itself_is_malformed_too() -> None:
    @dataclass(frozen=True)
    class Even(Body, type=TYPE):
        count: int

        def __post_init__(self) -> None:
            if self.count % 2:
                message = "`count` must be even"
                raise ValueError(message)

    assert Even.from_message(offer(count=2)).count == 2
    with pytest.raises(MalformedMessageError, match="`count` must be even"):
        Even.from_message(offer(count=1))


def test_a_class_that_is_not_a_dataclass_is_refused() -> None:
    class Bare(Body, type=TYPE):
        pass

    with pytest.raises(TypeError, match="Bare must be a dataclass"):
        Bare().to_message()


def test_an_annotation_without_a_meaning_in_json_is_refused() -> None:
    @dataclass(frozen=True)
    class Odd(Body, type=TYPE):
        value: set[int]

    with pytest.raises(TypeError, match=r"cannot have the annotation set\[int\]"):
        Odd.from_message(offer(value=[1]))


@dataclass(frozen=True)
class Pair(Body, type=TYPE):
    value: tuple[int, str]


@dataclass(frozen=True)
class AnySet(Body, type=TYPE):
    value: set  # type: ignore[type-arg]


@dataclass(frozen=True)
class Anything(Body, type=TYPE):
    value: dict  # type: ignore[type-arg]


def test_of_types_without_arguments_an_object_is_read_and_others_are_refused() -> None:
    message = offer(value={"a": [1]})
    assert Anything.from_message(message).to_message().body == message.body
    for kind in (Pair, AnySet):
        with pytest.raises(TypeError, match="cannot have the annotation"):
            kind.from_message(offer(value=[1, "a"]))
