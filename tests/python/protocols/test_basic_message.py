"""Basic message 2.0."""

from __future__ import annotations

import pytest

from pydidcomm import Message
from pydidcomm.protocols import BasicMessage, Protocols, Text
from support.protocol_messages import NOW, TO_BOB, received
from support.protocol_steps import code, names

PIURI = "https://didcomm.org/basicmessage/2.0"
BASIC = BasicMessage()


@pytest.mark.spec("BMSG-01", "BMSG-03", "BMSG-04")
@pytest.mark.parametrize("lang", [None, "de"])
def test_a_text_has_its_type_its_time_and_its_language(lang: str | None) -> None:
    step = BASIC.begin(Text(content="Hallo"), **TO_BOB, lang=lang)
    sent = step.send[0].message
    assert (sent.type, sent.body, sent.created_time) == (f"{PIURI}/message", {"content": "Hallo"}, NOW)
    assert (sent.lang, "lang" in sent.as_dict()) == (lang, lang is not None)
    assert step.thread is None
    assert Protocols([BASIC]).disclosures() == {PIURI: ("sender", "receiver")}


@pytest.mark.spec("BMSG-02")
@pytest.mark.parametrize("body", [{}, {"content": 5}, {"content": None}])
def test_a_message_without_a_text_is_malformed(body: dict[str, object]) -> None:
    step = BASIC.receive(received(Message(type=Text.type, id="one", body=body)), None, NOW)
    assert (code(step), step.events) == ("e.m.msg.malformed", ())


@pytest.mark.spec("BMSG-03", "BMSG-05")
@pytest.mark.parametrize(("created", "events"), [(NOW, ["message"]), (None, ["no-created-time", "message"])])
def test_a_text_is_reported_and_not_answered(created: int | None, events: list[str]) -> None:
    step = BASIC.receive(received(Text(content="hi").to_message(created_time=created)), None, NOW)
    assert (names(step), step.send, step.thread) == (events, (), None)
    assert step.events[-1].data == Text(content="hi")
