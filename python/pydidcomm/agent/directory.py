"""The peers of an agent, and the invitations that begin relationships with them."""

import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from pydidcomm import Message, same_party
from pydidcomm.agent.effects import outbox_item
from pydidcomm.agent.friends import Friend
from pydidcomm.agent.invited import Invited
from pydidcomm.agent.pages import all_relationships
from pydidcomm.agent.profiles import Profile
from pydidcomm.agent.records import ACCEPTED, INVITATION, NAMED, InvitationRecord, RetiredRecord, in_use
from pydidcomm.agent.running import Running
from pydidcomm.agent.turns import repeat_until_stored
from pydidcomm.invitations import Invitation, fetch_invitation
from pydidcomm.out_of_band import read_invitation
from pydidcomm.protocols import Outgoing
from pydidcomm.protocols.acknowledgment import Empty
from pydidcomm.stores import Done, NoRecord, Record, Relationship

__all__ = ["Directory"]

BASE_URL: Final = "https://didcomm.org/invitation"
"""The base URL of invitations of an agent without an endpoint; the receiver does not open it."""


@dataclass(frozen=True, slots=True)
class _Named:
    """The name of an invitation, and the previous record of this name."""

    name: str
    before: Record | None

    @property
    def expected(self) -> Record | NoRecord:
        return self.before or NoRecord(NAMED, self.name)

    def after(self, id: str) -> Record:  # noqa: A002, the field's name
        return Record(kind=NAMED, key=self.name, value=id.lower().encode())


class Directory:
    """The peers of an agent, and its invitations."""

    _running: Running | None
    _allow: Sequence[str]

    @property
    def _current(self) -> Running:
        if self._running is None:
            problem = "the agent does not run: use it inside of `async with agent:`"
            raise RuntimeError(problem)
        return self._running

    async def did(self, name: str = "default") -> str:
        """Return a public DID of the agent; create it on first use.

        Relationships do not use it: each has a private DID.

        Args:
            name: The name of the DID; an agent can have several.

        Raises:
            RuntimeError: The agent does not run.
            MediationError: The mediator does not register the new DID.
            DeliveryError: The mediator cannot be reached.
        """
        return await self._current.own_did(name)

    async def invite(  # noqa: PLR0913, all are named
        self,
        *,
        goal: str | None = None,
        goal_code: str | None = None,
        uses: int | None = 1,
        expires_in: float | None = None,
        base_url: str | None = None,
        name: str | None = None,
    ) -> Invited:
        """Create an out-of-band invitation for one peer or several.

        The invitation has a new DID; the relationship with each peer that accepts it gets another, private
        DID. DIDComm v2.1, section "Out Of Band Messages".

        Args:
            goal: The purpose, for display.
            goal_code: The purpose, for programs.
            uses: The number of peers that may accept the invitation; None for no limit.
            expires_in: The seconds until the invitation expires; None for no expiry.
            base_url: The URL in front of the parameter `_oob`; by default the endpoint.
            name: A name, to reuse the invitation: a later call with this name, also after a restart or in
                another process with the store, returns the same invitation for as long as it can be accepted.

        Returns:
            The invitation, with its URL.

        Raises:
            RuntimeError: The agent does not run.
            ValueError: `uses` is not positive.
            MediationError: The mediator does not register the new DID.
            DeliveryError: The mediator cannot be reached.
        """
        if uses is not None and uses < 1:
            problem = f"`uses` must be positive or None, got {uses}"
            raise ValueError(problem)
        services = self._current.services
        base = base_url or self._current.endpoint or BASE_URL
        expires = None if expires_in is None else services.now + int(expires_in)

        async def create(*names: _Named) -> Invited:
            did = await services.new_did()
            invitation = Invitation.to(did, base, goal=goal, goal_code=goal_code)
            if expires is not None:
                invitation = Invitation(invitation.message.replace(expires_time=expires), base)
            return await self._store_invitation(did, invitation, uses, names)

        return await create() if name is None else await self._invite_named(name, create)

    async def _invite_named(self, name: str, make: Callable[["_Named"], Awaitable[Invited]]) -> Invited:
        services = self._current.services

        async def step() -> Invited:
            record = await services.store.record(NAMED, name)
            found = None if record is None else await services.store.record(INVITATION, record.value.decode())
            invitation = None if found is None else InvitationRecord.from_json(found.value)
            if invitation is not None and invitation.is_open(invitation.did, services.now):
                return Invited(invitation, services)
            return await make(_Named(name, record))

        async with services.turns.of(f"{NAMED} {name}"):
            return await repeat_until_stored(step)

    async def _store_invitation(
        self, did: str, invitation: Invitation, uses: int | None, names: "Sequence[_Named]"
    ) -> Invited:
        """Store an invitation, and its name."""
        services, expires = self._current.services, invitation.message.expires_time
        record = InvitationRecord(
            id=invitation.message.id,
            did=did,
            url=invitation.url,
            uses=uses,
            expires=expires,
        )
        records = [record.record(), *(one.after(record.id) for one in names)]
        if expires is not None:
            records.append(RetiredRecord(did=did, since=expires).record())
        forget = () if expires is not None else (in_use(did),)
        expected = tuple(one.expected for one in names)
        await services.commit_new(did, Done(records=tuple(records), forget=forget, expected=expected))
        return Invited(record, services)

    async def invitation(self, id: str) -> Invited | None:  # noqa: A002, the field's name
        """Return an earlier invitation, for instance from before a restart, or None.

        Args:
            id: The message id of the invitation.
        """
        record = await self._current.services.store.record(INVITATION, id.lower())
        return (
            None
            if record is None
            else Invited(InvitationRecord.from_json(record.value), self._current.services)
        )

    async def accept(self, invitation: str | Message, *, label: str | None = None) -> Friend:
        """Accept the invitation of a peer, with a new private DID.

        The peer is not authenticated before it has answered, for instance to a `ping`. For an invitation that
        was accepted before, this returns the existing relationship, unless that has ended.

        Args:
            invitation: The URL of the invitation, which may be a short one, or the message.
            label: The local name of the peer.

        Returns:
            The peer.

        Raises:
            MalformedMessageError: `invitation` is not an invitation.
            NotFoundError: The short URL is not found on its server.
            ValueError: The invitation has expired.
            MediationError: The mediator does not register the new DID.
            DeliveryError: The server of the short URL, or the mediator, cannot be reached.
        """
        services = self._current.services
        message = (
            read_invitation(invitation.as_json())
            if isinstance(invitation, Message)
            else await fetch_invitation(invitation, allow=self._allow)
        )
        expires = message.expires_time
        if expires is not None and expires <= services.now:
            at = datetime.fromtimestamp(expires, tz=UTC).isoformat()
            problem = f"`invitation` expired at {at}: the peer must create a new one"
            raise ValueError(problem)

        async def step() -> Friend:
            record = await services.store.record(ACCEPTED, message.id.lower())
            return await self._find_inviter(message, record) or await self._meet(
                message.frm or "", label, invitation=message.id, record=record
            )

        async with services.turns.of(f"{ACCEPTED} {message.id.lower()}"):
            return await repeat_until_stored(step)

    async def _find_inviter(self, invitation: Message, record: Record | None) -> Friend | None:
        """Return the peer whose invitation was accepted before, or None."""
        services = self._current.services
        found = None if record is None else await services.store.relationship(record.value.decode())
        if found is None or found.state == "ended":
            return None
        # another peer may have used the same message id
        theirs = (found.theirs or "", *found.their_history)
        known = any(same_party(invitation.frm or "", did) for did in theirs)
        return Friend(found.id, services) if known else None

    async def relate(self, did: str, *, label: str | None = None, profile: Profile = "didcomm/v2") -> Friend:
        """Begin a relationship with a peer without an invitation, with a new private DID.

        Args:
            did: The peer's DID.
            label: The local name of the peer.
            profile: The envelope profile of the peer: "didcomm/v2", or one of `accept_profiles` of the agent.

        Returns:
            The peer.

        Raises:
            ValueError: `profile` is not one of `accept_profiles`.
            MediationError: The mediator does not register the new DID.
            DeliveryError: The mediator cannot be reached.
        """
        if profile != "didcomm/v2":
            await self._current.services.profiles.set(did, profile)
        return await self._meet(did, label)

    async def _meet(
        self,
        theirs: str,
        label: str | None,
        *,
        invitation: str | None = None,
        record: Record | None = None,
    ) -> Friend:
        services = self._current.services
        now = services.now
        ours = await services.new_did()
        relationship = Relationship(
            id=str(uuid.uuid4()),
            ours=ours,
            theirs=theirs,
            label=label,
            mediator=await services.mediator_of(ours),
            invitation=invitation,
            created=now,
            updated=now,
        )
        hello = Empty().to_message(pthid=invitation, created_time=now, frm=ours, to=[theirs])
        outgoing = Outgoing(message=hello, to=theirs, frm=ours)
        done = Done(relationships=(relationship,), forget=(in_use(ours),))
        if invitation is not None:
            accepted = Record(kind=ACCEPTED, key=invitation.lower(), value=relationship.id.encode())
            done = replace(
                done,
                outbox=(outbox_item(outgoing, relationship.id),),
                records=(accepted,),
                expected=(record or NoRecord(ACCEPTED, accepted.key),),
            )
        await services.commit_new(ours, done)
        services.outbox_changed()
        return Friend(relationship.id, services)

    async def friend(self, id: str) -> Friend | None:  # noqa: A002, the field's name
        """Return the peer of a relationship, or None.

        Args:
            id: The id of the relationship.
        """
        found = await self._current.services.store.relationship(id)
        return None if found is None else Friend(found.id, self._current.services)

    async def friends(self) -> AsyncGenerator[Friend]:
        """Iterate over all peers, including ended relationships: `async for friend in agent.friends()`."""
        services = self._current.services
        async for one in all_relationships(services.store):
            yield Friend(one.id, services)
