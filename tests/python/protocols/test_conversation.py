"""What the methods of a protocol send and report: addresses, ids, headers and connections."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from pydidcomm import Message
from pydidcomm.protocols import Body, Conversation, LocalProtocolError, Ping, PingResponse, Thread
from pydidcomm.protocols.acknowledgment import acknowledgment, ids_to_acknowledge, with_acknowledgment
from pydidcomm.protocols.conversation import fresh_thread_id, open_thread
from support.protocol_messages import ALICE, BOB, NOW, anonymous, received

PING = Ping().to_message(id="One", pthid="parent", accept_lang=["fr"])
THREAD = Thread(
    peer="r-alice", protocol="https://didcomm.org/trust-ping/2.0", thid="one", role="receiver", state=""
)
OURS = Thread(peer="r-bob", protocol=THREAD.protocol, thid="one", role="sender", state="", to=BOB, frm=ALICE)


def conversation(**options: Any) -> Conversation:  # noqa: ANN401, arguments of Conversation
    values: dict[str, Any] = {"thread": THREAD, "now": NOW, "received": received(PING), **options}
    return Conversation(**values)


def test_a_reply_goes_to_the_sender_from_the_did_that_was_addressed() -> None:
    sent = conversation(received=received(PING, protect_sender=True)).reply(PingResponse())
    assert sent is not None
    assert (sent.to, sent.frm, sent.protect_sender) == (ALICE, BOB, True)
    message = sent.message
    assert (message.to, message.frm, message.thid, message.created_time) == ((ALICE,), BOB, "One", NOW)
    assert message.id != "One"


@pytest.mark.parametrize(("route", "connection"), [("none", None), ("thread", "c1"), ("all", "c1")])
def test_an_answer_uses_the_connection_that_return_route_allows(route: str, connection: str | None) -> None:
    cause = received(PING, return_route=route, connection="c1")
    reply, ack = conversation(received=cause).reply(PingResponse()), acknowledgment(cause, ["one"], now=NOW)
    assert reply is not None
    assert ack is not None
    assert (reply.connection, ack.connection) == (connection, connection)


def test_a_reply_to_an_anonymous_sender_goes_to_the_inviter_or_nowhere() -> None:
    assert conversation(received=anonymous(PING)).reply(PingResponse()) is None
    sent = conversation(received=anonymous(PING, answer_to=ALICE)).reply(PingResponse())
    assert sent is not None
    assert sent.to == ALICE


def test_a_message_that_is_sent_back_gets_an_id_of_its_own() -> None:
    talk = conversation()
    sent = talk.reply(talk.message)
    assert sent is not None
    assert (sent.message.id == "One", sent.message.thid) == (False, "One")
    other = talk.reply(Message(type=PingResponse.type, id="two"))
    assert other is not None
    assert other.message.id == "two"


def test_the_first_message_of_a_thread_has_its_id_and_the_given_headers_and_no_other_has() -> None:
    thread = replace(OURS, pthid="parent")
    talk = Conversation(thread=thread, now=NOW, headers={"lang": "fr"})
    first, second = talk.send(Ping()), talk.send(Ping(), lang="de")
    third = talk.send(Ping())
    assert [sent.message.lang for sent in (first, second, third)] == ["fr", "de", None]
    assert (first.message.id, first.message.thid, second.message.thid) == ("one", None, "one")
    assert (first.to, first.frm, first.message.frm, first.message.to) == (BOB, ALICE, ALICE, (BOB,))
    assert (first.message.pthid, first.message.created_time) == ("parent", NOW)
    stored = Conversation(thread=thread, now=NOW, stored=True, headers={"lang": "fr"})
    again = stored.send(Ping()).message
    assert (again.thid, again.lang) == ("one", None)


def test_a_thread_without_a_did_of_its_peer_cannot_be_sent_to_or_answered() -> None:
    with pytest.raises(LocalProtocolError, match="the peer of this thread is anonymous"):
        conversation().send(Ping())
    with pytest.raises(LocalProtocolError, match="this step handles no received message"):
        conversation(received=None).reply(Ping())
    assert conversation(received=None).proved_sender is None
    assert conversation().proved_sender == ALICE


def test_an_event_names_thread_and_peer() -> None:
    talk = conversation()
    talk.emit("seen", 5)
    (event,) = talk.step().events
    assert (event.name, event.data, event.thid, event.peer) == ("seen", 5, "one", "r-alice")


def test_a_step_stores_what_was_set_and_nothing_where_nothing_was() -> None:
    assert conversation().step().thread is None
    talk = conversation(thread=replace(OURS, data={"a": 1, "b": 2}))
    talk.set(b=None, c=3)
    talk.wake(NOW + 5)
    stored = talk.step().thread
    assert stored is not None
    assert (stored.state, stored.data, stored.wake_at) == ("", {"a": 1, "c": 3}, NOW + 5)
    assert (stored.to, stored.frm, stored.languages) == (BOB, ALICE, ("fr",))
    talk.finish("over")
    ended = talk.step()
    assert ended.thread is not None
    assert (ended.thread.done, ended.thread.wake_at, [event.name for event in ended.events]) == (
        True,
        None,
        ["over"],
    )


def test_an_anonymous_peer_has_no_stored_thread() -> None:
    talk = conversation(thread=replace(OURS, peer=""))
    talk.set("waiting")
    assert talk.step().thread is None


def test_at_most_sixteen_languages_of_a_peer_are_remembered() -> None:
    spoken = [f"x-{number}" for number in range(20)]
    assert conversation(received=received(PING.replace(accept_lang=spoken))).languages == tuple(spoken[:16])
    remembered = replace(OURS, languages=("it",))
    assert conversation(thread=remembered, received=received(PING.replace(accept_lang=None))).languages == (
        "it",
    )


@pytest.mark.parametrize(
    ("cause", "peer", "to"),
    [
        (received(PING), "r-alice", ALICE),
        (received(PING, relationship=None), ALICE, ALICE),
        (anonymous(PING, answer_to=ALICE), "", ALICE),
        (anonymous(PING), "", None),
    ],
)
def test_a_message_opens_a_thread_with_its_sender(cause: Any, peer: str, to: str | None) -> None:  # noqa: ANN401
    thread = open_thread(cause, protocol="p", role="receiver", thid="one")
    assert (thread.peer, thread.to, thread.frm, thread.pthid) == (peer, to, BOB, "parent")
    assert (thread.protocol, thread.role, thread.thid, thread.state) == ("p", "receiver", "one", "")


def test_an_acknowledgment_names_what_arrived_the_oldest_first() -> None:
    message = Ping().to_message(id="Two", please_ack=["", "one", "three"])
    cause = received(message, at=NOW)
    assert ids_to_acknowledge(cause, {"one": NOW - 1}) == ("one", "two")
    # the message itself came before
    assert ids_to_acknowledge(cause, {"one": NOW - 1, "two": NOW - 2}) == ("two", "one")


def test_an_acknowledgment_is_a_message_of_the_thread_from_the_did_that_was_addressed() -> None:
    sent = acknowledgment(received(PING, protect_sender=True), ["one"], now=NOW)
    assert sent is not None
    assert (sent.to, sent.frm, sent.protect_sender) == (ALICE, BOB, True)
    message = sent.message
    assert (message.thid, message.ack, message.frm, message.to) == ("One", ("one",), BOB, (ALICE,))
    assert (message.created_time, message.please_ack) == (NOW, None)
    assert acknowledgment(received(PING), [], now=NOW) is None
    assert acknowledgment(anonymous(PING), ["one"], now=NOW) is None


def test_ids_are_added_to_those_that_a_message_acknowledges_already() -> None:
    message = Ping().to_message(ack=["a", "b"])
    assert with_acknowledgment(message, ["b", "c"]).ack == ("a", "b", "c")
    assert with_acknowledgment(message, []) is message


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Body, type="https://example.org/form/1.0/form"):
    name: str
    more: dict[str, Any] = field(default_factory=dict[str, Any], metadata={"others": True})


def test_members_without_a_field_are_kept_where_a_class_has_a_field_for_them() -> None:
    form = Form(name="a", more={"size": 3, "name": "hidden"})
    message = form.to_message()
    assert message.body == {"size": 3, "name": "a"}
    assert Form.from_message(message) == Form(name="a", more={"size": 3})


def test_the_id_of_a_thread_is_that_of_its_headers_in_lower_case() -> None:
    assert fresh_thread_id({"thid": "Two", "id": "one"}) == "two"
    assert fresh_thread_id({"id": "One"}) == "one"
    assert fresh_thread_id({}) != fresh_thread_id({})
