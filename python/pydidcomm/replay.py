"""Replay protection: refuse a captured message that is sent again, since it still verifies."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable  # noqa: TC003, annotations are evaluated
from dataclasses import dataclass
from typing import NoReturn, Protocol, runtime_checkable

from pydidcomm._checks import check_positive
from pydidcomm._core import UnpackResult, V1Message  # noqa: TC001, annotations are evaluated

__all__ = ["InMemoryReplayWindow", "ReplayEntry", "ReplayWindow"]

_CAPACITY = 10_000
"""Messages of one sender: an hour of three messages a second."""

_TOTAL = 100_000
"""Messages of all senders: an entry takes some 400 bytes, so this is 40 MB."""


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True)
class ReplayEntry:
    """The entry of a message in a replay window.

    `digest` alone identifies the message: it is the same for each copy, in every envelope and on every curve.
    It covers the proved sender, the recipient and the id. Without a proved sender, and in DIDComm v1, it
    covers the recipient and the content.

    Attributes:
        sender: The proved sender: a DID, in DIDComm v1 a verkey; None for an anonymous sender.
        recipient: Our DID that the message was encrypted to, in DIDComm v1 our verkey; None for an
            unencrypted message.
        id: The id of the message; None for a message of DIDComm v1 without one.
        digest: SHA-256 in base64url, 43 characters.
        expires_time: When the message expires, in seconds since the epoch; None for never.
        received: When the message was unpacked, in seconds since the epoch.
        delivery: The id of this delivery; each arrival of the same message has another one.
    """

    sender: str | None
    recipient: str | None
    id: str | None
    digest: str
    expires_time: int | None
    received: int
    delivery: str

    @classmethod
    def of(cls, received: UnpackResult | V1Message, *, at: int) -> ReplayEntry:
        """Return the entry of an unpacked message.

        Args:
            received: The result of `unpack`.
            at: The time in seconds since the epoch.

        Example:
            >>> from pydidcomm import Message, ReplayEntry
            >>> from pydidcomm.sync import DIDCommMessaging
            >>> party = DIDCommMessaging()
            >>> did = party.create_peer_did()
            >>> packed = party.pack(Message(type="https://example.org/greeting/1.0/hello", id="one"), to=did)
            >>> entry = ReplayEntry.of(party.unpack(packed.message), at=1516269022)
            >>> entry.id, len(entry.digest)
            ('one', 43)
        """
        sender, recipient, message_id, digest, expires_time, delivery = received.replay_key
        return cls(
            sender=sender,
            recipient=recipient,
            id=message_id,
            digest=digest,
            expires_time=expires_time,
            received=at,
            delivery=delivery,
        )


@runtime_checkable
class ReplayWindow(Protocol):
    """Records accepted messages, so that replays are refused.

    `seen` is called once for each message, after its claims are verified and the requirements are met, so a
    forged or refused message leaves no entry. Processes that serve one DID share a window, for instance a
    table with a unique key on `digest`. Both methods may be coroutine functions.

    An application that fails to process a message calls `forget` with its entry, so that the message can be
    delivered again. `unpack` does the same when it is cancelled or fails after `seen`.

    Example:
        >>> from pydidcomm import ReplayEntry, ReplayWindow
        >>> class Window(ReplayWindow):
        ...     def __init__(self):
        ...         self.deliveries = {}
        ...     async def seen(self, entry):
        ...         return self.deliveries.setdefault(entry.digest, entry.delivery) != entry.delivery
        ...     async def forget(self, entry):
        ...         if self.deliveries.get(entry.digest) == entry.delivery:
        ...             del self.deliveries[entry.digest]
        >>> isinstance(Window(), ReplayWindow)
        True
    """

    def seen(self, entry: ReplayEntry, /) -> bool | Awaitable[bool]:
        """Return whether another delivery of this message is recorded; if not, record this one.

        Args:
            entry: The entry of the message.
        """
        ...

    def forget(self, entry: ReplayEntry, /) -> Awaitable[None] | None:
        """Remove the entry if this delivery of the message is the recorded one.

        A refused or cancelled replay has another `delivery`, and must not remove the entry.

        Args:
            entry: The entry of the message.
        """
        ...


class InMemoryReplayWindow:
    """A replay window in the memory of this process, safe for several threads.

    Each sender has a quota, and all anonymous messages share one, so a sender of many messages evicts only
    its own entries until `total` is reached. Entries are digests, whatever the length of ids and DIDs.

    With `seconds`, no entry is evicted earlier; while the quota is full, further messages are refused as
    replays. Without it, the oldest entry is evicted when the quota is full.

    Args:
        capacity: The most entries of one sender.
        total: The most entries of all senders.
        seconds: How long each entry is kept; None for as long as the quotas allow.
        clock: Returns the time in seconds; None for `time.time`, looked up on each use.

    Raises:
        ValueError: `capacity`, `total` or `seconds` is not positive.

    Example:
        >>> from pydidcomm import InMemoryReplayWindow, Message, ReplayedMessageError
        >>> from pydidcomm.sync import DIDCommMessaging
        >>> party = DIDCommMessaging(replay_window=InMemoryReplayWindow(capacity=1000))
        >>> did = party.create_peer_did()
        >>> packed = party.pack(Message(type="https://example.org/greeting/1.0/hello"), to=did)
        >>> received = party.unpack(packed.message)
        >>> try:
        ...     party.unpack(packed.message)
        ... except ReplayedMessageError:
        ...     print("seen")
        seen
    """

    def __init__(
        self,
        *,
        capacity: int = _CAPACITY,
        total: int = _TOTAL,
        seconds: float | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        for name, value in (("capacity", capacity), ("total", total), ("seconds", seconds)):
            if value is not None:
                check_positive(name, value, whole=name != "seconds")
        self._capacity = capacity
        self._total = total
        self._seconds = seconds
        self._clock = clock
        from threading import Lock  # noqa: PLC0415, most programs have no window

        self._lock = Lock()
        # in the order of arrival
        self._known: dict[str, tuple[float, bytes, str]] = {}
        self._of_sender: dict[bytes, dict[str, None]] = {}

    def seen(self, entry: ReplayEntry, /) -> bool:
        """Return whether another delivery of this message is recorded; if not, record this one.

        Args:
            entry: The entry of the message.
        """
        from hashlib import sha256  # noqa: PLC0415, it loads OpenSSL, and most programs have no window

        sender = b"" if entry.sender is None else sha256(entry.sender.encode()).digest()
        with self._lock:
            now = time.time() if self._clock is None else self._clock()
            self._expire(now)
            known = self._known.get(entry.digest)
            if known is not None:
                return known[2] != entry.delivery
            if not self._make_room(sender):
                return True
            self._known[entry.digest] = (now, sender, entry.delivery)
            self._of_sender.setdefault(sender, {})[entry.digest] = None
            return False

    def forget(self, entry: ReplayEntry, /) -> None:
        """Remove the entry if this delivery of the message is the recorded one.

        Args:
            entry: The entry of the message.
        """
        with self._lock:
            known = self._known.get(entry.digest)
            if known is not None and known[2] == entry.delivery:
                self._remove(entry.digest)

    def __reduce__(self) -> NoReturn:
        message = (
            "an InMemoryReplayWindow is not pickled or copied, since each copy would accept a message once: "
            "share a `ReplayWindow` backed by a table"
        )
        raise TypeError(message)

    def _expire(self, now: float) -> None:
        while self._known and self._seconds is not None:
            oldest = next(iter(self._known))
            if now - self._known[oldest][0] < self._seconds:
                break
            self._remove(oldest)

    def _make_room(self, sender: bytes) -> bool:
        """Evict the oldest entry where a quota is full; return False where `seconds` forbids it."""
        own = self._of_sender.get(sender, {})
        full = own if len(own) >= self._capacity else self._known if len(self._known) >= self._total else None
        if full is None:
            return True
        if self._seconds is not None:
            return False
        self._remove(next(iter(full)))
        return True

    def _remove(self, digest: str) -> None:
        _, sender, _ = self._known.pop(digest)
        own = self._of_sender[sender]
        del own[digest]
        if not own:
            del self._of_sender[sender]
