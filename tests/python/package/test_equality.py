"""Values are equal where each part is equal."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

import pydidcomm
from pydidcomm import (
    Message,
    UnpackConfig,
    sync,
)
from support.values import (
    ALICE,
    KEY,
    UNHASHABLE,
    VALUES,
    tolerated,
    verkeys,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


IGNORED = {("Metadata", 8), ("V1Message", 5)}
"""The id of the delivery: one message that arrives twice is one message."""
WITHOUT = {*IGNORED, ("Metadata", 0)}
"""The message and the metadata, which are equal where the same was proved."""


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_not_equal_to_something_else(name: str) -> None:
    others = [other for known, other in VALUES.items() if known != name]
    assert all(VALUES[name] != other for other in [*others, None, 1, "odd!"])


@pytest.mark.parametrize("name", sorted(set(VALUES) - set(UNHASHABLE)))
def test_a_value_is_a_key_of_a_dict(name: str) -> None:
    assert {VALUES[name]: 1}[copy.copy(VALUES[name])] == 1


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
