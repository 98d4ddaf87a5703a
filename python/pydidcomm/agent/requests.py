"""Requests that wait for their answers."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import anyio

from pydidcomm import Message, same_message_type
from pydidcomm.protocols import Body, MessageType, Protocols, Received, agree, message_type
from pydidcomm.protocols.acknowledgment import is_pure
from pydidcomm.protocols.problem_report import ProblemReport, ProblemReported, is_report
from pydidcomm.protocols.versions import same_name

__all__ = ["Requests", "Waiter"]


class Waiter:
    """Waits for the answer to one request.

    Args:
        sent: The request.
        relationship: The id of the relationship that must send the answer.
        answer: The expected typed message; None for any other message of the same protocol.
    """

    def __init__(self, sent: Message, relationship: str, answer: type[Body] | None) -> None:
        self.key = (relationship, sent.thread.lower())
        self.id = sent.id
        self._sent = sent
        self._answer = answer
        self._found: Received | None = None
        self._failed: Exception | None = None
        self._event = anyio.Event()

    def fits(self, received: Received) -> bool:
        """Return whether a message of the thread is the answer.

        Args:
            received: A message of this relationship and thread.
        """
        message = received.message
        if is_report(message):
            return True
        if self._answer is not None:
            return same_message_type(message.type, self._answer.type)
        ours, theirs = message_type(self._sent.type), message_type(message.type)
        return agree(ours.piuri, theirs.piuri) is not None and same_name(ours.name) != same_name(theirs.name)

    def resolve(self, received: Received) -> None:
        """Set the answer; a second one is ignored.

        Args:
            received: The answer.
        """
        if self._found is None:
            self._found = received
            self._event.set()

    def fail(self, error: Exception) -> None:
        """End the wait with an error: the request was not sent.

        Args:
            error: The exception for `answer` to raise.
        """
        if self._found is None:
            self._failed = error
            self._event.set()

    async def answer(self, protocols: Protocols) -> Body | Message:
        """Wait for the answer.

        Args:
            protocols: The protocols that define the typed messages.

        Returns:
            The typed message, or a `Message` if no protocol defines its type.

        Raises:
            NotSentError: The request was not sent.
            ProblemReported: The answer is a problem report.
            MalformedMessageError: The body of the answer does not match its type.
        """
        await self._event.wait()
        if self._failed is not None:
            raise self._failed
        assert self._found is not None  # noqa: S101, for type checkers
        message = self._found.message
        if is_report(message):
            raise ProblemReported(ProblemReport.from_message(message))
        body = self._answer or _body_of(message_type(message.type), protocols.find(message.type))
        return message if body is None else body.from_body(message.body)


class Requests:
    """The pending requests, by relationship and thread."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], Waiter] = {}

    @contextmanager
    def register(self, waiter: Waiter) -> Generator[Waiter]:
        """Register a waiter while the block runs; enter the block before the request is committed.

        Args:
            waiter: The waiter.
        """
        self._waiting[waiter.key] = waiter
        try:
            yield waiter
        finally:
            del self._waiting[waiter.key]

    def unsent(self, message_id: str, error: Exception) -> None:
        """End the wait for the answer to a message that was not sent.

        Args:
            message_id: The id of the message.
            error: The cause.
        """
        for waiter in self._waiting.values():
            if waiter.id == message_id:
                waiter.fail(error)

    def find(self, received: Received) -> Waiter | None:
        """Return the pending request that the message answers, or None.

        Args:
            received: A message.
        """
        message = received.message
        if received.relationship is None or received.sender is None or is_pure(message):
            return None
        # the answer may be a child thread of the request, as for User Profile
        for thid in (message.thread, message.pthid):
            waiter = None if thid is None else self._waiting.get((received.relationship, thid.lower()))
            if waiter is not None and waiter.fits(received):
                return waiter
        return None


def _body_of(parts: MessageType, protocol: Any) -> type[Body] | None:  # noqa: ANN401, a Protocol or None
    if protocol is None:
        return None
    named = {same_name(name): body for name, body in protocol.messages.items()}
    found: type[Body] | None = named.get(same_name(parts.name))
    return found
