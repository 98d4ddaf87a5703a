"""Report problem 2.0: codes, when a report is due, what it does to a thread, and the limit of a thread."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pydidcomm import Message
from pydidcomm.protocols import (
    Ping,
    PingResponse,
    Problem,
    ProblemReport,
    ProblemReported,
    ReportProblem,
    Text,
    Thread,
    Trust,
    TrustPing,
)
from pydidcomm.protocols.error_limit import LIMIT, SILENT
from pydidcomm.protocols.problem import rendered
from pydidcomm.protocols.problem_report import DESCRIPTORS, ProblemCode, escalation, report
from support.protocol_messages import ALICE, BOB, MALLORY, NOW, TO_BOB, anonymous, answer_from_bob, received
from support.protocol_steps import code, names

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydidcomm.protocols import Received

PIURI = "https://didcomm.org/report-problem/2.0"
BAD = Problem("e.m.msg.bad", "The {1} is bad.", ["member"])
EXCEEDED = "e.p.req.max-errors-exceeded"
REPORTS = ReportProblem()


def reported(problem: str, *, pthid: str = "t") -> Message:
    return ProblemReport(code=problem).to_message(id="report", pthid=pthid)


@pytest.mark.spec("ERR-11", "ERR-12", "RPT-11")
@pytest.mark.parametrize(
    "good",
    [
        "e.p.xfer.cant-use-endpoint",
        "w.m.msg",
        "e.get-pay-details.payment-failed",
        "e.m.live-mode-not-supported",
        "e.p.req.not-enrolled",
        "e.p.me.res.storage.quota",
        "e.m.msg.unsupported",
        "e.m.trust.unauthenticated",
        "e.p.req.time",
        "w.msg.bad-lang",
        "e.msg.bad-lang",
    ],
)
def test_a_code_of_the_grammar_is_taken(good: str) -> None:
    assert Problem(good).code == good


@pytest.mark.spec("ERR-11", "ERR-12")
@pytest.mark.parametrize(
    "bad",
    [
        "",
        "e",
        "e.",
        "E.P.Xfer",
        "e.p.cant_use",
        "e..p",
        "x.p.msg",
        "err.p.msg",
        "warn.p.msg",
        "e.p.",
        "e.p.-a",
        "e.p.a\n",
    ],
)
def test_a_code_that_breaks_the_grammar_is_not_sent(bad: str) -> None:
    with pytest.raises(ValueError, match="`code` must be like"):
        Problem(bad)


@pytest.mark.spec("ERR-13", "RPT-08", "I18N-11", "I18N-12")
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("e.p.x", ("e", "p", ("x",))),
        ("e.m.x", ("e", "m", ("x",))),
        ("e.get-pay-details.payment-failed", ("e", "get-pay-details", ("payment-failed",))),
        ("e.p.req.not_enroll", ("e", "p", ("req", "not_enroll"))),
        ("e.p.crypto.message.dejavu", ("e", "p", ("crypto", "message", "dejavu"))),
        ("e.m.live-mode-not-supported", ("e", "m", ("live-mode-not-supported",))),
        ("w.msg.bad-lang", ("w", None, ("msg", "bad-lang"))),
        ("e", ("e", None, ())),
        ("", ("", None, ())),
    ],
)
def test_a_code_is_read_by_its_parts_also_where_it_breaks_the_grammar(
    text: str, parts: tuple[str, str | None, tuple[str, ...]]
) -> None:
    found = ProblemCode.parse(text)
    assert (found.sorter, found.scope, found.descriptors) == parts
    assert found.code == text
    assert found.is_warning is text.startswith("w.")


@pytest.mark.spec("ERR-15", "RPT-08")
@pytest.mark.parametrize(
    ("text", "prefix", "fits"),
    [
        ("e.p.xfer.cant-use-endpoint", "e.p.xfer", True),
        ("e.p.xferry", "e.p.xfer", False),
        ("e.p.xfer", "e.p.xfer", True),
        ("e.p", "e.p.xfer", False),
        ("e.p.msg.https://didcomm.org/a/1.0/b", "e.p.msg", True),
    ],
)
def test_a_prefix_ends_at_a_token(text: str, prefix: str, *, fits: bool) -> None:
    assert ProblemCode.parse(text).matches(prefix) is fits


@pytest.mark.spec("ERR-07", "ERR-08", "ERR-09")
@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["A", "B"], "Unable to use the A endpoint for B."),
        (["A"], "Unable to use the A endpoint for ?."),
        (["A", None], "Unable to use the A endpoint for ?."),
        (["A", "B", "C", "D"], "Unable to use the A endpoint for B., C, D"),
    ],
)
def test_a_comment_is_rendered_with_its_arguments(args: list[str | None], text: str) -> None:
    comment = "Unable to use the {1} endpoint for {2}."
    assert rendered(comment, args) == text
    assert ProblemReport(code="e.p.x", comment=comment, args=tuple(args)).text == text


@pytest.mark.spec("ERR-16")
def test_the_descriptors_of_the_specification_are_there_with_a_comment() -> None:
    assert set(DESCRIPTORS) == {
        "trust", "trust.crypto", "xfer", "did", "msg", "me", "me.res", "me.res.net", "me.res.memory",
        "me.res.storage", "me.res.compute", "me.res.money", "req", "req.time", "legal",
    }  # fmt: skip


@pytest.mark.spec("ERR-01", "ERR-02", "ERR-03", "ERR-05", "ERR-06", "ERR-10", "RPT-03")
@pytest.mark.parametrize(("thid", "pthid"), [("t", "t"), (None, "one")])
def test_a_report_names_the_thread_the_message_and_the_problem(thid: str | None, pthid: str) -> None:
    problem = Problem("e.m.msg.bad", "The {1} is bad.", ["member"], "mailto:admin@example.org")
    sent = report(problem, received(Text(content="x").to_message(id="one", thid=thid)), now=NOW)
    assert sent is not None
    message = sent.message
    assert (message.type, message.pthid, message.ack, message.thid) == (
        f"{PIURI}/problem-report",
        pthid,
        ("one",),
        None,
    )
    assert message.body == {
        "code": "e.m.msg.bad",
        "comment": "The {1} is bad.",
        "args": ["member"],
        "escalate_to": "mailto:admin@example.org",
    }
    assert (sent.to, sent.frm, message.created_time) == (ALICE, BOB, NOW)


@pytest.mark.spec("ERR-04")
def test_a_report_without_a_code_is_malformed_and_gets_no_report() -> None:
    arrived = received(Message(type=ProblemReport.type, id="one", body={}))
    step = REPORTS.receive(arrived, None, NOW)
    assert code(step) == "e.m.msg.malformed"
    assert step.problem is not None
    assert REPORTS.report(step.problem, arrived, None, NOW).send == ()


@pytest.mark.spec("RPT-05")
def test_no_report_answers_a_report_or_a_sender_that_is_not_proved() -> None:
    assert report(BAD, received(reported("e.p.msg")), now=NOW) is None
    assert report(BAD, anonymous(Text(content="x")), now=NOW) is None
    assert REPORTS.report(BAD, anonymous(Text(content="x")), None, NOW).send == ()


@pytest.mark.spec("I18N-11", "AGT-12")
def test_a_report_names_its_language_and_the_ones_that_we_prefer() -> None:
    sent = report(
        Problem("w.msg.bad-lang"), received(Text(content="x")), now=NOW, lang="en", accept_lang=["en", "de"]
    )
    assert sent is not None
    assert (sent.message.lang, sent.message.accept_lang) == ("en", ("en", "de"))


@pytest.mark.spec("RPT-01", "RPT-09")
@pytest.mark.parametrize(
    ("problem", "state"),
    [
        ("e.p.msg", "done"),
        ("e.m.msg", "waiting"),
        ("e.waiting.msg", "waiting"),
        ("e.unknown-state.msg", "waiting"),
        ("w.p.msg", "waiting"),
        ("e.p.req.not_enroll", "done"),
    ],
)
def test_a_report_ends_or_leaves_the_thread_by_its_scope(problem: str, state: str) -> None:
    thread = TrustPing().begin(Ping(), **TO_BOB).thread
    assert thread is not None
    step = TrustPing().reported(answer_from_bob(reported(problem, pthid=thread.thid)), thread, NOW)
    assert step.thread is not None
    assert step.thread.state == state
    assert isinstance(step.events[0].data, ProblemReported)
    assert (step.events[0].name, step.events[0].data.code) == ("problem", problem)


@pytest.mark.spec("RPT-09")
def test_a_report_with_the_name_of_a_state_returns_to_it() -> None:
    thread = Thread(peer="r-bob", protocol=TrustPing.piuri, thid="t", role="sender", state="other")
    step = TrustPing().reported(answer_from_bob(reported("e.waiting.msg")), thread, NOW)
    assert step.thread is not None
    assert step.thread.state == "waiting"


@pytest.mark.spec("RPT-02", "RPT-10")
@pytest.mark.parametrize(
    ("proved", "ends"),
    [
        ({}, True),
        ({"trust": Trust.SIGNED, "recipient": None}, True),
        ({"sender": None, "trust": Trust.ANONYMOUS, "relationship": None}, False),
        ({"sender": None, "trust": Trust.ANONYMOUS}, False),
        ({"sender": MALLORY, "relationship": None}, False),
        ({"sender": MALLORY, "relationship": "r-mallory"}, False),
    ],
)
def test_only_the_peer_of_a_thread_ends_it(proved: dict[str, object], *, ends: bool) -> None:
    thread = TrustPing().begin(Ping(), **TO_BOB).thread
    assert thread is not None
    step = TrustPing().reported(
        answer_from_bob(reported("e.p.msg", pthid=thread.thid), **proved), thread, NOW
    )
    assert names(step) == (["problem"] if ends else ["problem-hint"])
    assert (step.thread is not None and step.thread.done) is ends


@pytest.mark.spec("RPT-10")
@pytest.mark.parametrize(
    ("trust", "event"), [(Trust.AUTHENTICATED, "problem"), (Trust.ANONYMOUS, "problem-hint")]
)
def test_a_report_is_an_event_and_a_hint_where_its_sender_is_not_proved(trust: Trust, event: str) -> None:
    arrived = (received if trust is Trust.AUTHENTICATED else anonymous)(reported("e.p.msg"))
    step = REPORTS.receive(arrived, None, NOW)
    assert (names(step), step.send) == ([event], ())
    assert (step.thread is not None) == (event == "problem")


@pytest.mark.spec("RPT-07", "ERR-21", "ERR-23", "ERR-24")
def test_at_the_limit_one_report_says_so_and_then_there_is_silence() -> None:
    arrived, thread, codes = received(Ping().to_message(id="m", thid="t")), None, list[str]()
    for _ in range(LIMIT + 3):
        step = REPORTS.report(BAD, arrived, thread, NOW)
        thread = step.thread or thread
        codes += [out.message.body["code"] for out in step.send]
    assert codes == ["e.m.msg.bad"] * LIMIT + [EXCEEDED]
    assert thread is not None
    assert (thread.state, thread.thid, REPORTS.is_silent(thread)) == (SILENT, "t", True)


@pytest.mark.spec("RPT-07", "ERR-21", "ERR-22")
def test_received_errors_count_too_and_warnings_do_not() -> None:
    thread, codes = None, list[str]()
    for number in range(LIMIT + 3):
        warned = REPORTS.receive(received(reported("w.m.msg", pthid="T")), thread, NOW)
        assert names(warned) == ["problem"]
        thread = warned.thread or thread
        step = REPORTS.receive(received(reported("e.m.msg", pthid="T")), thread, NOW)
        thread = step.thread or thread
        assert thread is not None
        assert thread.data["errors"] == min(number + 1, LIMIT + 1)
        codes += [out.message.body["code"] for out in step.send]
        assert all((out.message.pthid, out.message.ack) == ("t", ("report",)) for out in step.send)
    assert codes == [EXCEEDED]
    mixed = REPORTS.report(BAD, received(Ping().to_message(id="m", thid="t")), thread, NOW)
    assert mixed.send == ()


@pytest.mark.spec("RPT-07")
def test_two_agents_that_report_to_each_other_come_to_an_end() -> None:
    alice = bob = None
    sent = 0
    arrived = received(Text(content="x").to_message(id="m", thid="t"))
    for _ in range(100):
        step = REPORTS.report(BAD, arrived, bob, NOW)
        bob = step.thread or bob
        if not step.send:
            break
        sent += 1
        heard = REPORTS.receive(answer_from_bob(step.send[0].message), alice, NOW)
        alice = heard.thread or alice
        if heard.send:
            sent += 1
            last = REPORTS.receive(received(heard.send[0].message), bob, NOW)
            bob = last.thread or bob
            assert last.send == ()
    assert sent <= LIMIT + 2
    assert REPORTS.is_silent(bob)


@pytest.mark.spec("RPT-07")
def test_a_report_that_the_limit_was_crossed_is_not_answered() -> None:
    step = REPORTS.receive(received(reported(EXCEEDED)), None, NOW)
    assert step.send == ()
    assert REPORTS.is_silent(step.thread)
    assert not REPORTS.is_silent(None)


@pytest.mark.spec("ERR-17", "ERR-18", "ERR-19", "ERR-26")
@pytest.mark.parametrize(
    ("warning", "chosen", "sent"),
    [
        ("w.p.msg.odd", None, "e.p.msg.odd"),
        ("w.m.msg.odd", None, "e.m.msg.odd"),
        ("w.m.msg.odd", "e.p.msg.odd.more", "e.p.msg.odd.more"),
        ("w.m.msg.odd", "e.waiting.msg", "e.waiting.msg"),
        ("w.p.msg.odd", "e.m.msg.odd", None),
        ("w.p.msg.odd", "e.waiting.msg", None),
        ("w.m.msg.odd", "w.m.msg.odd", None),
        ("e.m.msg.odd", None, None),
    ],
)
def test_a_warning_is_answered_as_an_error_with_a_scope_as_broad(
    warning: str, chosen: str | None, sent: str | None
) -> None:
    arrived = received(reported(warning))
    if sent is None:
        with pytest.raises(ValueError, match=r"`code` must be an error|must be a warning"):
            escalation(arrived, now=NOW, code=chosen)
        return
    message = escalation(arrived, now=NOW, code=chosen).message
    assert (message.body["code"], message.thid, message.pthid) == (sent, "report", "t")
    assert message.id != "report"


def test_a_problem_says_its_code_and_text_in_one_line_and_survives_pickling() -> None:
    problem = Problem("e.m.msg.bad", "The {1}\nis bad.", ["x\x1b[31m"])
    assert str(problem) == r"e.m.msg.bad: The x\x1b[31m\nis bad."
    assert str(pickle.loads(pickle.dumps(problem))) == str(problem)  # noqa: S301, our own
    shown = ProblemReported(ProblemReport(code="e.p.\x1b", comment="a\rb", args=("x", 5, None)))
    assert "\x1b" not in str(shown)
    assert "\r" not in str(shown)


def test_a_thread_that_has_ended_is_not_reset() -> None:
    thread = Thread(peer="r-bob", protocol=TrustPing.piuri, thid="t", role="sender", state="done")
    step = TrustPing().reported(answer_from_bob(reported("e.waiting.msg")), thread, NOW)
    assert step.thread == replace(thread)
    response = answer_from_bob(PingResponse().to_message(thid="t"))
    assert names(TrustPing().receive(response, thread, NOW)) == ["unexpected"]


@pytest.mark.parametrize(("message", "event"), [(received, "problem"), (anonymous, "problem-hint")])
def test_a_report_is_given_to_the_program_and_a_warning_gets_no_answer(
    message: Callable[[Message], Received], event: str
) -> None:
    step = REPORTS.receive(message(reported("w.m.msg.odd")), None, NOW)
    assert [(each.name, each.data.report) for each in step.events] == [
        (event, ProblemReport(code="w.m.msg.odd"))
    ]
    assert step.send == ()


def test_the_report_that_says_that_the_limit_was_crossed_is_of_the_time_of_the_step() -> None:
    cause = received(Ping().to_message(id="one", thid="t"))
    step = ReportProblem(limit=0).report(BAD, cause, None, NOW)
    assert [(each.message.body["code"], each.message.created_time) for each in step.send] == [(EXCEEDED, NOW)]
