"""Dicts that are packed: the same message, or the same refusal, as their JSON text."""

from __future__ import annotations

import json
import re
from collections import UserDict
from typing import Any

import pytest

from pydidcomm import Message, sync
from pydidcomm.errors import MalformedMessageError

HELLO: dict[str, Any] = {"id": "1", "type": "https://example.org/greeting/1.0/hello"}
COMPLETE: dict[str, Any] = {**HELLO, "typ": "application/didcomm-plain+json", "body": {}}


class Name(str):
    """A name that equals no other, whatever its text is."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__


def nested(levels: int) -> dict[str, Any]:
    """A message of so many levels."""
    value: Any = []
    for level in range(levels - 2):
        value = [value] if level % 2 else {"a": value}
    return HELLO | {"custom": value}


def packed(message: Any) -> Any:  # noqa: ANN401, parsed JSON
    return json.loads(sync.DIDCommMessaging().pack_plaintext(message).packed_msg)


PARTS: list[dict[str, Any]] = [
    {'a "quoted"\\name\n': 'a "quoted"\\text\n'},
    {"\u00e9\u2028": "\U0001f600", "body": {"\u00e9": ["\x01"]}},
    {"body": {"numbers": [0, -1, 2**70, 1.5, 1e300], "words": [True, False, None]}},
    {"body": UserDict({"a": UserDict({"b": 1})})},
    {"attachments": [{"id": "1", "data": {"json": {"a": [{}]}}}]},
    nested(100),
]


@pytest.mark.parametrize("part", PARTS)
def test_a_packed_dict_is_the_message_of_its_json_text(part: dict[str, Any]) -> None:
    message = COMPLETE | part
    text = json.dumps(message, default=dict)
    assert packed(message) == json.loads(text) == Message.from_json(text).as_dict()


@pytest.mark.parametrize("place", ["top", "body", "deeper"])
def test_a_name_twice_in_a_dict_is_refused(place: str) -> None:
    twice: dict[Any, Any] = {Name("a"): 1, Name("a"): 2}
    parts: dict[str, dict[Any, Any]] = {
        "top": twice,
        "body": {"body": twice},
        "deeper": {"a": [{"b": twice}]},
    }
    with pytest.raises(ValueError, match="a name twice in one object"):
        packed(HELLO | parts[place])


def test_a_dict_is_refused_for_its_depth_as_its_json_text_is() -> None:
    with pytest.raises(MalformedMessageError, match="nested too deeply") as of_text:
        Message.from_json(json.dumps(nested(101), separators=(",", ":")))
    reason = str(of_text.value).removeprefix("malformed ")
    with pytest.raises(ValueError, match=re.escape(reason)):
        packed(nested(101))
