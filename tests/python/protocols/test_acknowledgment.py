"""Acknowledgments and the empty message 1.0."""

from __future__ import annotations

from typing import Any

import pytest

from pydidcomm import Message
from pydidcomm.protocols import Empty, EmptyMessage, Ping, ProblemReport, Received, Text
from pydidcomm.protocols.acknowledgment import (
    MAX_IDS,
    acknowledged_by,
    acknowledgment,
    ids_to_acknowledge,
    is_pure,
    requested_by,
    with_acknowledgment,
)
from support.protocol_messages import ALICE, BOB, NOW, TO_BOB, anonymous, answer_from_bob, received

FORWARD = "https://didcomm.org/routing/2.0/forward"


def text(**headers: Any) -> Message:  # noqa: ANN401, arguments of Message
    return Text(content="x").to_message(**{"id": "one", **headers})


@pytest.mark.spec("EMP-01", "EMP-02", "EMP-03")
@pytest.mark.parametrize("wire", [{"body": {}}, {}])
def test_an_empty_message_has_no_meaning_and_no_answer(wire: dict[str, object]) -> None:
    message = Message.from_dict({"id": "one", "type": "https://didcomm.org/empty/1.0/empty", **wire})
    step = EmptyMessage().receive(received(message), None, NOW)
    assert (step.send, step.events, step.thread, step.problem) == ((), (), None, None)
    assert EmptyMessage().begin(Empty(), **TO_BOB, ack=["a"]).send[0].message.ack == ("a",)


@pytest.mark.spec("ACK-02", "AKN-02")
@pytest.mark.parametrize(
    ("please", "ids"),
    [
        (None, ()),
        ([], ()),
        ([""], ("one",)),
        (["a", ""], ("a", "one")),
        (["A", "a", "", "ONE"], ("a", "one")),
    ],
)
def test_an_empty_string_asks_for_the_message_itself(please: list[str] | None, ids: tuple[str, ...]) -> None:
    assert requested_by(text(please_ack=please)) == ids


@pytest.mark.spec("ACK-05")
def test_ids_are_acknowledged_in_the_order_of_their_arrival() -> None:
    arrived = {"abc": 1, "def": 2, "xyz": 3}
    asked = received(text(please_ack=["xyz", "", "abc", "def"]), at=9)
    assert ids_to_acknowledge(asked, arrived) == ("abc", "def", "xyz", "one")


@pytest.mark.spec("AKN-06")
def test_only_messages_of_that_peer_are_acknowledged_to_it() -> None:
    assert ids_to_acknowledge(received(text(please_ack=["of-another-peer", ""])), {}) == ("one",)


@pytest.mark.spec("ACK-08", "ACK-09", "AKN-03", "ACK-10")
@pytest.mark.parametrize(
    "asking",
    [
        received(Empty().to_message(id="one", ack=["x"], please_ack=[""])),
        received(Message(type=FORWARD, id="one", body={"next": BOB}, please_ack=[""])),
        anonymous(text(please_ack=[""])),
        received(text()),
    ],
)
def test_no_acknowledgment_is_due(asking: Received) -> None:
    ids = ids_to_acknowledge(asking, {"one": 1})
    assert ids == ()
    assert acknowledgment(asking, ids, now=NOW) is None


@pytest.mark.spec("ACK-04", "ACK-06", "AKN-01", "AKN-03", "THR-11")
def test_a_pure_acknowledgment_is_an_empty_message_on_the_thread() -> None:
    sent = acknowledgment(received(text(thid="t", please_ack=[""])), ("one",), now=NOW)
    assert sent is not None
    message = sent.message
    assert (message.type, message.thid, message.ack, message.please_ack) == (Empty.type, "t", ("one",), None)
    assert (sent.to, sent.frm) == (ALICE, BOB)
    assert is_pure(message)
    # and the peer, which asks for acknowledgments of everything, gets no answer to it
    assert ids_to_acknowledge(answer_from_bob(message.replace(please_ack=[""])), {}) == ()


@pytest.mark.spec("AKN-01")
def test_an_acknowledgment_rides_on_another_message() -> None:
    answer = with_acknowledgment(text(ack=["a"]), ("a", "b"))
    assert (answer.ack, answer.body) == (("a", "b"), {"content": "x"})
    assert with_acknowledgment(text(), ()).ack is None
    assert not is_pure(answer)


@pytest.mark.spec("AKN-05")
def test_a_repeat_is_acknowledged_as_the_first_copy_was() -> None:
    asked = received(text(please_ack=[""]))
    assert ids_to_acknowledge(asked, {}) == ids_to_acknowledge(asked, {"one": NOW - 5}) == ("one",)


@pytest.mark.spec("ACK-13")
@pytest.mark.parametrize(
    "message",
    [
        Empty().to_message(ack=["A"]),
        Ping().to_message(ack=["a", "A"]),
        ProblemReport(code="e.p.x").to_message(ack=["a"]),
    ],
)
def test_any_message_with_ack_is_an_acknowledgment(message: Message) -> None:
    assert acknowledged_by(message) == ("a",)
    assert acknowledged_by(message.replace(ack=None)) == ()


def test_the_ids_of_one_message_are_bounded() -> None:
    many = [f"m{number}" for number in range(10_000)]
    assert len(requested_by(text(please_ack=many))) == len(acknowledged_by(text(ack=many))) == MAX_IDS
