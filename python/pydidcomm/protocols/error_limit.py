"""Report problem 2.0 with a limit on the errors of a thread, which ends loops of reports.

DIDComm v2.1, section "Problem Reports", "Cascading Problems".

Example:
    >>> from pydidcomm.protocols import Problem, Received, Trust
    >>> from pydidcomm.protocols.error_limit import ReportProblem
    >>> from pydidcomm.protocols.trust_ping import Ping
    >>> ping = Ping().to_message(id="one", frm="did:example:alice")
    >>> received = Received(message=ping, sender="did:example:alice", recipient="did:example:bob",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_000)
    >>> problems = ReportProblem(limit=1)
    >>> first = problems.report(Problem("e.m.msg.bad"), received, None, 1_700_000_000)
    >>> second = problems.report(Problem("e.m.msg.bad"), received, first.thread, 1_700_000_000)
    >>> [step.send[0].message.body["code"] for step in (first, second)]
    ['e.m.msg.bad', 'e.p.req.max-errors-exceeded']
    >>> problems.is_silent(second.thread)
    True
"""

from dataclasses import replace
from typing import Final

from pydidcomm import Message
from pydidcomm.protocols.conversation import Conversation, open_thread
from pydidcomm.protocols.machine import Protocol, on
from pydidcomm.protocols.problem import Problem
from pydidcomm.protocols.problem_report import PIURI, ProblemCode, ProblemReport, ProblemReported, report
from pydidcomm.protocols.received import Received, Trust
from pydidcomm.protocols.thread import Step, Thread, thread_id

__all__ = ["LIMIT", "SILENT", "ReportProblem"]

LIMIT: Final = 5
"""The maximum number of errors of one thread, received and sent; a repair may need a few attempts."""

SILENT: Final = "silent"
"""The state of a thread that has crossed the limit: its messages get no further answer."""

EXCEEDED: Final = "e.p.req.max-errors-exceeded"


class ReportProblem(Protocol, piuri=PIURI, roles=("notifier", "notified")):
    """Report problem 2.0.

    Its threads are stored under the id of the thread that the reports are about. Events: "problem" with a
    `ProblemReported`; "problem-hint" with the same if the sender of the report is not proved.

    Args:
        limit: The maximum number of errors of one thread.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.limit = limit

    def thread_of(self, message: Message) -> str:
        """The id of the thread that a report is about.

        Args:
            message: A problem report.
        """
        return message.pthid.lower() if message.pthid else thread_id(message)

    def is_silent(self, thread: Thread | None) -> bool:
        """Whether messages of a thread get no further answer.

        Args:
            thread: The state of this protocol for the thread, stored as `(peer, piuri, thread id)`; None if
                there is none.
        """
        return thread is not None and thread.state == SILENT

    def report(self, problem: Problem, received: Received, thread: Thread | None, now: int) -> Step:
        """Report a problem with a message, unless the thread is silent or no report is due.

        Args:
            problem: The problem.
            received: The message.
            thread: The state of this protocol for the thread, stored as
                `(peer, piuri, thread_id(received.message))`; None if there is none.
            now: The time, in seconds since the epoch.

        Returns:
            What to store and to send; nothing if no report is due.
        """
        outgoing = report(problem, received, now=now)
        if outgoing is None or self.is_silent(thread):
            return Step()
        state = thread or open_thread(
            received, protocol=self.piuri, role="notifier", thid=thread_id(received.message)
        )
        conversation = Conversation(thread=state, now=now, received=received, stored=True)
        if self._count(conversation, ProblemCode.parse(problem.code)):
            outgoing = report(_limit_problem(), received, now=now)
        step = conversation.step()
        return replace(step, send=() if outgoing is None else (outgoing,))

    @on("problem-report", trust=Trust.ANONYMOUS, quiet=True, expired=True)
    def problem_report(self, thread: Conversation, body: ProblemReport) -> None:
        """Report the peer's problem to the program.

        Args:
            thread: The thread.
            body: The report.
        """
        reported = ProblemReported(body)
        if thread.proved_sender is None:
            thread.emit("problem-hint", reported)
            return
        thread.emit("problem", reported)
        crossed = thread.state != SILENT and self._count(thread, ProblemCode.parse(body.code))
        # a report with this code is not answered, so that the loop ends
        if crossed and body.code != EXCEEDED:
            exceeded = ProblemReport.of(_limit_problem())
            thread.reply(exceeded, thid=None, pthid=thread.thid, ack=[thread.message.id])

    def _count(self, thread: Conversation, code: ProblemCode) -> bool:
        """Count an error, and return whether it crosses the limit."""
        if not code.is_error:
            return False
        errors = int(thread.data.get("errors", 0)) + 1
        crossed = errors > self.limit or code.code == EXCEEDED
        thread.set(SILENT if crossed else "open", errors=errors)
        return crossed


def _limit_problem() -> Problem:
    return Problem(EXCEEDED, "There were too many errors on this thread.")
