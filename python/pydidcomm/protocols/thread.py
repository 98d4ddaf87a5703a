"""The state of a thread, and the result of one step of a protocol.

Example:
    >>> from pydidcomm.protocols.thread import Thread
    >>> ping = "https://didcomm.org/trust-ping/2.0"
    >>> Thread(peer="r1", protocol=ping, thid="t", role="sender", state="waiting").done
    False
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydidcomm import Message
from pydidcomm.protocols.outgoing import Outgoing
from pydidcomm.protocols.problem import Problem

__all__ = ["DONE", "Event", "Step", "Thread", "thread_id"]

DONE: Final = "done"
"""The state of a thread that has ended; it is kept for a time, so that late messages are recognized."""


def _no_data() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The state of one thread with one peer. Its key is `(peer, protocol, thid)`.

    Attributes:
        peer: The id of the relationship, or the proved DID of the peer where there is none.
        protocol: The protocol identifier URI.
        thid: The thread id in lower case, as `thread_id` returns it.
        role: Our role in the protocol.
        state: The state of our role; `DONE` if the thread has ended.
        pthid: The id of the parent thread.
        data: The protocol's own data, a JSON object.
        wake_at: When `Protocol.wake` is due, in seconds since the epoch; None for never.
        to: The peer's DID that our messages are sent to.
        frm: Our DID that our messages are sent from.
        languages: The languages that the peer prefers, most preferred first (`accept-lang`).
    """

    peer: str
    protocol: str
    thid: str
    role: str
    state: str
    pthid: str | None = None
    data: Mapping[str, Any] = field(default_factory=_no_data)
    wake_at: int | None = None
    to: str | None = None
    frm: str | None = None
    languages: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether the thread has ended."""
        return self.state == DONE


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a thread, for the program.

    Attributes:
        name: The name, for instance "ping-response" or "expired".
        data: The typed message, or another value.
        thid: The thread id.
        peer: The peer, as in `Thread.peer`.
    """

    name: str
    data: Any = None
    thid: str | None = None
    peer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The result of one step of a protocol: store the state and queue the messages in one transaction.

    Attributes:
        thread: The new state; None if there is nothing to store.
        send: The messages to send, in order.
        events: The events, in order.
        problem: The problem with the received message; `problem_report.report` returns the answer to send.
    """

    thread: Thread | None = None
    send: tuple[Outgoing, ...] = ()
    events: tuple[Event, ...] = ()
    problem: Problem | None = None


def thread_id(message: Message) -> str:
    """The id of the thread that a message belongs to, in lower case: ids are compared without case.

    DIDComm v2.1, sections "Message IDs" and "Threads".

    Args:
        message: Any message.

    Example:
        >>> from pydidcomm import Message
        >>> from pydidcomm.protocols.thread import thread_id
        >>> thread_id(Message(type="https://didcomm.org/empty/1.0/empty", id="A"))
        'a'
    """
    return message.thread.lower()
