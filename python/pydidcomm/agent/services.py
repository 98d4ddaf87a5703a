"""The services that the parts of a running agent share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydidcomm.agent.events import Events
from pydidcomm.agent.profiles import Profiles
from pydidcomm.agent.records import RECIPIENT
from pydidcomm.agent.relationships import Relationships
from pydidcomm.agent.requests import Requests
from pydidcomm.agent.turns import Turns
from pydidcomm.protocols import Protocols
from pydidcomm.stores import Done, Store, StoreConflictError

__all__ = ["Services"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services that the parts of a running agent share.

    Attributes:
        store: The store.
        protocols: The protocols of the program.
        relationships: The relationships.
        requests: The pending requests.
        events: Receives events.
        clock: Returns the time, in seconds since the epoch.
        new_did: Creates a DID; the commit that uses it must forget `in_use(did)`.
        discard_did: Removes the private keys of a new DID that was never used.
        turns: Locks by relationship, invitation and name.
        profiles: The envelope profiles of peers.
        outbox_changed: Must be called after messages were committed to the outbox.
    """

    store: Store
    protocols: Protocols
    relationships: Relationships
    requests: Requests
    events: Events
    clock: Callable[[], float]
    new_did: Callable[[], Awaitable[str]]
    discard_did: Callable[[str], Awaitable[None]]
    turns: Turns
    profiles: Profiles
    outbox_changed: Callable[[], None]

    async def mediator_of(self, did: str) -> str | None:
        """Return the DID of the mediator that receives for a DID of ours, or None.

        Args:
            did: Our DID.
        """
        record = await self.store.record(RECIPIENT, did)
        return None if record is None else record.value.decode()

    async def commit_new(self, did: str, done: Done) -> None:
        """Commit the first use of a new DID; on a conflict discard the DID.

        Args:
            did: The DID.
            done: The effects.

        Raises:
            StoreConflictError: Another process has changed `done.expected`.
        """
        try:
            await self.store.commit(done)
        except StoreConflictError:
            if await self._has(done):
                # an earlier attempt was stored although it raised, and has been changed since
                return
            await self.discard_did(did)
            raise

    async def _has(self, done: Done) -> bool:
        """Return whether the store has a part of `done`, whose relationship ids and record values are new."""
        relationships = [await self.store.relationship(one.id) for one in done.relationships]
        records = [await self.store.record(one.kind, one.key) for one in done.records]
        return any(relationships) or any(one in done.records for one in records)

    @property
    def now(self) -> int:
        """The time in whole seconds."""
        return int(self.clock())
