"""Trust ping 2.0, driven through every state."""

from __future__ import annotations

import pytest

from pydidcomm import Message
from pydidcomm.protocols import Ping, PingResponse, Protocols, Thread, TrustPing
from support.protocol_messages import ALICE, BOB, MALLORY, NOW, TO_BOB, anonymous, answer_from_bob, received
from support.protocol_steps import code, names

PIURI = "https://didcomm.org/trust-ping/2.0"
PINGING = TrustPing()


@pytest.mark.spec("TP-01")
def test_the_types_are_those_of_the_protocol() -> None:
    assert (Ping.type, PingResponse.type) == (f"{PIURI}/ping", f"{PIURI}/ping-response")


@pytest.mark.spec("TP-02", "TP-03", "TP-04", "PING-01", "PING-02")
@pytest.mark.parametrize(
    ("body", "answers"), [({}, 1), ({"response_requested": True}, 1), ({"response_requested": False}, 0)]
)
def test_a_ping_is_answered_at_once_unless_it_asks_for_no_answer(body: dict[str, bool], answers: int) -> None:
    step = PINGING.receive(received(Message(type=Ping.type, id="one", body=body)), None, NOW)
    assert [(out.message.type, out.message.thid, out.to, out.frm) for out in step.send] == [
        (PingResponse.type, "one", ALICE, BOB)
    ] * answers
    assert step.thread is None


@pytest.mark.spec("TP-05", "PING-04")
def test_an_anonymous_ping_gets_no_answer() -> None:
    step = PINGING.receive(anonymous(Ping()), None, NOW)
    assert (step.send, step.thread) == ((), None)


@pytest.mark.spec("PING-05")
def test_an_expired_ping_gets_no_answer() -> None:
    step = PINGING.receive(received(Ping().to_message(id="one", expires_time=NOW - 3600)), None, NOW)
    assert (step.send, names(step)) == ((), ["expired"])


@pytest.mark.spec("PING-06")
@pytest.mark.parametrize("value", ["false", 0, [], {}])
def test_response_requested_of_another_type_is_refused(value: object) -> None:
    message = Message(type=Ping.type, id="one", body={"response_requested": value})
    step = PINGING.receive(received(message), None, NOW)
    assert (code(step), step.send) == ("e.m.msg.malformed", ())


@pytest.mark.spec("PING-07")
@pytest.mark.parametrize("state", [None, "waiting", "done"])
def test_a_ping_response_is_never_answered(state: str | None) -> None:
    thread = state and Thread(
        peer="r-bob", protocol=PIURI, thid="t", role="sender", state=state, data={"sent_at": NOW}
    )
    response = PingResponse().to_message(thid="t")
    step = PINGING.receive(answer_from_bob(response), thread or None, NOW)
    assert (step.send, step.problem) == ((), None)
    assert names(step) == (["ping-response"] if state == "waiting" else ["unexpected"])


@pytest.mark.spec("PING-03")
def test_the_sender_gets_the_answer_of_the_pinged_did_with_its_time() -> None:
    begun = PINGING.begin(Ping(), **TO_BOB, expires_time=NOW + 10)
    thread = begun.thread
    assert thread is not None
    response = PingResponse().to_message(thid=thread.thid)
    ended = PINGING.receive(answer_from_bob(response), thread, NOW + 4)
    assert [(event.name, event.data) for event in ended.events] == [("ping-response", 4)]
    # by another party the state is not even loaded, and the message means nothing
    forged = PINGING.receive(received(response, sender=MALLORY, relationship=None), None, NOW + 4)
    assert (names(forged), forged.thread) == (["unexpected"], None)
    assert names(PINGING.wake(thread, NOW + 10)) == ["timeout"]


def test_a_ping_without_an_answer_leaves_no_state() -> None:
    assert PINGING.begin(Ping(response_requested=False), **TO_BOB).thread is None


@pytest.mark.spec("PING-01")
def test_a_program_without_the_protocol_neither_finds_nor_discloses_it() -> None:
    assert Protocols().find(Ping.type) is None
    assert Protocols([PINGING]).disclosures() == {PIURI: ("sender", "receiver")}
