"""The bounds of an agent."""

from dataclasses import dataclass, fields
from typing import Final

__all__ = ["Limits"]

_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of an agent.

    Peers without a relationship count as one peer: an identity costs nothing, so that a bound for each of
    them would be none.

    Attributes:
        lanes: The most handlers at the same time.
        lanes_per_peer: The most of them for messages of one peer.
        waiting: The most messages that wait for a handler; beyond them senders get 503 and try again.
        waiting_per_peer: The most of them from one peer.
        handler_seconds: How long a handler may take.
        answer_seconds: How long an answer may leave on the connection of its message; a later one is sent to
            the peer's endpoint.
        answers_per_thread: The most answers of handlers in one thread of a peer within `answers_window`.
            Further ones are not sent, which ends the exchange of two programs that answer every message. The
            handler is called all the same; there is a warning in the log, and an event "loop".
        answers_window: The time of `answers_per_thread`, in seconds.
        attempts: How often a message is given to a handler that fails, before it is parked.
        sends: The most messages that are sent at the same time; half of them to peers without a relationship.
        sends_per_peer: The most of them to one peer: an endpoint that does not answer holds up no other peer.
        first_pause: Seconds before the second attempt of a handler or of sending; doubled each time.
        longest_pause: The most seconds between two attempts.
        send_seconds: For how long it is tried to send a message without `expires_time`.
        window: For how long a message that was handled is remembered, in seconds; one whose `created_time` is
            longer ago is refused.
        replaced_seconds: For how long a mediator still receives for a DID of ours that rotation has replaced,
            or whose relationship has ended, before it is taken off the mediator's list.
        require_created_time: Whether a message without `created_time` is refused. Where it is not, a copy of
            the message takes effect again once the window has passed.

    Raises:
        ValueError: A bound is not positive.
    """

    lanes: int = 64
    lanes_per_peer: int = 8
    waiting: int = 10_000
    waiting_per_peer: int = 1_000
    handler_seconds: float = 60.0
    answer_seconds: float = 10.0
    answers_per_thread: int = 1_000
    answers_window: int = 3_600
    attempts: int = 3
    sends: int = 64
    sends_per_peer: int = 8
    first_pause: int = 1
    longest_pause: int = 3_600
    send_seconds: int = 7 * _DAY
    window: int = 30 * _DAY
    replaced_seconds: int = 7 * _DAY
    require_created_time: bool = False

    def __post_init__(self) -> None:
        """Checks the bounds."""
        for one in fields(self):
            value = getattr(self, one.name)
            if not isinstance(value, bool) and value <= 0:
                problem = f"`{one.name}` must be positive, got {value}"
                raise ValueError(problem)

    def pause(self, attempts: int) -> int:
        """The seconds before the next attempt.

        Args:
            attempts: How many attempts have failed.
        """
        pause: int = self.first_pause * 2 ** min(attempts - 1, 32)
        return min(pause, self.longest_pause)
