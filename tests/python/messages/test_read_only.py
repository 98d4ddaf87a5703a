"""JSON of objects that never change: a dict in every respect, but a change in it is refused."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import Attachment, LocalResolver, Message, UnpackConfig, sync
from support.parties import HELLO, hello

if TYPE_CHECKING:
    from collections.abc import Callable

BODY: dict[str, Any] = {
    "text": 'é\n"',
    "n": [1, -2.5, 1e-7, 2**70, True, False, None, [], {}],
    "nested": {"list": [{"deep": [1, 2, 3]}], "empty": {}},
}
ATTACHED = Attachment.from_json_value(BODY, id="one")
LONG = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a"


def fault_value() -> Any:  # noqa: ANN401, JSON
    plain = json.dumps({"id": "one", "type": HELLO, "lang": BODY})
    config = UnpackConfig(tolerate_form_faults=True)
    return sync.DIDCommMessaging().unpack(plain, config=config).metadata.form_faults[0].value


def long_forms() -> Any:  # noqa: ANN401, JSON
    resolver = LocalResolver()
    resolver.remember(LONG)
    return resolver.long_forms


HANDED_OUT: dict[str, Callable[[], Any]] = {
    "body": lambda: hello(body=BODY).body,
    "custom_headers": lambda: hello(custom_headers=BODY).custom_headers,
    "data": lambda: ATTACHED.data["json"],
    "lastmod_time": lambda: Attachment.from_dict({"data": {"json": 1}, "lastmod_time": BODY}).lastmod_time,
    "form fault": fault_value,
}
DICT: dict[str, Callable[[Any], Any]] = {
    "set": lambda value: value.__setitem__("x", 1),
    "delete": lambda value: value.__delitem__("text"),
    "update": lambda value: value.update(x=1),
    "|=": lambda value: value.__ior__({"x": 1}),
    "pop": lambda value: value.pop("text"),
    "pop with default": lambda value: value.pop("x", None),
    "popitem": lambda value: value.popitem(),
    "clear": lambda value: value.clear(),
    "setdefault": lambda value: value.setdefault("x", 1),
    "nested": lambda value: value["nested"]["list"][0].__setitem__("deep", 1),
    "empty": lambda value: value["nested"]["empty"].__setitem__("x", 1),
}
LIST: dict[str, Callable[[Any], Any]] = {
    "append": lambda value: value.append(1),
    "extend": lambda value: value.extend([1]),
    "insert": lambda value: value.insert(0, 1),
    "pop": lambda value: value.pop(),
    "remove": lambda value: value.remove(1),
    "clear": lambda value: value.clear(),
    "sort": lambda value: value.sort(),
    "reverse": lambda value: value.reverse(),
    "set": lambda value: value.__setitem__(0, 1),
    "set slice": lambda value: value.__setitem__(slice(0, 1), [2]),
    "delete": lambda value: value.__delitem__(0),
    "+=": lambda value: value.__iadd__([1]),
    "*=": lambda value: value.__imul__(2),
}


@pytest.mark.parametrize("name", HANDED_OUT)
@pytest.mark.parametrize("change", DICT)
def test_a_change_of_a_dict_is_refused(name: str, change: str) -> None:
    value = HANDED_OUT[name]()
    with pytest.raises(TypeError, match=r"dict is read-only.*replace\(body="):
        DICT[change](value)
    assert value == BODY


@pytest.mark.parametrize("name", HANDED_OUT)
@pytest.mark.parametrize("change", LIST)
def test_a_change_of_a_list_is_refused(name: str, change: str) -> None:
    value = HANDED_OUT[name]()
    for inner in (value["n"], value["nested"]["list"][0]["deep"]):
        with pytest.raises(TypeError, match=r"list is read-only.*replace\(body="):
            LIST[change](inner)
    assert value == BODY


def test_every_method_that_changes_a_dict_or_list_is_refused() -> None:
    value = hello(body=BODY).body
    kinds: list[tuple[type, Any]] = [(dict, value), (list, value["n"])]
    for origin, made in kinds:
        reading = (
            "__init__ __new__ __hash__ __class_getitem__ __getattribute__ __doc__ __contains__ __eq__ __ge__ "
            "__getitem__ __gt__ __iter__ __le__ __len__ __lt__ __ne__ __or__ __repr__ __reversed__ __ror__ "
            "__sizeof__ __add__ __mul__ __rmul__ copy fromkeys get items keys values count index"
        )
        for name in set(vars(origin)) - set(reading.split()):
            with pytest.raises(TypeError, match="read-only"):
                getattr(made, name)()


def test_the_long_forms_that_are_copied_are_read_only() -> None:
    assert isinstance(long_forms(), dict)
    with pytest.raises(TypeError, match="read-only"):
        long_forms()["x"] = "y"
    assert LocalResolver(long_forms=long_forms()).resolve(LONG.rsplit(":", 1)[0]) is not None


@pytest.mark.parametrize("name", HANDED_OUT)
def test_a_read_only_dict_behaves_like_a_dict(name: str) -> None:
    value = HANDED_OUT[name]()
    assert issubclass(type(value), dict)
    assert issubclass(type(value["n"]), list)
    assert value == BODY
    assert value == BODY
    assert repr(value) == repr(BODY)
    assert json.loads(json.dumps(value)) == json.loads(json.dumps(value, indent=2)) == BODY
    assert dict(**value) == dict(value) == {**value} == value | {} == value.copy() == BODY
    assert [type(each) for each in value["n"]][:7] == [int, float, float, int, bool, bool, type(None)]
    match value:
        case {"nested": {"list": [{"deep": [1, 2, 3]}]}, "text": str()}:
            pass
        case _:
            pytest.fail("no match")
    assert list(value) == list(BODY)


@pytest.mark.parametrize("name", HANDED_OUT)
def test_copies_are_plain_and_can_be_changed(name: str) -> None:
    value = HANDED_OUT[name]()
    deep: Any = copy.deepcopy(value)
    deep["nested"]["list"][0]["deep"].append(4)
    assert deep["nested"]["list"][0]["deep"] == [1, 2, 3, 4]
    assert type(copy.copy(value)) is type(value.copy()) is dict
    assert type(copy.copy(value["n"])) is list
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(value, protocol))  # noqa: S301, our own
        assert again == BODY
        assert type(again["nested"]["list"]) is list


def test_a_read_only_dict_is_accepted_as_an_argument() -> None:
    message = hello(body=BODY, custom_headers={"x": BODY}, attachments=[ATTACHED])
    again = Message(
        type=message.type, id=message.id, body=message.body, custom_headers=message.custom_headers
    )
    assert again == message.replace(attachments=None)
    assert Attachment(id="one", data=ATTACHED.data, media_type="application/json") == ATTACHED
    assert message.replace(body={**message.body, "n": 1}).body == {**BODY, "n": 1}


def test_methods_return_a_mutable_dict() -> None:
    message = hello(body=BODY)
    headers = message.as_dict()
    headers["body"]["nested"]["list"].append(1)
    assert Message.from_dict(headers).body["nested"]["list"] == [{"deep": [1, 2, 3]}, 1]
    ATTACHED.json()["n"].append(1)


def test_python_code_does_not_run_for_each_entry() -> None:
    def calls(count: int) -> int:
        message = hello(body={"entries": [{"n": [number]} for number in range(count)]})
        message.body  # noqa: B018, the classes are imported once
        seen: list[str] = []
        # callbacks of the garbage collector, such as those of hypothesis, are calls too
        gc.disable()
        sys.setprofile(lambda _frame, event, _argument: seen.append(event))
        try:
            message.body  # noqa: B018, is what is measured
        finally:
            sys.setprofile(None)
            gc.enable()
        return len([event for event in seen if event == "call"])

    assert (calls(10), calls(10_000)) == (0, 0)


@pytest.mark.slow
def test_a_large_string_is_made_once() -> None:
    size = 10 << 20
    message = hello(body={"text": "x" * size})
    tracemalloc.start()
    try:
        body = message.body
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(body["text"]) == size
    assert peak < size + size // 4
