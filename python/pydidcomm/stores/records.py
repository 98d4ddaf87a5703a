"""The records of a store: relationships, inbox, outbox, and the effects of a handled message."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar, overload

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

CLOCK_SECONDS: Final = 60
"""By how many seconds clocks of machines differ at most. A time that was stored later than that from now is
of a clock that was set back since."""

RelationshipState = Literal["invited", "active", "ended"]
"""Invited: the peer is not known yet. Ended: kept, so that late messages are recognized."""

InboxState = Literal["waiting", "parked", "done"]
"""Parked: its handler failed, and an operator must decide. Done: kept without its body, to detect replays."""

OutboxState = Literal["waiting", "sent", "acknowledged", "unconfirmed", "failed"]
"""Unconfirmed: it is not known whether the message arrived. Every state but `waiting` frees the lane."""

Item_co = TypeVar("Item_co", covariant=True)


class Page(Sequence[Item_co]):
    """A page of a list, and the position where the next page begins.

    Attributes:
        after: The argument `after` of the call for the next page. An empty page has the `after` of its own
            call, so that a loop can continue from there later.
    """

    def __init__(self, items: Sequence[Item_co], after: str | None) -> None:
        self._items = tuple(items)
        self.after = after

    @overload
    def __getitem__(self, index: int) -> Item_co: ...
    @overload
    def __getitem__(self, index: slice) -> "Page[Item_co]": ...
    def __getitem__(self, index: int | slice) -> "Item_co | Page[Item_co]":
        """The item at an index; for a slice, a shorter page with the same `after`."""
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
    """A relationship: our DID, the DID of the peer, and data about the peer.

    Attributes:
        id: The id of the record, which never changes.
        ours: Our current DID in this relationship.
        theirs: The peer's current DID; None until the invitation is accepted.
        state: "invited", "active" or "ended".
        label: The display name of the peer.
        profile: The profile that the peer has sent, a JSON object.
        our_history: Our former DIDs, oldest first.
        their_history: The peer's former DIDs, oldest first.
        mediator: The DID of the mediator that receives for `ours`; None without a mediator.
        from_prior: The compact JWT of our rotation, until the peer has confirmed it.
        invitation: The id of the invitation that it began with.
        created: When it was created, in seconds since the epoch.
        updated: When it was last changed, in seconds since the epoch.
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
    """An unpacked message that is not yet acknowledged to its sender.

    Attributes:
        key: A key that is unique for the message: its proved sender and its id, or its digest.
        relationship: The id of the relationship; None if there is none.
        lane: The lane; messages of one lane are handled one after the other, in the order of acceptance.
        received: The input of the handler, as JSON.
        at: When it arrived, in seconds since the epoch.
        expires: The time from which it is not handled any more, in seconds since the epoch; None for no end.
    """

    key: str
    lane: str
    received: bytes
    at: int
    relationship: str | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """A message in the inbox.

    Attributes:
        key: The `key` of `Incoming`.
        lane: The `lane` of `Incoming`.
        body: The `received` of `Incoming`; empty once it is done.
        relationship: The `relationship` of `Incoming`.
        attempts: How often its handler has failed.
        next_at: The earliest time to handle it, in seconds since the epoch.
        state: "waiting", "parked" or "done".
        error: Why it was postponed or parked.
        at: When it arrived, in seconds since the epoch.
        expires: The time from which it is not handled any more, in seconds since the epoch; None for no end.
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
        relationship: The id of the relationship; None if there is none.
        frm: Our DID that it is sent from; None for an anonymous message.
        anonymous: Whether the message is anoncrypted although it has a sender.
        protect_sender: Whether the envelope hides the sender from all but the recipient.
        state: "waiting", "sent", "acknowledged", "unconfirmed" or "failed".
        attempts: The number of attempts to send it.
        next_at: The earliest time to send it, in seconds since the epoch.
        expires: The `expires_time` of the message, in seconds since the epoch: it is not sent after that.
        wants_ack: Whether the message requests an acknowledgment.
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
    """A small value with a kind and a key, for instance an invitation, a mediation, a DID of ours.

    Attributes:
        kind: The list that it is in.
        key: The key, unique in its kind.
        value: The value, any bytes.
    """

    kind: str
    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class NoRecord:
    """Expects that no record of this kind and key exists; see `Done.expected`.

    Attributes:
        kind: The kind of the record.
        key: The key of the record, unique in its kind.
    """

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class NoThread:
    """Expects that no such thread exists; see `Done.expected`.

    Attributes:
        peer: The id of the relationship, or the peer's DID.
        protocol: The protocol identifier URI.
        thid: The thread id.
    """

    peer: str
    protocol: str
    thid: str


Expected = Relationship | Thread | Record | NoRecord | NoThread
"""A record that a step has read, or the absence of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The effects of a handled message, or of a step of the program: all are stored, or none.

    Attributes:
        inbox_key: The key of the message that is done; None if no message caused the effects.
        threads: States of threads, which replace those of the same peer, protocol and `thid`.
        relationships: Relationships, which replace those of the same id.
        outbox: Messages to send. A message whose id is already in the outbox is left as it is.
        records: Records, which replace those of the same kind and key.
        forget: The kinds and keys of records to remove.
        expected: The records that the step has read. If any of them has changed since, nothing is stored.
        at: When it happened, in seconds since the epoch; retention counts from it. None for now.
    """

    inbox_key: str | None = None
    threads: tuple[Thread, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    outbox: tuple[OutboxItem, ...] = ()
    records: tuple[Record, ...] = ()
    forget: tuple[tuple[str, str], ...] = ()
    expected: tuple[Expected, ...] = ()
    at: int | None = None
