"""The limits of an agent."""

from dataclasses import dataclass, fields
from typing import Final

__all__ = ["Limits"]

_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of an agent.

    Peers without a relationship share the limits of one peer: a new DID costs nothing, so a limit per DID
    would have no effect.

    Attributes:
        lanes: Maximum number of concurrent handlers.
        lanes_per_peer: Maximum number of concurrent handlers for one peer.
        waiting: Maximum number of messages that wait for a handler; further senders get 503 and retry.
        waiting_per_peer: Maximum number of waiting messages of one peer.
        handler_seconds: Timeout of a handler, in seconds; a handler in a thread is abandoned, not stopped.
        answer_seconds: Seconds in which an answer can be returned on the connection of its message; a later
            answer is sent to the peer's endpoint.
        answers_per_thread: Maximum number of answers of handlers in one thread within `answers_window`.
            Further answers are dropped, which ends a loop of two programs that answer every message. The
            handler is still called; a warning is logged, and an event "loop" is emitted.
        answers_window: The window of `answers_per_thread`, in seconds.
        attempts: Number of attempts to handle a message before it is parked.
        sends: Maximum number of concurrent deliveries; half of them for peers without a relationship.
        sends_per_peer: Maximum number of concurrent deliveries to one peer, so that an endpoint that does not
            answer does not delay other peers.
        first_pause: Seconds before the second attempt to handle or to send a message; doubled each time.
        longest_pause: Maximum number of seconds between two attempts.
        send_seconds: Seconds after `created_time` at which a message that was not sent is given up; an
            earlier `expires_time` takes precedence.
        window: Seconds for which handled messages are remembered, to detect repeats; a message with an older
            `created_time` is refused.
        replaced_seconds: Seconds until a DID that was rotated away, or whose relationship has ended, is
            removed from the mediator's list.
        require_created_time: Whether to refuse messages without `created_time`. If they are accepted, a
            repeat is handled again once `window` seconds have passed.

    Raises:
        ValueError: A limit is not positive.
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
        """Check that each limit is positive."""
        for one in fields(self):
            value = getattr(self, one.name)
            if not isinstance(value, bool) and value <= 0:
                problem = f"`{one.name}` must be positive, got {value}"
                raise ValueError(problem)

    def pause(self, attempts: int) -> int:
        """Return the seconds to wait before the next attempt.

        Args:
            attempts: The number of failed attempts.
        """
        pause: int = self.first_pause * 2 ** min(attempts - 1, 32)
        return min(pause, self.longest_pause)
