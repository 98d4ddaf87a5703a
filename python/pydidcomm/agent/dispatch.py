"""Dispatch a message to a protocol, to a handler, or to a problem report. No I/O and no clock.

Example:
    >>> from pydidcomm.agent.dispatch import decide
    >>> from pydidcomm.agent.router import Router
    >>> from pydidcomm.protocols import Protocols
    >>> from pydidcomm.protocols.trust_ping import TrustPing
    >>> from pydidcomm.protocols import received_from
    >>> from pydidcomm.testing import received
    >>> ping = {"type": "https://didcomm.org/trust-ping/2.0/ping", "id": "1", "body": {}}
    >>> found = received_from(received(ping, sender="did:example:alice"), at=1)
    >>> decide(found, None, 1, Protocols(), Router()).problem.code
    'e.m.msg.unsupported'
    >>> len(decide(found, None, 1, Protocols([TrustPing()]), Router()).step.send)
    1
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from pydidcomm.agent.router import Route, Router
from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols import (
    Body,
    Problem,
    Protocols,
    Received,
    RemoteProtocolError,
    Step,
    Thread,
)
from pydidcomm.protocols.machine import unsupported
from pydidcomm.protocols.problem_report import is_report

__all__ = ["Decision", "ReportGuard", "decide", "thread_key"]

MOST_REPORTS: Final = 10
"""Problem reports to one peer per minute: two faulty programs must not exchange reports without end."""

_MINUTE: Final = 60

_MOST_PEERS: Final = 1024
"""Peers whose reports are counted; the least recently used one is evicted."""

_NOT_HANDLED: Final = frozenset({"expired", "unexpected"})
"""Events of a protocol that ignores a message; its handler is not called either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a message is handled.

    Attributes:
        step: The step of the message's protocol; None if the agent does not have the protocol.
        route: The handler to call, or None.
        body: The typed message for the handler; None if the handler takes a `Message`.
        problem: The problem to report; `step` and `route` are None then.
    """

    step: Step | None = None
    route: Route | None = None
    body: Body | None = None
    problem: Problem | None = None


def thread_key(received: Received, protocols: Protocols) -> tuple[str, str, str] | None:
    """Return the key of the thread whose state `decide` needs, or None.

    Args:
        received: The message.
        protocols: The protocols of the program.
    """
    protocol = protocols.find(received.message.type)
    peer = received.relationship or received.sender
    if protocol is None or peer is None:
        return None
    return peer, protocol.piuri, protocol.thread_of(received.message)


def decide(  # noqa: PLR0913, state, message, time and the two tables
    received: Received,
    thread: Thread | None,
    now: int,
    protocols: Protocols,
    router: Router,
    *,
    awaited: bool = False,
) -> Decision:
    """Decide how a message is handled: first by its protocol, then by its handler.

    The handler is not called for a message that the protocol refuses.

    Args:
        received: The message, with its verified sender.
        thread: The stored state of `thread_key`.
        now: The time, in seconds since the epoch.
        protocols: The protocols of the program.
        router: The handlers of the program.
        awaited: Whether a request waits for the message. It is then not "unsupported" even without a
            protocol, and no handler is called.
    """
    protocol = protocols.find(received.message.type)
    step = None if protocol is None else protocol.receive(received, thread, now)
    # an awaited answer is not also handled: two programs that echo would answer without end
    route = None if awaited else router.find(received.message.type)
    if protocol is None and route is None:
        known = awaited or is_report(received.message)
        return Decision(problem=None if known else unsupported(received.message))
    if step is not None and step.problem is not None:
        # a handler may take a message type that its protocol does not implement
        if route is None or step.problem.code != "e.m.msg.unsupported":
            return Decision(problem=step.problem)
        step = None
    if route is None or (step is not None and any(event.name in _NOT_HANDLED for event in step.events)):
        return Decision(step=step)
    refused = _refusal(route, received)
    if refused is not None:
        return Decision(problem=refused)
    try:
        body = None if route.body is None else route.body.from_body(received.message.body)
    except MalformedMessageError as error:
        return Decision(
            problem=RemoteProtocolError("e.m.msg.malformed", "{1}: {2}.", [error.part, error.reason])
        )
    return Decision(step=step, route=route, body=body)


def _refusal(route: Route, received: Received) -> Problem | None:
    if not received.trust.at_least(route.trust):
        comment = "The sender of the message must be proved: {1}."
        return RemoteProtocolError("e.m.trust.unauthenticated", comment, [route.trust.value])
    if route.needs_relationship and received.relationship is None:
        return RemoteProtocolError("e.m.trust.no-relationship", "Accept an invitation first.")
    return None


class ReportGuard:
    """Limits the rate of problem reports to each peer."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def allows(self, peer: str, now: int) -> bool:
        """Count a report; return whether it may be sent.

        Args:
            peer: The id of the relationship, or the peer's DID.
            now: The time, in seconds since the epoch.
        """
        since, count = self._sent.get(peer, (now, 0))
        # the difference is negative if the clock was set back
        if not 0 <= now - since < _MINUTE:
            since, count = now, 0
        if count >= MOST_REPORTS:
            return False
        self._sent[peer] = (since, count + 1)
        self._sent.move_to_end(peer)
        if len(self._sent) > _MOST_PEERS:
            self._sent.popitem(last=False)
        return True
