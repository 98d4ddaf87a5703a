"""Relationships: the pairs of our DID and a peer's DID, from the invitation through all rotations."""

import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from pydidcomm import FromPrior, same_party
from pydidcomm.agent.effects import outbox_item
from pydidcomm.agent.events import Events
from pydidcomm.agent.records import INVITATION, RECIPIENT, InvitationRecord, RetiredRecord, in_use
from pydidcomm.agent.turns import Turns, repeat_until_stored
from pydidcomm.protocols import Event, Outgoing, Received
from pydidcomm.protocols.acknowledgment import Empty
from pydidcomm.stores import Done, Record, Relationship, Store

__all__ = ["Relationships", "announcement", "claims", "claims_of_end", "unknown_relationship"]

_ROTATION: Final = "rotation"
"""The member with the claims of an unconfirmed rotation that precedes the end."""


def unknown_relationship(id: str) -> LookupError:  # noqa: A002, the id of the record
    """Return the error for a relationship that is not in the store.

    Args:
        id: The id of the relationship.
    """
    problem = f"the relationship {id!r} is not in the store: `agent.friends()` lists those that are"
    return LookupError(problem)


def claims(rotation: FromPrior) -> str:
    """Return the claims of a rotation as the JSON text for `Relationship.from_prior`.

    Args:
        rotation: The rotation; `pack` signs it anew for each message.
    """
    return json.dumps(rotation.as_dict())


def claims_of_end(end: FromPrior, rotation: str | None) -> str:
    """Return the claims of the end of a relationship as the JSON text for `Relationship.from_prior`.

    Args:
        end: The claims of the end, without `sub`.
        rotation: The JSON text of the previous rotation, which the peer may not have seen, or None.
    """
    return json.dumps({**end.as_dict(), _ROTATION: None if rotation is None else json.loads(rotation)})


def announcement(relationship: Relationship, *, anonymous: bool) -> FromPrior | None:
    """Return the `from_prior` of a message to the peer, or None.

    A message with a sender announces the rotation that the peer has not confirmed; the anonymous message that
    ends a relationship announces the end.

    Args:
        relationship: The relationship.
        anonymous: Whether the message is sent without a sender.
    """
    stored: dict[str, Any] | None = json.loads(relationship.from_prior or "null")
    if stored is not None and relationship.state == "ended":
        rotation = stored.pop(_ROTATION, None)
        stored = stored if anonymous else rotation
    elif anonymous:
        return None
    return None if stored is None else FromPrior(**stored)


class Relationships:
    """Finds the relationship of a message, and applies the rotations and confirmations that it proves.

    Args:
        store: The store.
        events: Receives changes.
        turns: Locks by relationship and invitation.
        new_did: Creates a DID for a relationship.
        discard_did: Removes the private keys of a new DID that was never used.
    """

    def __init__(
        self,
        store: Store,
        events: Events,
        turns: Turns,
        new_did: Callable[[], Awaitable[str]],
        discard_did: Callable[[str], Awaitable[None]],
    ) -> None:
        self._store = store
        self._events = events
        self._turns = turns
        self._new_did = new_did
        self._discard_did = discard_did
        self.outbox_changed: Callable[[], None] = lambda: None

    async def meet(self, received: Received, now: int) -> Relationship | None:
        """Return the relationship of an incoming message, after storing the changes that it proves.

        A relationship begins when a peer answers an invitation of ours. A peer's DID changes only by a
        rotation that is signed with a key of its previous DID.

        Args:
            received: The message.
            now: The time, in seconds since the epoch.

        Returns:
            The relationship; None if the sender has none.
        """
        if received.recipient is None:
            return None
        found = await self._find(received)
        if found is not None and _apply(found, received, now) is None:
            return found
        if found is not None:
            async with self._turns.of(found.id):
                return await repeat_until_stored(lambda: self._update(received, now))
        if await self._invitation(received, now) is None:
            return None
        # two messages of one peer must not both begin a relationship
        async with self._turns.of(f"{received.recipient} {received.sender}"):
            if await self._find(received) is not None:
                return await repeat_until_stored(lambda: self._update(received, now))
            # outside of the lock of the invitation, as it may send a request to a mediator
            ours = await self._new_did()
            async with self._turns.of(f"{received.message.pthid}".lower()):
                begun = await repeat_until_stored(lambda: self._begin(received, ours, now))
            if begun is None or not same_party(begun.ours, ours):
                await self._discard_did(ours)
            return begun

    async def _update(self, received: Received, now: int) -> Relationship | None:
        """Store the changes that a message proves; return the relationship, or None."""
        found = await self._find(received)
        changed = None if found is None else _apply(found, received, now)
        if found is None or changed is None:
            return found
        # the mediator must not receive any more for a relationship that has ended
        retired = (RetiredRecord(did=changed.ours, since=now),) if changed.state == "ended" else ()
        records = tuple(one.record() for one in retired)
        await self._store.commit(Done(relationships=(changed,), records=records, expected=(found,)))
        if changed.state != found.state:
            self._events.emit(Event("ended", changed, peer=changed.id))
        elif changed.theirs != found.theirs:
            self._events.emit(Event("rotated", changed, peer=changed.id))
        else:
            self._events.emit(Event("confirmed", changed, peer=changed.id))
        return changed

    async def change(self, id: str, change: Callable[[Relationship], Done]) -> None:  # noqa: A002
        """Change a relationship, serialized with other changes.

        Args:
            id: The id of the relationship.
            change: Returns the transaction, given the current relationship; called again if another process
                has changed the relationship meanwhile.

        Raises:
            LookupError: The store does not have the relationship.
        """

        async def step() -> None:
            found = await self._store.relationship(id)
            if found is None:
                raise unknown_relationship(id)
            done = change(found)
            await self._store.commit(replace(done, expected=(*done.expected, found)))

        async with self._turns.of(id):
            await repeat_until_stored(step)

    async def _find(self, received: Received) -> Relationship | None:
        ours = received.recipient
        if ours is None:
            return None
        found = None
        if received.sender is not None:
            found = await self._store.find(ours, received.sender)
        if found is None and received.change is not None:
            before = await self._store.find(ours, received.change.old)
            # a repeated announcement of an earlier rotation changes nothing
            if before is not None and before.theirs is not None:
                found = before if same_party(before.theirs, received.change.old) else None
        return found

    async def _invitation(self, received: Received, now: int) -> tuple[Record, InvitationRecord] | None:
        """Return the open invitation of ours that a verified sender answers, with its record, or None."""
        message, recipient = received.message, received.recipient
        if message.pthid is None or received.sender is None or recipient is None:
            return None
        record = await self._store.record(INVITATION, message.pthid.lower())
        if record is None:
            return None
        invitation = InvitationRecord.from_json(record.value)
        return (record, invitation) if invitation.is_open(recipient, now) else None

    async def _begin(self, received: Received, ours: str, now: int) -> Relationship | None:
        """Begin the relationship of a peer that accepts an invitation, with a private DID of ours."""
        before = await self._find(received)
        if before is not None:
            # another process has begun it
            return before
        found, sender = await self._invitation(received, now), received.sender
        if found is None or sender is None:
            return None
        record, invitation = found
        receives = await self._store.record(RECIPIENT, ours)
        relationship = Relationship(
            id=str(uuid.uuid4()),
            ours=ours,
            theirs=sender,
            our_history=(invitation.did,),
            mediator=None if receives is None else receives.value.decode(),
            from_prior=claims(FromPrior(iss=invitation.did, sub=ours, iat=now)),
            invitation=invitation.id,
            created=now,
            updated=now,
        )
        hello = Empty().to_message(created_time=now)
        accepted = invitation.accepted_by(relationship.id)
        records = [accepted.record()]
        if accepted.uses == 0:
            retired = RetiredRecord(did=invitation.did, since=now, relationship=relationship.id)
            records.append(retired.record())
        done = Done(
            relationships=(relationship,),
            records=tuple(records),
            outbox=(outbox_item(Outgoing(message=hello, to=sender, frm=ours), relationship.id),),
            forget=(in_use(ours),),
            expected=(record,),
        )
        await self._store.commit(done)
        self._events.emit(Event("relationship", relationship, peer=relationship.id))
        self.outbox_changed()
        return relationship


def _apply(relationship: Relationship, received: Received, now: int) -> Relationship | None:
    """Return the relationship with the changes that a message proves; None if nothing changes."""
    changes: dict[str, Any] = {}
    change, theirs = received.change, relationship.theirs
    if change is not None and theirs is not None and same_party(theirs, change.old):
        if change.new is None:
            changes = {} if relationship.state == "ended" else {"state": "ended"}
        elif not same_party(theirs, change.new):
            changes = {"theirs": change.new, "their_history": (*relationship.their_history, theirs)}
    confirms = received.sender is not None and received.recipient is not None
    if (
        confirms
        and relationship.from_prior is not None
        and relationship.state != "ended"
        and same_party(received.recipient or "", relationship.ours)
    ):
        changes["from_prior"] = None
    return replace(relationship, **changes, updated=now) if changes else None
