"""Report problem 2.0: the messages, their codes, and when a report is due.

`ReportProblem` of `pydidcomm.protocols.error_limit` limits the reports of a thread.
DIDComm v2.1, sections "Problem Reports" and "Problem Codes".

Example:
    >>> from pydidcomm.protocols import Problem, Received, Trust
    >>> from pydidcomm.protocols.problem_report import ProblemReport, ProblemReported, report
    >>> from pydidcomm.protocols.trust_ping import Ping
    >>> ping = Ping().to_message(id="one", frm="did:example:alice")
    >>> received = Received(message=ping, sender="did:example:alice", recipient="did:example:bob",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_000)
    >>> problem = Problem("e.m.msg.unsupported", "The message type {1} is not supported.", ["ping"])
    >>> outgoing = report(problem, received, now=1_700_000_000)
    >>> outgoing.message.pthid, outgoing.message.ack
    ('one', ('one',))
    >>> print(ProblemReported(ProblemReport.from_message(outgoing.message)))
    e.m.msg.unsupported: The message type ping is not supported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from pydidcomm import Message, same_message_type
from pydidcomm._core import sanitize
from pydidcomm.protocols._reply import reply
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.outgoing import Outgoing
from pydidcomm.protocols.problem import Problem, rendered
from pydidcomm.protocols.received import Received

__all__ = [
    "DESCRIPTORS",
    "PIURI",
    "ProblemCode",
    "ProblemReport",
    "ProblemReported",
    "escalation",
    "is_report",
    "report",
]

PIURI: Final = "https://didcomm.org/report-problem/2.0"
"""The protocol identifier URI."""

DESCRIPTORS: Final = {
    "trust": "The required trust is missing.",
    "trust.crypto": "A cryptographic operation failed.",
    "xfer": "The message cannot be transported.",
    "did": "A DID cannot be used.",
    "msg": "The message is malformed or not understood.",
    "me": "An internal error occurred.",
    "me.res": "A resource is missing.",
    "me.res.net": "The network is not available.",
    "me.res.memory": "There is not enough memory.",
    "me.res.storage": "There is not enough storage.",
    "me.res.compute": "There is not enough computing power.",
    "me.res.money": "There is not enough money.",
    "req": "A requirement is not met.",
    "req.time": "The time limit has passed.",
    "legal": "The law does not allow it.",
}
"""The descriptors that the specification predefines, each with our comment for it."""

_ROOTS: Final = frozenset(name for name in DESCRIPTORS if "." not in name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemReport(Body, type=f"{PIURI}/problem-report"):
    """A problem report.

    Attributes:
        code: The problem code.
        comment: The text for display, with placeholders such as `{1}`.
        args: The values of the placeholders.
        escalate_to: A URI for further help.
    """

    code: str
    comment: str | None = None
    args: tuple[Any, ...] | None = None
    escalate_to: str | None = None

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """The report of a problem.

        Args:
            problem: The problem.
        """
        args = tuple(map(str, problem.args)) or None
        return cls(code=problem.code, comment=problem.comment, args=args, escalate_to=problem.escalate_to)

    @property
    def text(self) -> str:
        """The comment with its arguments, as the peer wrote it; sanitize it before it is shown."""
        args = [one if isinstance(one, str | None) else str(one) for one in self.args or ()]
        return rendered(self.comment or "", args)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemCode:
    """The parts of a problem code.

    Attributes:
        sorter: "e" for an error, "w" for a warning; any other text is kept as it is.
        scope: "p" for the protocol, "m" for the message, or a state; None if the code has none.
        descriptors: What went wrong, from general to specific.
    """

    sorter: str
    scope: str | None
    descriptors: tuple[str, ...]

    @classmethod
    def parse(cls, code: str) -> Self:
        """Parse a code, also one that breaks the grammar, because codes are compared by prefix.

        Args:
            code: The code as the peer wrote it.

        Example:
            >>> from pydidcomm.protocols.problem_report import ProblemCode
            >>> ProblemCode.parse("e.p.req.not_enroll")
            ProblemCode(sorter='e', scope='p', descriptors=('req', 'not_enroll'))
            >>> ProblemCode.parse("w.msg.bad-lang").scope is None
            True
        """
        sorter, *rest = code.split(".")
        has_scope = bool(rest) and rest[0] not in _ROOTS
        return cls(sorter=sorter, scope=rest[0] if has_scope else None, descriptors=tuple(rest[has_scope:]))

    @property
    def is_error(self) -> bool:
        """Whether the code is an error; any code that is not a warning counts as one."""
        return not self.is_warning

    @property
    def is_warning(self) -> bool:
        """Whether the code is a warning."""
        return self.sorter == "w"

    @property
    def code(self) -> str:
        """The code as text."""
        return ".".join((self.sorter, *([] if self.scope is None else [self.scope]), *self.descriptors))

    def matches(self, prefix: str) -> bool:
        """Whether the code begins with these tokens.

        Args:
            prefix: A code, or the beginning of one up to a full stop.

        Example:
            >>> from pydidcomm.protocols.problem_report import ProblemCode
            >>> code = ProblemCode.parse("e.p.xfer.cant-use-endpoint")
            >>> code.matches("e.p.xfer"), code.matches("e.p.xf")
            (True, False)
        """
        return f"{self.code}.".startswith(f"{prefix}.")


class ProblemReported(Exception):  # noqa: N818, the peer's problem, not ours
    """The peer reported a problem.

    Attributes:
        report: The report.
        code: The problem code of the report.
    """

    def __init__(self, report: ProblemReport) -> None:
        super().__init__(report)
        self.report = report
        self.code = report.code

    def __str__(self) -> str:
        text = self.report.text
        return sanitize(f"{self.code}: {text}" if text else self.code)


def is_report(message: Message) -> bool:
    """Whether a message is a problem report.

    Args:
        message: Any message.
    """
    return same_message_type(message.type, ProblemReport.type)


def report(
    problem: Problem,
    received: Received,
    *,
    now: int,
    lang: str | None = None,
    accept_lang: Sequence[str] = (),
) -> Outgoing | None:
    """The report of a problem with a message, if one is due.

    A problem report is not answered with another one, and an unproved sender gets none.

    Args:
        problem: The problem.
        received: The message.
        now: The time, in seconds since the epoch.
        lang: The language of the comment.
        accept_lang: The languages that we prefer, most preferred first.

    Returns:
        The report to send; None if no report is due.
    """
    if is_report(received.message) or received.sender is None:
        return None
    message = ProblemReport.of(problem).to_message(
        pthid=received.message.thread,
        ack=[received.message.id],
        frm=received.recipient,
        to=[received.sender],
        created_time=now,
        lang=lang,
        accept_lang=list(accept_lang) or None,
    )
    return reply(received, message, received.sender)


def escalation(received: Received, *, now: int, code: str | None = None) -> Outgoing:
    """The report, on the thread of a peer's warning, that the warning is an error for us.

    Args:
        received: A report whose code is a warning, from a proved sender.
        now: The time, in seconds since the epoch.
        code: A more specific code; by default that of the warning, as an error.

    Returns:
        The report to send.

    Raises:
        ValueError: `received` is not a warning of a proved sender, `code` is not an error, or its scope is
            narrower than the warning's.
        MalformedMessageError: The body of the warning is malformed.
    """
    warning = ProblemReport.from_message(received.message)
    parts = ProblemCode.parse(warning.code)
    if not parts.is_warning or received.sender is None:
        text = f"`received` must be a warning from a proved sender, got {warning.code}"
        raise ValueError(text)
    problem = Problem(code or f"e{warning.code[1:]}", warning.comment, map(str, warning.args or ()))
    chosen = ProblemCode.parse(problem.code)
    if chosen.is_warning or _breadth(chosen.scope) < _breadth(parts.scope):
        text = f"`code` must be an error with a scope at least as broad as that of {warning.code}, got {code}"
        raise ValueError(text)
    message = ProblemReport.of(problem).to_message(
        thid=received.message.thread,
        pthid=received.message.pthid,
        ack=[received.message.id],
        frm=received.recipient,
        to=[received.sender],
        created_time=now,
    )
    return Outgoing(message=message, to=received.sender, frm=received.recipient)


def _breadth(scope: str | None) -> int:
    """The rank of a scope: the protocol is the broadest, a state is between, the message the narrowest."""
    return {"p": 2, "m": 0, None: 0}.get(scope, 1)
