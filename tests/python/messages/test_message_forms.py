"""Forms of a message: a program gets ValueError, a recipient MalformedMessageError."""

from __future__ import annotations

import json
import math
import warnings
from typing import Any

import pytest

from pydidcomm import Attachment, Message, MessageTypeWarning, ResolversConfig, sync
from pydidcomm.errors import MalformedMessageError
from support.forge import plaintext
from support.parties import HELLO, Documents, Party, hello

IDS_THAT_ARE_NONE = ["", "a b", "a/b", "a:b", "a#b", "a%20b", "é", "a\n", "x" * 1000]
IDS = ["x", "abc-._~09", "A" * 32, "7f9c24e5-2f0a-4d5b-9c1e-8a3b6d7e0f12", "x" * 200]
TEXT_LISTS: list[Any] = ["a", [7], {}, 7]
TIMES: list[Any] = ["1516269022", -1, [], 2**64]
WRONG: dict[str, list[Any]] = {
    **{name: [*IDS_THAT_ARE_NONE, 7, {}, ["a"]] for name in ("id", "thid", "pthid")},
    "type": ["", "a b", 7, {}, ["x"]],
    "frm": ["", "alice", "did:example:alice#key-1", ["did:example:alice"], 7, {}],
    "to": ["did:example:bob", ["bob"], ["did:example:bob#key-1"], {}, [7], [None], 7],
    **dict.fromkeys(("created_time", "expires_time"), TIMES),
    "body": ["text", [], 7, True],
    **dict.fromkeys(("please_ack", "ack", "accept_lang"), TEXT_LISTS),
    "lang": [7, ["fr"], {}],
    "attachments": [{}, "x", ["x"], [7]],
}


@pytest.fixture
def resolvers() -> ResolversConfig:
    party = Party("did:example:alice")
    return Documents(party).of(party)


def read(**headers: Any) -> Message:  # noqa: ANN401, any JSON
    return Message.from_dict(plaintext(**headers))


@pytest.mark.spec(
    "MSG-03", "MSG-04", "MSG-06", "MSG-07", "MSG-15", "MSG-20", "THR-03", "THR-08", "TIM-02", "ATT-01"
)
@pytest.mark.parametrize(("header", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_a_header_of_the_wrong_form_is_refused(header: str, value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        hello(**{header: value})
    name = {"frm": "from", "accept_lang": "accept-lang"}.get(header, header)
    with pytest.raises(MalformedMessageError) as caught:
        Message.from_dict({**plaintext(), name: value})
    assert caught.value.part in {f"message.{name}", "attachment"}
    assert caught.value.reason in str(caught.value)


@pytest.mark.spec("THR-03", "THR-04")
@pytest.mark.parametrize("identifier", IDS)
def test_an_id_of_unreserved_characters_is_taken(identifier: str) -> None:
    message = hello(id=identifier, thid=identifier, pthid=identifier)
    assert Message.from_dict(message.as_dict()).id == message.thid == message.pthid == identifier


@pytest.mark.spec("MSG-01", "MSG-03", "MSG-32", "THR-01", "THR-02")
@pytest.mark.parametrize("name", ["id", "type"])
def test_a_plaintext_without_id_or_type_is_refused(name: str) -> None:
    for message in (
        plaintext(thid="t", **{name: None}),
        {**plaintext(), name: None},
        {**plaintext(), name: 7},
    ):
        with pytest.raises(MalformedMessageError) as caught:
            Message.from_dict(message)
        assert caught.value.part == f"message.{name}"


@pytest.mark.spec("MSG-20")
def test_a_body_of_null_is_refused() -> None:
    with pytest.raises(MalformedMessageError) as caught:
        Message.from_dict({**plaintext(), "body": None})
    assert caught.value.part == "message.body"


@pytest.mark.spec("MSG-19", "MSG-32", "MED-02", "TIM-01")
def test_a_plaintext_needs_neither_body_nor_typ() -> None:
    message = read(body=None, typ=None)
    assert message.body == {}
    assert message.as_dict()["body"] == {}


@pytest.mark.spec("MED-02", "MED-08", "MED-09", "MED-11", "MSG-32")
def test_typ_is_that_of_a_plaintext_or_absent() -> None:
    for typ in (
        "application/didcomm-plain+json",
        "didcomm-plain+json",
        "Application/DIDComm-Plain+JSON",
        None,
    ):
        assert read(typ=typ).as_dict()["typ"] == "application/didcomm-plain+json"
    for wrong in ("application/didcomm-signed+json", "didcomm-encrypted+json", "application/json", 7, "JWM"):
        with pytest.raises(MalformedMessageError) as caught:
            read(typ=wrong)
        assert caught.value.part == "message.typ"


@pytest.mark.spec("TIM-02")
@pytest.mark.parametrize("value", ["2024-01-01T00:00:00Z", "1516269022", 1.5, 1516269022.0, True, {}])
def test_a_time_that_is_not_a_whole_number_is_malformed(value: object) -> None:
    with pytest.raises(MalformedMessageError):
        read(created_time=value)


# types


@pytest.mark.spec("MSG-04")
@pytest.mark.parametrize("kind", ["my-protocol/1.0", "hello", "https://didcomm.org/trust-ping/2.0"])
def test_a_type_that_is_not_a_message_type_uri_is_accepted_with_a_warning(
    kind: str, resolvers: ResolversConfig
) -> None:
    with pytest.warns(MessageTypeWarning) as caught:
        message = Message(type=kind)
    assert caught[0].filename == __file__
    received = sync.unpack(resolvers, message.as_json())
    assert received.message.type == kind
    assert [warning for warning in received.metadata.warnings if "type" in warning]


@pytest.mark.spec("MSG-04")
@pytest.mark.parametrize(
    "kind",
    [
        "https://didcomm.org/trust-ping/2.0/ping",
        "https://example.com/protocols?which=lets_do_lunch/1.0/proposal",
        "did:example:alice;spec/lets_do_lunch/1.0/proposal",
    ],
)
def test_a_message_type_uri_gives_no_warning(kind: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Message(type=kind).type == kind


# custom headers and JSON values


@pytest.mark.spec("MSG-25")
@pytest.mark.parametrize(
    "name",
    [
        *(["id", "type", "typ", "to", "from", "frm", "thid", "pthid", "created_time", "expires_time"]),
        *(["body", "attachments", "from_prior", "please_ack", "ack", "lang", "accept-lang"]),
    ],
)
def test_a_custom_header_cannot_take_the_name_of_another(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Message(type=HELLO, custom_headers={name: "x"})


@pytest.mark.spec("MSG-22", "MSG-23", "MSG-24")
def test_unknown_headers_are_preserved() -> None:
    unknown = {"x-odd": [1, {"y": None}], "": 0, "ü": "é", "null": None, "return_route": "all"}
    message = Message.from_dict({**plaintext(), **unknown})
    assert message.custom_headers == unknown
    assert {**message.as_dict(), **unknown} == message.as_dict()


@pytest.mark.parametrize(
    "number",
    [
        0,
        -1,
        2**53 + 1,
        2**63,
        2**64,
        -(2**63) - 1,
        2**200,
        10**300,
        0.1,
        -0.0,
        5e-324,
        9.312158403177331e-262,
    ],
)
def test_numbers_are_preserved_exactly(number: float, resolvers: ResolversConfig) -> None:
    message = hello(
        body={"n": number}, custom_headers={"n": number}, attachments=[Attachment(data={"json": number})]
    )
    packed = sync.pack_plaintext(resolvers, message).packed_msg
    assert json.loads(packed)["body"]["n"] == number
    received = sync.unpack(resolvers, packed).message
    for value in (received.body["n"], received.custom_headers["n"], received.attachments[0].data["json"]):
        assert (value, type(value), math.copysign(1, value)) == (
            number,
            type(number),
            math.copysign(1, number),
        )
    assert received == message


def test_a_number_that_exceeds_a_double_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        hello(body={"n": 10**400})


@pytest.mark.parametrize("text", ["é", "\U0001f600", '"\\/\b\f\n\r\t', "\0\x1f\x7f", "\u2028", "x" * 100_000])
def test_strings_are_preserved_exactly(text: str) -> None:
    message = hello(body={text: text})
    assert Message.from_json(message.as_json()).body == message.body == {text: text}


def cyclic_list() -> list[Any]:
    holder: list[Any] = []
    holder.append(holder)
    return holder


def cyclic_dict() -> dict[str, Any]:
    holder: dict[str, Any] = {}
    holder["x"] = holder
    return holder


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (math.nan, ValueError),
        (math.inf, ValueError),
        (-math.inf, ValueError),
        ("\ud800", ValueError),
        ({"\ud800": 1}, ValueError),
        (cyclic_list(), ValueError),
        (cyclic_dict(), ValueError),
        (b"octets", TypeError),
        ({1, 2}, TypeError),
        (object(), TypeError),
        ({1: "x"}, TypeError),
        ({None: "x"}, TypeError),
        (1j, TypeError),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_that_json_cannot_represent_are_refused(value: object, error: type[Exception]) -> None:
    for name in ("body", "custom_headers"):
        with pytest.raises(error):
            hello(**{name: {"x": value}})
    with pytest.raises(error):
        Attachment(data={"json": value})
    with pytest.raises((error, MalformedMessageError)):
        Message.from_dict({**plaintext(), "x": value})


@pytest.mark.spec("MSG-31")
@pytest.mark.parametrize("text", ["[]", '"text"', "1", "null", "", "{", b"\xff", "{} {}"])
def test_text_that_is_not_a_json_object_is_malformed(text: str | bytes) -> None:
    with pytest.raises(MalformedMessageError):
        Message.from_json(text)
