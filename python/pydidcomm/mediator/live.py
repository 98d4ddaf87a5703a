"""Live delivery: which connections get an envelope as soon as it is stored. No I/O.

A session remembers the last place in the order that it has pushed and what is not acknowledged, and asks for
no more than its bounds allow: what does not fit stays in the queue.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydidcomm import same_party
from pydidcomm.mediator.records import Move, Queued, Recipient

__all__ = ["LiveSession", "LiveSessions"]

MOST_IN_FLIGHT: Final = 32
"""Envelopes pushed to one connection and not yet acknowledged."""

MOST_BYTES_IN_FLIGHT: Final = 1_048_576
"""Their bytes: a slow connection costs a mediator no more memory than this."""


@dataclass(slots=True, eq=False)
class LiveSession:
    """One DID on one connection in live mode.

    Attributes:
        recipient: The recipient.
        did: The DID that it proved, in the form that it used.
        cursor: The last place in the order of acceptance that needs no push.
        wake: Called when there may be something to push.
        route: Only envelopes for this registered DID.
        in_flight: The sizes of pushed envelopes that are not acknowledged, by id.
    """

    recipient: Recipient
    did: str
    cursor: int
    wake: Callable[[], object]
    route: str | None = None
    in_flight: dict[str, int] = field(default_factory=dict[str, int])

    def room(self) -> tuple[int, int]:
        """How many envelopes and bytes may be pushed now."""
        size = sum(self.in_flight.values())
        return MOST_IN_FLIGHT - len(self.in_flight), max(MOST_BYTES_IN_FLIGHT - size, 0)

    def pushed(self, envelopes: Sequence[Queued]) -> None:
        """Note what was sent on the connection."""
        for each in envelopes:
            self.in_flight[each.id] = len(each.envelope)
            self.cursor = max(self.cursor, each.seq)

    def keep(self, ids: Iterable[str]) -> None:
        """Make room for what left the queue by another process or by expiry."""
        still = set(ids)
        self.in_flight = {name: size for name, size in self.in_flight.items() if name in still}

    def acknowledged(self, ids: Iterable[str]) -> None:
        """Make room for what was acknowledged on any connection."""
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
        """Start a session; several of one recipient stay side by side."""
        self._sessions.setdefault(session.recipient.id, []).append(session)

    def remove(self, session: LiveSession) -> None:
        """End a session, with its connection or by the recipient's wish."""
        others = [each for each in self._sessions.get(session.recipient.id, []) if each is not session]
        if others:
            self._sessions[session.recipient.id] = others
        else:
            self._sessions.pop(session.recipient.id, None)

    def moved(self, old: int, new: Recipient, did: str) -> None:
        """Push to the DID that a recipient rotated to; the old one gets nothing more.

        Args:
            old: The id of the recipient before the rotation.
            new: The recipient after it: another one where two were joined.
            did: The DID after the rotation, in the form that its party used.
        """
        for session in self._sessions.pop(old, []):
            session.recipient, session.did = new, did
            self.add(session)
            session.wake()

    def follow(self, move: Move) -> None:
        """Do the same for a rotation at another process; one that was followed before changes nothing.

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
        """Make room in the sessions of a recipient."""
        for session in self._sessions.get(recipient, ()):
            session.acknowledged(ids)

    def to_poll(self) -> list[LiveSession]:
        """All sessions, which are woken in turn: another process may have stored something."""
        return [session for sessions in self._sessions.values() for session in sessions]
