"""Live delivery: push envelopes to connections in live mode as soon as they are stored. No I/O.

A session tracks the last sequence number that it has pushed and the envelopes without an acknowledgment. Its
limits bound the envelopes in flight; further ones stay in the queue.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydidcomm import same_party
from pydidcomm.mediator.records import Move, Queued, Recipient

__all__ = ["LiveSession", "LiveSessions"]

MOST_IN_FLIGHT: Final = 32
"""Maximum number of envelopes that are pushed to one session and not yet acknowledged."""

MOST_BYTES_IN_FLIGHT: Final = 1_048_576
"""Maximum bytes of these envelopes, which bounds the memory for a slow connection."""


@dataclass(slots=True, eq=False)
class LiveSession:
    """One DID on one connection in live mode.

    Attributes:
        recipient: The recipient.
        did: The verified DID of the recipient, in the form that it used.
        cursor: The sequence number up to which envelopes are not pushed any more.
        wake: Called when there may be envelopes to push.
        route: Only envelopes for this registered DID; None for all.
        in_flight: The sizes in bytes of pushed envelopes that are not acknowledged, by id.
    """

    recipient: Recipient
    did: str
    cursor: int
    wake: Callable[[], object]
    route: str | None = None
    in_flight: dict[str, int] = field(default_factory=dict[str, int])

    def room(self) -> tuple[int, int]:
        """Return the numbers of envelopes and bytes that may be pushed now."""
        size = sum(self.in_flight.values())
        return MOST_IN_FLIGHT - len(self.in_flight), max(MOST_BYTES_IN_FLIGHT - size, 0)

    def pushed(self, envelopes: Sequence[Queued]) -> None:
        """Record envelopes that are pushed on the connection."""
        for each in envelopes:
            self.in_flight[each.id] = len(each.envelope)
            self.cursor = max(self.cursor, each.seq)

    def keep(self, ids: Iterable[str]) -> None:
        """Drop all but these ids from the envelopes in flight: the others have left the queue."""
        still = set(ids)
        self.in_flight = {name: size for name, size in self.in_flight.items() if name in still}

    def acknowledged(self, ids: Iterable[str]) -> None:
        """Drop acknowledged ids from the envelopes in flight, and wake the session if that frees room."""
        had = len(self.in_flight)
        for name in ids:
            self.in_flight.pop(name, None)
        if len(self.in_flight) < had:
            self.wake()


class LiveSessions:
    """The live sessions of one process, by recipient."""

    def __init__(self) -> None:
        self._sessions: dict[int, list[LiveSession]] = {}

    def __len__(self) -> int:
        return sum(len(each) for each in self._sessions.values())

    def add(self, session: LiveSession) -> None:
        """Add a session; one recipient may have several."""
        self._sessions.setdefault(session.recipient.id, []).append(session)

    def remove(self, session: LiveSession) -> None:
        """Remove a session."""
        others = [each for each in self._sessions.get(session.recipient.id, []) if each is not session]
        if others:
            self._sessions[session.recipient.id] = others
        else:
            self._sessions.pop(session.recipient.id, None)

    def moved(self, old: int, new: Recipient, did: str) -> None:
        """Apply a rotation in this process: push to the new DID, and no longer to the old one.

        Args:
            old: The id of the recipient before the rotation.
            new: The recipient after it; another one if two recipients were merged.
            did: The DID after the rotation, in the form that its party used.
        """
        for session in self._sessions.pop(old, []):
            session.recipient, session.did = new, did
            self.add(session)
            session.wake()

    def follow(self, move: Move) -> None:
        """Apply a rotation by another process; one that was applied before changes nothing.

        Args:
            move: The rotation.
        """
        for session in list(self._sessions.get(move.old, ())):
            if same_party(session.did, move.old_did):
                self.remove(session)
                session.recipient, session.did = move.recipient, move.did
                self.add(session)
                session.wake()

    def arrived(self, recipient: int) -> None:
        """Wake the sessions of a recipient: an envelope was stored."""
        for session in self._sessions.get(recipient, ()):
            session.wake()

    def acknowledged(self, recipient: int, ids: Sequence[str]) -> None:
        """Drop acknowledged ids from the envelopes in flight in all sessions of a recipient."""
        for session in self._sessions.get(recipient, ()):
            session.acknowledged(ids)

    def to_poll(self) -> list[LiveSession]:
        """Return all sessions, to wake them in turn: another process may have stored envelopes."""
        return [session for sessions in self._sessions.values() for session in sessions]
