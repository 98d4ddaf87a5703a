"""Which messages came before: whoever saw a message can send it again, and it is as well proved as before."""

from collections.abc import Awaitable, Callable
from threading import Lock
from time import monotonic
from typing import Protocol, runtime_checkable

_CAPACITY = 10_000
"""An entry takes some 300 octets, so this is a few megabytes, and an hour of three messages a second."""


@runtime_checkable
class ReplayWindow(Protocol):
    """Remembers messages, so that none is taken twice.

    It is asked once for each message, when everything about the message is proved and allowed; so what is
    forged or refused leaves nothing in it. Programs that share their messages share what `seen` asks, for
    instance a table with a unique key.

    Example:
        >>> from pydidcomm import ReplayWindow
        >>> class Window(ReplayWindow):
        ...     def __init__(self):
        ...         self.known = set()
        ...     async def seen(self, sender, message_id):
        ...         known = (sender, message_id) in self.known
        ...         self.known.add((sender, message_id))
        ...         return known
        >>> isinstance(Window(), ReplayWindow)
        True
    """

    def seen(self, sender: str | None, message_id: str, /) -> "bool | Awaitable[bool]":
        """Whether this message was here before; from now on it was.

        `sender` is the proved DID and `message_id` the id of the message; where no sender is proved, None and
        a hash of the plaintext, which stays the same however the envelope is rewritten.
        """
        ...


class InMemoryReplayWindow:
    """Remembers messages in this process, the latest ones; usable from several threads.

    Anonymous messages are remembered apart, so that nobody without a DID can crowd out the others. A message
    that is forgotten would be taken again: let `capacity` be what arrives in the time for which replay
    matters.

    Args:
        capacity: How many messages from proved senders are remembered, and as many anonymous ones.
        seconds: For how long each is remembered; None for as long as there is room.
        clock: Tells the time in seconds; it need not be that of the day.

    Raises:
        ValueError: There is room or time for nothing.

    Example:
        >>> from pydidcomm import InMemoryReplayWindow
        >>> window = InMemoryReplayWindow(capacity=1000)
        >>> window.seen("did:example:alice", "one"), window.seen("did:example:alice", "one")
        (False, True)
    """

    def __init__(
        self,
        *,
        capacity: int = _CAPACITY,
        seconds: float | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if capacity < 1 or (seconds is not None and seconds <= 0):
            message = "a window without room or time remembers nothing"
            raise ValueError(message)
        self._capacity = capacity
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        # in the order of arrival, each with its time
        self._proved: dict[tuple[str | None, str], float] = {}
        self._anonymous: dict[tuple[str | None, str], float] = {}

    def seen(self, sender: str | None, message_id: str, /) -> bool:
        """Whether this message was here before; from now on it was."""
        known = self._anonymous if sender is None else self._proved
        with self._lock:
            now = self._clock()
            while known and self._seconds is not None:
                oldest = next(iter(known))
                if now - known[oldest] < self._seconds:
                    break
                del known[oldest]
            if (sender, message_id) in known:
                return True
            if len(known) == self._capacity:
                del known[next(iter(known))]
            known[sender, message_id] = now
            return False
