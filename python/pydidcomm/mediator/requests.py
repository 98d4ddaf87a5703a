"""Convert requests of recipients to commands, and results to answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydidcomm import Message
from pydidcomm.mediator.codes import UNSUPPORTED
from pydidcomm.mediator.commands import Result
from pydidcomm.mediator.connection import Connection
from pydidcomm.mediator.coordination import COORDINATION, Coordination
from pydidcomm.mediator.execution import Request
from pydidcomm.mediator.pickup import PICKUP, Pickup
from pydidcomm.protocols import Problem, message_type
from pydidcomm.protocols.versions import same_name

__all__ = ["Answer", "Codec", "read"]

Codec = Coordination | Pickup

REPORT: Final = "https://didcomm.org/report-problem/2.0/problem-report"


def _key(uri: str) -> tuple[str, int]:
    named = message_type(uri)
    return same_name(named.protocol), named.major


_CODECS: Final[Mapping[tuple[str, int], Codec]] = MappingProxyType(
    {_key(f"{codec.piuri}/any"): codec for codec in (*COORDINATION, *PICKUP)}
)


def read(
    message: Message,
) -> Callable[[str, str | None, str, Connection, float], tuple[Codec, Request]] | None:
    """Read a request of a recipient; return None for another protocol.

    Protocol names are compared without case and punctuation, so `messagepickup` 3.0 and `message-pickup` 4.0
    differ only in their major version.

    Args:
        message: The message of a verified sender.

    Returns:
        A function that returns the codec and the request, given the sender, its key, the DID of the mediator,
        the connection and the time.

    Raises:
        Problem: The protocol is supported, but the message type is not, or the body is malformed.
    """
    codec = _CODECS.get(_key(message.type))
    if codec is None:
        return None
    command = codec.read(message_type(message.type).name.lower(), message.body)
    if command is None:
        raise Problem(UNSUPPORTED, "The message type {1} is not supported.", [message.type])
    pickup = codec if isinstance(codec, Pickup) else None

    def request(
        sender: str, kid: str | None, ours: str, connection: Connection, at: float
    ) -> tuple[Codec, Request]:
        return codec, Request(command, sender, kid, ours, message.pthid, connection, pickup, at)

    return request


@dataclass(frozen=True, slots=True)
class Answer:
    """Creates answers to one message, or live deliveries.

    Attributes:
        frm: The DID of the mediator.
        to: The verified sender of the message.
        message: The message; None for a live delivery.
    """

    frm: str
    to: str
    message: Message | None

    def write_message(self, codec: Codec, result: Result) -> Message:
        """Return the message for a result, in the version of the request."""
        written = codec.write(result)
        if written is None:
            message = f"{codec.piuri} has no message for a {type(result).__name__}"
            raise TypeError(message)
        name, body = written
        attachments = codec.attachments(result) if isinstance(codec, Pickup) else []
        return Message(
            type=f"{codec.piuri}/{name}",
            frm=self.frm,
            to=[self.to],
            thid=None if self.message is None else self.message.thread,
            body=body,
            attachments=attachments or None,
        )

    def problem(self, problem: Problem) -> Message | None:
        """Return a problem report about the message; None if the message is a problem report itself."""
        if self.message is None or self.message.type.endswith("/problem-report"):
            return None
        body: dict[str, object] = {"code": problem.code, "comment": problem.comment or ""}
        if problem.args:
            body["args"] = list(problem.args)
        return Message(type=self._report(), frm=self.frm, to=[self.to], pthid=self.message.thread, body=body)

    def _report(self) -> str:
        assert self.message is not None  # noqa: S101, for type checkers
        named = message_type(self.message.type)
        for codec in PICKUP:
            if codec.own_reports and codec.piuri == named.piuri:
                return f"{codec.piuri}/problem-report"
        return REPORT
