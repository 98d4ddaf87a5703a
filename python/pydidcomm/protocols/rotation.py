"""The two DIDs of a relationship, their rotation, and the end of the relationship; without I/O.

DIDComm v2.1, section "DID Rotation".

Example:
    >>> from pydidcomm import Message
    >>> from pydidcomm.protocols.rotation import Parties
    >>> parties = Parties(ours="did:example:alice", theirs="did:example:bob", state="active")
    >>> rotated = parties.rotated("did:example:alice2", now=1_700_000_000)
    >>> hello = Message(type="https://example.org/greeting/1.0/hello", frm=rotated.ours)
    >>> rotated.announced(hello, now=1_700_000_001).from_prior
    FromPrior(iss='did:example:alice', sub='did:example:alice2')
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal, Self

from pydidcomm import Message, rotation, same_party
from pydidcomm.protocols.outgoing import Outgoing
from pydidcomm.protocols.problem import LocalProtocolError
from pydidcomm.protocols.received import Change, Received

__all__ = ["MAX_HISTORY", "Finding", "Parties"]

MAX_HISTORY: Final = 64
"""The maximum number of former DIDs stored per side: a peer must not fill the store by rotating."""


class Finding(StrEnum):
    """The effect of a message on a relationship."""

    CURRENT = "current"
    """The message is from the peer's current DID."""
    ROTATED = "rotated"
    """The peer has proved a new DID, which is now its current one."""
    ENDED = "ended"
    """The peer has proved that it ended the relationship."""
    SUPERSEDED = "superseded"
    """The message is from a former DID of the peer: refuse it, or mark it as such."""
    AFTER_END = "after-end"
    """The relationship has ended: the message can only belong to a new one."""
    FOREIGN = "foreign"
    """The message is from or to a DID outside of this relationship."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """The two DIDs of a relationship, and the former DIDs of both sides.

    Attributes:
        ours: Our DID.
        theirs: The peer's DID; None before it is known.
        state: "invited" (we have invited), "requested" (we have answered an invitation), "active" or "ended".
        our_history: Our former DIDs, oldest first.
        their_history: The peer's former DIDs, oldest first.
        prior: Our DID that the peer last confirmed, until it confirms `ours`; None after that.
        rotated_at: When we rotated to `ours`, in seconds since the epoch.
        changed_at: When the peer last rotated, in seconds since the epoch, according to the peer.
    """

    ours: str
    theirs: str | None = None
    state: Literal["invited", "requested", "active", "ended"] = "invited"
    our_history: tuple[str, ...] = ()
    their_history: tuple[str, ...] = ()
    prior: str | None = None
    rotated_at: int | None = None
    changed_at: int | None = None

    def heard(self, received: Received) -> tuple[Self, Finding]:
        """The parties after a received message, and the effect of the message.

        Args:
            received: The message.
        """
        if self.state == "ended":
            return self, Finding.AFTER_END
        change = received.change
        if change is not None and self._applies(change):
            return self._apply(change, received)
        if self.theirs is None or received.sender is None or not self._is_ours(received.recipient):
            return self, Finding.FOREIGN
        if same_party(received.sender, self.theirs):
            return self._confirm(received), Finding.CURRENT
        if any(same_party(received.sender, former) for former in self.their_history):
            return self, Finding.SUPERSEDED
        return self, Finding.FOREIGN

    def rotated(self, new: str, *, now: int) -> Self:
        """The parties after we rotate to a new DID.

        Send every message through `announced`, which adds `from_prior` until the peer has confirmed the DID.

        Args:
            new: Our new DID, used in no other relationship.
            now: The time, in seconds since the epoch.

        Raises:
            LocalProtocolError: The relationship has ended or has no peer yet, or `new` is not a fresh DID.
        """
        self._require_peer()
        if any(same_party(new, had) for had in (self.ours, *self.our_history)):
            problem = f"`new` must be a fresh DID, got one of this relationship: {new}"
            raise LocalProtocolError(problem)
        return replace(
            self,
            ours=new,
            our_history=_append(self.our_history, self.ours),
            # `from_prior` starts from the DID that the peer last confirmed, however often we rotated since
            prior=self.prior or self.ours,
            rotated_at=now,
        )

    def announced(self, message: Message, *, now: int) -> Message:
        """The message with `from_prior`, unless the peer has confirmed our rotation.

        Args:
            message: A message from `ours`.
            now: The time, in seconds since the epoch.

        Raises:
            LocalProtocolError: The relationship has ended, or has no peer yet.
        """
        to = self._require_peer()
        if self.prior is None:
            return message
        return rotation.rotating(message, to=to, old=self.prior, new=self.ours, now=now, at=self.rotated_at)

    def ended(self, *, now: int) -> tuple[Self, tuple[Outgoing, ...]]:
        """The parties after we end the relationship, and the messages that announce the end.

        There are two messages until the peer has confirmed a rotation, since it may use either DID of ours.

        Args:
            now: The time, in seconds since the epoch.

        Raises:
            LocalProtocolError: The relationship has ended, or has no peer yet.
        """
        to = self._require_peer()
        known = [did for did in (self.prior, self.ours) if did is not None]
        sent = tuple(
            Outgoing(message=rotation.ending(None, to=to, frm=did, now=now, at=now), to=to, frm=None)
            for did in known
        )
        return replace(self, state="ended", prior=None), sent

    def _require_peer(self) -> str:
        if self.state == "ended" or self.theirs is None:
            reason = "has ended" if self.state == "ended" else "has no peer yet: wait for its first message"
            problem = f"the relationship {reason}"
            raise LocalProtocolError(problem)
        return self.theirs

    def _applies(self, change: Change) -> bool:
        """Whether a change starts from the peer's current DID, and is not a replay of an earlier change."""
        if self.theirs is None or not same_party(change.old, self.theirs):
            return False
        return change.at is None or self.changed_at is None or change.at >= self.changed_at

    def _apply(self, change: Change, received: Received) -> tuple[Self, Finding]:
        if not self._is_ours(received.recipient):
            return self, Finding.FOREIGN
        at = change.at if change.at is not None else self.changed_at
        if change.new is None:
            return replace(self, state="ended", prior=None, changed_at=at), Finding.ENDED
        history = _append(self.their_history, self.theirs or "")
        confirmed = self._confirm(received)
        changed = replace(confirmed, theirs=change.new, their_history=history, changed_at=at)
        return changed, Finding.ROTATED

    def _confirm(self, received: Received) -> Self:
        """The parties after a message from the peer: one to our new DID confirms the rotation."""
        heard = received.recipient is not None and same_party(received.recipient, self.ours)
        return replace(self, state="active", prior=None if heard else self.prior)

    def _is_ours(self, recipient: str | None) -> bool:
        """Whether a message was to a DID of ours in this relationship; a signed message has no recipient."""
        return recipient is None or any(same_party(recipient, did) for did in (self.ours, *self.our_history))


def _append(history: tuple[str, ...], did: str) -> tuple[str, ...]:
    return (*history, did)[-MAX_HISTORY:]
