"""The base of protocols: roles, states, trust, time, threads of other peers, and versions."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace

import pytest

from pydidcomm import Attachment, Message
from pydidcomm.protocols import (
    DONE,
    Body,
    Conversation,
    LocalProtocolError,
    Problem,
    Protocol,
    Protocols,
    Received,
    Thread,
    Trust,
    TrustPing,
    begins,
    on,
    received_from,
)
from pydidcomm.sync import DIDCommMessaging
from support.protocol_messages import (
    ALICE,
    BOB,
    HOUR,
    MALLORY,
    NOW,
    TO_BOB,
    anonymous,
    answer_from_bob,
    received,
)
from support.protocol_steps import code, names

PIURI = "https://example.org/quote/1.1"


@dataclass(frozen=True)
class Ask(Body, type=f"{PIURI}/ask"):
    item: str


@dataclass(frozen=True)
class Quote(Body, type=f"{PIURI}/quote"):
    price: int


@dataclass(frozen=True)
class Cancel(Body, type=f"{PIURI}/cancel"):
    pass


class Quotes(Protocol, piuri=PIURI, roles=("buyer", "seller")):
    @begins(role="buyer")
    def start(self, thread: Conversation, ask: Ask) -> None:
        thread.send(ask)
        thread.set("waiting", item=ask.item)

    @on("ask", role="seller", state=("", "asked"))
    def ask(self, thread: Conversation, ask: Ask) -> None:
        if ask.item == "nothing":
            problem = Problem("e.m.req.no-such-item", "There is no {1}.", [ask.item])
            raise problem
        thread.reply(Quote(price=len(ask.item)))
        thread.set("asked")
        thread.wake(thread.now + HOUR)

    @on("quote", role="buyer", state="waiting", quiet=True)
    def quote(self, thread: Conversation, quote: Quote) -> None:
        thread.finish("quote", (thread.data["item"], quote.price))

    @on("cancel", role="seller", state="asked")
    def cancel(self, thread: Conversation, _cancel: Cancel) -> None:
        thread.finish("cancelled")


QUOTES = Quotes()
BUYING = Thread(
    peer="r-alice", protocol=PIURI, thid="one", role="buyer", state="waiting", data={"item": "tea"}
)
SELLING = Thread(peer="r-alice", protocol=PIURI, thid="one", role="seller", state="asked", to=ALICE, frm=BOB)


@pytest.mark.spec("AGT-16")
def test_a_whole_conversation_runs_in_plain_calls() -> None:
    begun = QUOTES.begin(Ask("tea"), **TO_BOB, expires_time=NOW + HOUR)
    assert begun.thread is not None
    ask = begun.send[0].message
    assert (ask.id, ask.frm, ask.to, ask.created_time) == (begun.thread.thid, ALICE, (BOB,), NOW)
    asked = QUOTES.receive(received(ask), None, NOW + 1)
    assert asked.thread is not None
    assert (asked.thread.role, asked.thread.state, asked.thread.wake_at) == (
        "seller",
        "asked",
        NOW + 1 + HOUR,
    )
    answer = asked.send[0].message
    assert (answer.thid, answer.frm, answer.to) == (ask.id, BOB, (ALICE,))
    ended = QUOTES.receive(answer_from_bob(answer), begun.thread, NOW + 2)
    assert ended.thread is not None
    assert (ended.thread.state, ended.thread.wake_at) == (DONE, None)
    assert [event.data for event in ended.events] == [("tea", 3)]
    cancelled = QUOTES.receive(received(Cancel().to_message(id="x", thid=ask.id)), asked.thread, NOW + 3)
    assert names(cancelled) == ["cancelled"]


@pytest.mark.spec("AGT-16")
def test_protocols_need_no_event_loop() -> None:
    assert "pydidcomm.protocols" in sys.modules
    imported = vars(sys.modules["pydidcomm.protocols.machine"])
    assert not {"asyncio", "anyio", "time", "socket"} & imported.keys()


@pytest.mark.parametrize(
    ("body", "thread", "events", "problem"),
    [
        # role and state as they have to be
        (Ask("tea"), None, [], None),
        (Ask("tea"), SELLING, [], None),
        (Quote(1), BUYING, ["quote"], None),
        (Cancel(), SELLING, ["cancelled"], None),
        # a state in which the message is not expected
        (Cancel(), replace(SELLING, state="other"), [], "e.m.req.wrong-state"),
        (Ask("tea"), replace(SELLING, state="other"), [], "e.m.req.wrong-state"),
        (Quote(1), replace(BUYING, state="other"), ["unexpected"], None),
        # a thread that has ended, and none at all
        (Cancel(), replace(SELLING, state=DONE), ["unexpected"], None),
        (Quote(1), replace(BUYING, state=DONE), ["unexpected"], None),
        (Cancel(), None, ["unexpected"], None),
        (Quote(1), None, ["unexpected"], None),
        # the other role
        (Ask("tea"), BUYING, [], "e.m.req.wrong-role"),
        (Quote(1), SELLING, ["unexpected"], None),
        # what the handler finds wrong
        (Ask("nothing"), None, [], "e.m.req.no-such-item"),
    ],
)
def test_a_message_is_handled_in_its_role_and_state_only(
    body: Body, thread: Thread | None, events: list[str], problem: str | None
) -> None:
    step = QUOTES.receive(received(body), thread, NOW)
    assert (names(step), code(step)) == (events, problem)
    if problem is not None or events == ["unexpected"]:
        assert (step.thread, step.send) == (None, ())


@pytest.mark.spec("AGT-01")
@pytest.mark.parametrize(
    ("kind", "problem"),
    [("quotes", "e.m.msg.unsupported"), ("ask", "e.m.msg.malformed"), ("A_s.K", "e.m.msg.malformed")],
)
def test_an_unknown_or_malformed_message_is_a_problem(kind: str, problem: str) -> None:
    assert code(QUOTES.receive(received(Message(type=f"{PIURI}/{kind}", id="one")), None, NOW)) == problem


@pytest.mark.spec("AGT-05")
def test_a_message_below_the_trust_of_its_handler_does_not_reach_it() -> None:
    step = QUOTES.receive(anonymous(Ask("tea")), None, NOW)
    assert (code(step), step.send, step.events) == ("e.m.trust.unauthenticated", (), ())


@pytest.mark.spec("AGT-08")
@pytest.mark.parametrize(("expires", "handled"), [(NOW, False), (NOW - 1, False), (NOW + 1, True)])
def test_an_expired_message_is_not_handled(expires: int, *, handled: bool) -> None:
    step = QUOTES.receive(received(Ask("tea").to_message(id="one", expires_time=expires)), None, NOW)
    assert (len(step.send), names(step)) == ((1, []) if handled else (0, ["expired"]))


@pytest.mark.spec("AGT-04")
@pytest.mark.parametrize("other", [{"relationship": "r-mallory"}, {"relationship": None, "sender": MALLORY}])
def test_the_state_of_another_peer_is_never_used(other: dict[str, str | None]) -> None:
    by_mallory = received(Cancel(), **other)
    with pytest.raises(LocalProtocolError, match="`thread` must be the thread of the message"):
        QUOTES.receive(by_mallory, SELLING, NOW)
    own = QUOTES.receive(received(Ask("tea"), **other), None, NOW).thread
    assert own is not None
    assert (own.peer, own.thid) == (other["relationship"] or MALLORY, "one")


def test_an_anonymous_sender_leaves_no_state() -> None:
    class Open(Protocol, piuri="https://example.org/open/1.0"):
        @on("ask", trust=received(Ask("x")).trust.ANONYMOUS)
        def ask(self, thread: Conversation, _ask: Ask) -> None:
            assert thread.reply(Quote(1)) is None
            thread.set("asked")

    step = Open().receive(
        anonymous(Message(type="https://example.org/open/1.0/ask", id="a", body={"item": "x"})), None, NOW
    )
    assert (step.thread, step.send) == (None, ())


@pytest.mark.spec("AGT-13")
def test_unknown_headers_reach_the_handler() -> None:
    seen: list[object] = []

    class Watching(Quotes):
        @on("ask", role="seller")
        def ask(self, thread: Conversation, ask: Ask) -> None:
            seen.append(thread.message.custom_headers["x-foo"])

    Watching().receive(received(Ask("tea").to_message(custom_headers={"x-foo": 7})), None, NOW)
    assert seen == [7]


@pytest.mark.spec("AGT-11", "THR-13")
def test_a_child_thread_names_its_parent_and_so_do_its_answers() -> None:
    begun = QUOTES.begin(Ask("tea"), **TO_BOB, pthid="parent")
    assert begun.send[0].message.pthid == "parent"
    asked = QUOTES.receive(received(begun.send[0].message), None, NOW)
    assert asked.send[0].message.pthid == "parent"


@pytest.mark.spec("AGT-09")
def test_a_request_expires_when_its_sender_stops_waiting() -> None:
    begun = QUOTES.begin(Ask("tea"), **TO_BOB, expires_time=NOW + 30)
    assert begun.thread is not None
    assert (begun.send[0].message.expires_time, begun.thread.wake_at) == (NOW + 30, NOW + 30)
    assert QUOTES.wake(begun.thread, NOW + 29) == QUOTES.wake(replace(begun.thread, wake_at=None), NOW + 30)
    woken = QUOTES.wake(begun.thread, NOW + 30)
    assert woken.thread is not None
    assert (woken.thread.state, woken.thread.wake_at, names(woken)) == (DONE, None, ["timeout"])


def test_a_deadline_is_past_when_it_has_been_acted_on() -> None:
    class Patient(Quotes):
        def woken(self, thread: Conversation) -> None:
            thread.emit("patience")

    woken = Patient().wake(replace(SELLING, wake_at=NOW), NOW)
    assert woken.thread is not None
    assert (woken.thread.state, woken.thread.wake_at, names(woken)) == ("asked", None, ["patience"])


@pytest.mark.spec("RRT-01")
@pytest.mark.parametrize(
    ("written", "route"),
    [
        ("all", "all"),
        ("thread", "thread"),
        ("none", "none"),
        ("elsewhere", "none"),
        (True, "none"),
        (["all"], "none"),
        ("", "none"),
        ("ALL", "none"),
        (None, "none"),
    ],
)
def test_what_was_proved_is_read_from_a_real_envelope(written: object, route: str) -> None:
    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    frm, to = alice.create_peer_did(), bob.create_peer_did(service_endpoint="https://bob.example")
    headers = {} if written is None else {"return_route": written}
    message = Ask("tea").to_message(frm=frm, to=[to], custom_headers=headers)
    arrived = received_from(bob.unpack(alice.pack(message, to=to).text), at=NOW, connection="c")
    assert (arrived.sender, arrived.recipient, arrived.trust) == (frm, to, Trust.AUTHENTICATED)
    assert (arrived.return_route, arrived.connection, arrived.at, arrived.change) == (route, "c", NOW, None)
    signed = received_from(bob.unpack(alice.pack_signed(message, sign_frm=frm).text), at=NOW)
    assert (signed.sender, signed.recipient, signed.trust) == (frm, None, Trust.SIGNED)
    plain = received_from(bob.unpack(alice.pack_plaintext(message).text), at=NOW)
    assert (plain.sender, plain.recipient, plain.trust) == (None, None, Trust.ANONYMOUS)


@pytest.mark.spec("CM3-10", "PRO-06")
@pytest.mark.parametrize(("asked", "answered"), [("1.0", "1.0"), ("1.1", "1.1"), ("1.9", "1.1")])
def test_an_answer_has_the_lower_minor_version(asked: str, answered: str) -> None:
    ask = Message(type=f"https://example.org/quote/{asked}/ask", id="one", body={"item": "tea"})
    step = QUOTES.receive(received(ask), None, NOW)
    assert step.send[0].message.type == f"https://example.org/quote/{answered}/quote"


@pytest.mark.filterwarnings("ignore::pydidcomm.MessageTypeWarning")
def test_an_answer_whose_type_has_no_version_is_sent_as_it_is() -> None:
    class Plain(Quotes):
        @on("ask", role="seller")
        def ask(self, thread: Conversation, ask: Ask) -> None:
            thread.reply(Message(type="hello"))

    assert Plain().receive(received(Ask("tea")), None, NOW).send[0].message.type == "hello"


@pytest.mark.spec("THR-06", "THR-11")
def test_a_thread_is_one_whatever_the_case_of_its_id_and_the_answer_repeats_it_as_written() -> None:
    step = QUOTES.receive(received(Ask("tea").to_message(id="ABC")), None, NOW)
    assert step.thread is not None
    assert (step.thread.thid, step.send[0].message.thid) == ("abc", "ABC")
    assert code(QUOTES.receive(received(Cancel().to_message(id="c", thid="aBc")), step.thread, NOW)) is None


@pytest.mark.spec("THR-10", "THR-12", "AGT-04")
def test_messages_of_different_threads_share_no_state_though_they_have_one_parent() -> None:
    steps = [
        QUOTES.receive(received(Ask("tea").to_message(id=name, pthid="parent")), None, NOW) for name in "ab"
    ]
    threads = [step.thread for step in steps if step.thread is not None]
    assert [(thread.thid, thread.pthid) for thread in threads] == [("a", "parent"), ("b", "parent")]
    with pytest.raises(LocalProtocolError, match="`thread` must be the thread of the message"):
        QUOTES.receive(received(Ask("tea").to_message(id="b", pthid="parent")), threads[0], NOW)


@pytest.mark.spec("AGT-12", "I18N-05", "I18N-07")
def test_the_languages_of_the_peer_are_those_of_its_thread() -> None:
    first = QUOTES.receive(
        received(Ask("tea").to_message(id="one", accept_lang=["fr", "en"])), None, NOW
    ).thread
    assert first is not None
    assert first.languages == ("fr", "en")
    kept = QUOTES.receive(received(Ask("tea")), first, NOW).thread
    assert kept is not None
    assert kept.languages == ("fr", "en")
    changed = QUOTES.receive(received(Ask("tea").to_message(id="one", accept_lang=["de"])), kept, NOW).thread
    assert changed is not None
    assert changed.languages == ("de",)
    other = QUOTES.receive(received(Ask("tea").to_message(id="two")), None, NOW).thread
    assert other is not None
    assert other.languages == ()


@pytest.mark.spec("PING-08")
@pytest.mark.parametrize(
    ("route", "connection"), [("none", None), ("thread", "socket-1"), ("all", "socket-1")]
)
def test_an_answer_leaves_on_the_connection_only_where_the_peer_takes_it(
    route: str, connection: str | None
) -> None:
    arrived = received(Ask("tea"), return_route=route, connection="socket-1", protect_sender=True)
    sent = QUOTES.receive(arrived, None, NOW).send[0]
    assert (sent.connection, sent.protect_sender) == (connection, True)


def test_a_message_that_cannot_begin_a_thread_and_one_of_another_protocol_are_misuse() -> None:
    with pytest.raises(LocalProtocolError, match="`body` must begin a thread"):
        QUOTES.begin(Quote(1), **TO_BOB)
    with pytest.raises(LocalProtocolError, match="must be a message of"):
        QUOTES.receive(received(Message(type="https://example.org/other/1.0/ask")), None, NOW)
    with pytest.raises(LocalProtocolError, match="`thread` must be of"):
        QUOTES.wake(replace(SELLING, protocol="https://example.org/other/1.0", wake_at=NOW), NOW)


def test_an_untyped_message_begins_a_thread_too() -> None:
    message = Message(
        type=f"{PIURI}/ask",
        id="mine",
        body={"item": "tea"},
        lang="en",
        please_ack=[""],
        expires_time=NOW + 5,
        custom_headers={"x-foo": 7},
        attachments=[Attachment.from_bytes(b"x", id="a")],
    )
    step = QUOTES.begin(message, **TO_BOB)
    assert step.thread is not None
    assert step.send[0].message == message.replace(to=[BOB], frm=ALICE, created_time=NOW)
    assert step.thread.wake_at == NOW + 5
    assert (step.send[0].message.id, step.thread.thid, step.send[0].message.body) == (
        "mine",
        "mine",
        {"item": "tea"},
    )


def test_a_method_needs_a_typed_message() -> None:
    def define() -> type[Protocol]:
        class Bad(Protocol, piuri=PIURI):
            @on("ask")
            def ask(self, thread: Conversation, body: int) -> None: ...

        return Bad

    with pytest.raises(TypeError, match="must annotate `body` with a typed message"):
        define()


@pytest.mark.spec("AGT-01", "AGT-02")
def test_the_registry_finds_a_protocol_by_type_in_any_minor_version_and_spelling() -> None:
    protocols = Protocols([QUOTES, TrustPing()])
    assert len(protocols) == 2
    for spelled in ("https://example.org/quote/1.0/x", "https://example.org/QUOTE/1.9/x", f"{PIURI}/ask"):
        assert protocols.find(spelled) is QUOTES
    for other in ("https://example.org/quote/2.0/x", "https://example.com/quote/1.1/x", "quote", ""):
        assert protocols.find(other) is None
    with pytest.raises(ValueError, match="was added twice"):
        protocols.add(Quotes())


def test_a_received_message_is_stored_and_read_as_the_same() -> None:
    arrived = received(Ask("tea").to_message(id="one", frm=ALICE), protect_sender=True, connection="c")
    assert Received.from_json(arrived.as_json()) == arrived
