"""What the parts of a running agent share."""

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
    """What the parts of a running agent share.

    Attributes:
        store: Where state is kept.
        protocols: The protocols of the program.
        relationships: Who we are to whom.
        requests: The requests that wait for answers.
        events: Where events go.
        clock: The time, in seconds since the epoch.
        new_did: Makes a DID of ours; the commit that uses it forgets `in_use`.
        discard_did: Removes the private keys of a new DID that did not get into use.
        turns: One task at a time for each relationship, invitation and name.
        profiles: How peers read.
        outbox_changed: To be called after messages were committed.
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
        """The mediator that receives for a DID of ours; None for none.

        Args:
            did: The DID.
        """
        record = await self.store.record(RECIPIENT, did)
        return None if record is None else record.value.decode()

    async def commit_new(self, did: str, done: Done) -> None:
        """Store the first use of a new DID, or discard the DID.

        Args:
            did: The DID.
            done: The effects.

        Raises:
            StoreConflictError: Another process was faster.
        """
        try:
            await self.store.commit(done)
        except StoreConflictError:
            if await self._has(done):
                # a commit of an unclear outcome was stored, and something of it changed since
                return
            await self.discard_did(did)
            raise

    async def _has(self, done: Done) -> bool:
        """Whether the store has something of it: the relationships have new ids, the records a new value."""
        relationships = [await self.store.relationship(one.id) for one in done.relationships]
        records = [await self.store.record(one.kind, one.key) for one in done.records]
        return any(relationships) or any(one in done.records for one in records)

    @property
    def now(self) -> int:
        """The time in whole seconds."""
        return int(self.clock())
