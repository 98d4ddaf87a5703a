"""What a store keeps: relationships, the inbox, the outbox, and the effects of a handled message."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, overload

from pydidcomm.protocols.thread import Thread

__all__ = [
    "Done",
    "Expected",
    "InboxItem",
    "InboxState",
    "Incoming",
    "NoRecord",
    "NoThread",
    "OutboxItem",
    "OutboxState",
    "Page",
    "Record",
    "Relationship",
    "RelationshipState",
]

RelationshipState = Literal["invited", "active", "ended"]
"""Invited: the peer is not known yet. Ended: kept, so that a late message finds out."""

InboxState = Literal["waiting", "parked", "done"]
"""Parked: handlers failed, and an operator decides. Done: kept without its body, as the replay window."""

OutboxState = Literal["waiting", "sent", "acknowledged", "unconfirmed", "failed"]
"""Unconfirmed: whether the message arrived is not known. All but `waiting` free the lane."""

Item_co = TypeVar("Item_co", covariant=True)


class Page(Sequence[Item_co]):
    """A page of a list, and the place where the next page begins.

    Attributes:
        after: The argument of the same name for the next page. That of an empty page is what it was called
            with, so that a loop can go on from there when there is more.
    """

    def __init__(self, items: Sequence[Item_co], after: str | None) -> None:
        self._items = tuple(items)
        self.after = after

    @overload
    def __getitem__(self, index: int) -> Item_co: ...
    @overload
    def __getitem__(self, index: slice) -> "Page[Item_co]": ...
    def __getitem__(self, index: int | slice) -> "Item_co | Page[Item_co]":
        """The item, or a shorter page with the same `after`."""
        if isinstance(index, slice):
            return Page(self._items[index], self.after)
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item_co]:
        return iter(self._items)

    def __repr__(self) -> str:
        return f"Page({list(self._items)!r}, after={self.after!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """A relationship: our DID, the DID of the peer, and what is known about the peer.

    Attributes:
        id: The name of the record, which never changes.
        ours: Our current DID in this relationship.
        theirs: The peer's current DID; None while the invitation is not accepted.
        state: Invited, active or ended.
        label: What the peer is called.
        profile: What the peer said about itself, as JSON.
        our_history: DIDs of ours that rotation has replaced, oldest first.
        their_history: DIDs of theirs that rotation has replaced, oldest first.
        mediator: The DID of the mediator that receives for `ours`.
        from_prior: The compact JWT of a rotation of ours that the peer has not confirmed yet.
        invitation: The id of the invitation that it began with.
        created: Seconds since the epoch.
        updated: Seconds since the epoch.
    """

    id: str
    ours: str
    theirs: str | None = None
    state: RelationshipState = "active"
    label: str | None = None
    profile: Mapping[str, Any] = field(default_factory=dict[str, Any])
    our_history: tuple[str, ...] = ()
    their_history: tuple[str, ...] = ()
    mediator: str | None = None
    from_prior: str | None = None
    invitation: str | None = None
    created: int = 0
    updated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message that was unpacked and is not acknowledged yet.

    Attributes:
        key: Unique for the message: its proved sender and its id, or its digest.
        relationship: The id of the relationship, where there is one.
        lane: Messages of one lane are handled one after the other, in the order of their acceptance.
        received: What the handler needs, as JSON.
        at: When it arrived, in seconds since the epoch.
        expires: From when it is not to be handled any more, in seconds since the epoch.
    """

    key: str
    lane: str
    received: bytes
    at: int
    relationship: str | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """A message that was accepted.

    Attributes:
        key: That of `Incoming`.
        lane: That of `Incoming`.
        body: The `received` of `Incoming`; empty once it is done.
        relationship: That of `Incoming`.
        attempts: How often its handler has failed.
        next_at: It is not handled before, in seconds since the epoch.
        state: Waiting, parked or done.
        error: Why it was postponed or parked.
        at: When it arrived, in seconds since the epoch.
        expires: From when it is not to be handled any more, in seconds since the epoch.
    """

    key: str
    lane: str
    body: bytes
    at: int
    relationship: str | None = None
    attempts: int = 0
    next_at: int = 0
    state: InboxState = "waiting"
    error: str | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """A message to be sent.

    Attributes:
        id: The id of the message, the same in each attempt.
        lane: Messages of one lane are sent one after the other.
        to: The DID of the recipient.
        message: The plaintext as JSON; it is packed when it is sent.
        relationship: The id of the relationship, where there is one.
        frm: The DID that it is sent from; None for none.
        anonymous: Whether the envelope names no sender.
        protect_sender: Whether the envelope hides the sender from all but the recipient.
        state: Waiting, sent, acknowledged, unconfirmed or failed.
        attempts: How often it was tried to send it.
        next_at: It is not sent before, in seconds since the epoch.
        expires: The `expires_time` of the message: after it the message is not sent.
        wants_ack: Whether the peer is asked for an acknowledgment.
        error: Why the last attempt failed.
    """

    id: str
    lane: str
    to: str
    message: bytes
    relationship: str | None = None
    frm: str | None = None
    anonymous: bool = False
    protect_sender: bool = False
    state: OutboxState = "waiting"
    attempts: int = 0
    next_at: int = 0
    expires: int | None = None
    wants_ack: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Anything small that has a kind and a key: an invitation, a mediation, a DID of ours.

    Attributes:
        kind: Which list it is in.
        key: Unique in its kind.
        value: What the program reads again.
    """

    kind: str
    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class NoRecord:
    """The absence of a record of that kind and key.

    Attributes:
        kind: The kind of the record.
        key: The key of the record, unique in its kind.
    """

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class NoThread:
    """The absence of that thread.

    Attributes:
        peer: The id of the relationship, or the peer's DID.
        protocol: The protocol, without a message's name.
        thid: The thread's id.
    """

    peer: str
    protocol: str
    thid: str


Expected = Relationship | Thread | Record | NoRecord | NoThread
"""What a step has read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The effects of a message that was handled, or of a step of the program: all are stored, or none.

    Attributes:
        inbox_key: The message that is done; None where no message caused this.
        threads: States of threads, which replace those of the same peer, protocol and `thid`.
        relationships: Records that replace those of the same id.
        outbox: Messages to be sent. One whose id is in the outbox already is left as it is.
        records: Records that replace those of the same kind and key.
        forget: Kinds and keys of records that are removed.
        expected: What the step has read and goes by. Where another one has changed something of it, nothing
            is stored.
        at: When it happened, in seconds since the epoch, from which retention counts; None for now.
    """

    inbox_key: str | None = None
    threads: tuple[Thread, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    outbox: tuple[OutboxItem, ...] = ()
    records: tuple[Record, ...] = ()
    forget: tuple[tuple[str, str], ...] = ()
    expected: tuple[Expected, ...] = ()
    at: int | None = None
