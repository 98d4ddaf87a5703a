"""The mediators of an agent: stored, connected at each start, and kept informed of its DIDs."""

import logging
import uuid
from dataclasses import replace
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final

import anyio

from pydidcomm import DIDCommError, DIDCommMessaging, same_party
from pydidcomm.agent.mediation import Mediation, MediationError
from pydidcomm.agent.pages import all_records
from pydidcomm.agent.records import MEDIATION, RECIPIENT, RETIRED, MediationRecord, RetiredRecord
from pydidcomm.agent.turns import repeat_until_stored
from pydidcomm.protocols.problem_report import ProblemReported
from pydidcomm.stores import Done, NoRecord, Record, Relationship

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import TaskGroup

    from pydidcomm.agent.services import Services

__all__ = ["Mediators"]

LOG: Final = logging.getLogger("pydidcomm.agent")

AT_ONCE: Final = 100
"""DIDs that one request removes: mediators limit the size of a message."""

_AWAY: Final = (DIDCommError, MediationError, ProblemReported, OSError)
"""Exceptions of a request to a mediator."""


class Mediators:
    """The mediators, each with a task that fetches messages.

    The mediator with the latest grant receives for new DIDs.

    Args:
        services: The parts of the agent.
        messaging: Creates and resolves DIDs.
        connect: Returns the client of a mediator, given the id of its relationship.
        endpoint: The service endpoint of new DIDs as long as the agent has no mediator.
        replaced_seconds: Seconds until an unused DID is removed from the mediator's list.
    """

    def __init__(
        self,
        services: "Services",
        messaging: DIDCommMessaging,
        connect: "Callable[[str], Mediation]",
        endpoint: str | None,
        replaced_seconds: int,
    ) -> None:
        self._services = services
        self._messaging = messaging
        self._connect = connect
        self._endpoint = endpoint
        self._replaced_seconds = replaced_seconds
        # by the DID that was passed to `add`; the one with the latest grant is last
        self._connected: dict[str, _Connected] = {}
        self._lock = anyio.Lock()

    async def start(self, tasks: "TaskGroup") -> None:
        """Connect to the mediators in the store that have granted mediation.

        Args:
            tasks: The task group that runs them.
        """
        self._tasks = tasks
        await self.connect()

    async def connect(self) -> None:
        """Connect to the mediators in the store that are not connected yet."""
        for record in await self._mediations():
            if record.routing_did and record.did not in self._connected:
                self._add(record.did, self._restore(record))

    @property
    def dids(self) -> list[str]:
        """The DIDs of the mediators; the last one receives for new DIDs."""
        return list(self._connected)

    async def add(self, did: str, invitation: str | None = None) -> None:
        """Request mediation: the mediator receives for DIDs created from now on.

        Args:
            did: The DID of the mediator.
            invitation: The message id of its invitation, which the request answers.

        Raises:
            MediationError: The mediator denies mediation, or violates its protocol.
            DeliveryError: The mediator cannot be reached.
        """
        async with self._lock:
            await repeat_until_stored(lambda: self._request_grant(did, invitation))

    async def _request_grant(self, did: str, invitation: str | None) -> None:
        before = await self._record(did)
        record = before or await self._begin(did)
        connected = self._connected.get(record.did)
        mediation = connected.mediation if connected else self._connect(record.relationship)
        try:
            await mediation.grant(invitation)
        except MediationError:
            # some mediators deny a second request, and keep the first grant
            if before is None:
                raise
            if before.routing_did:
                mediation.restore(before.routing_did, before.version)
                await mediation.query()
                LOG.info("the mediator denies a second grant; the first one is used")
            else:
                # a process that was killed may have been granted mediation, with its answer lost
                record = await self._begin(before.did, before)
                mediation = self._connect(record.relationship)
                await mediation.grant(invitation)
        granted = MediationRecord(
            did=record.did,
            relationship=record.relationship,
            routing_did=mediation.routing_did,
            version=mediation.version,
            order=1 + max((one.order for one in await self._mediations()), default=0),
        )
        # another process may have been granted mediation meanwhile, for another DID
        await self._services.store.commit(Done(records=(granted.record(),), expected=(record.record(),)))
        if connected is not None:
            self._connected[record.did] = self._connected.pop(record.did)
        else:
            self._add(record.did, mediation)

    async def remove(self, did: str) -> bool:
        """End mediation: fetch waiting messages, unregister our DIDs, and forget the mediator.

        Args:
            did: The DID of the mediator.

        Returns:
            Whether it was a mediator of the agent.
        """
        async with self._lock:
            record = await self._record(did)
            if record is None:
                return False
            connected = self._connected.pop(record.did, None)
            if connected is not None:
                connected.scope.cancel()
            if record.routing_did:
                # also if an earlier removal was interrupted
                mediation = connected.mediation if connected else self._restore(record)
                registered = all_records(self._services.store, RECIPIENT)
                ours = [one async for one in registered if one.value.decode() == record.did]
                try:
                    await mediation.drain()
                    for first in range(0, len(ours), AT_ONCE):
                        await mediation.unregister([one.key for one in ours[first : first + AT_ONCE]])
                except _AWAY as error:
                    LOG.warning("the mediator could not be notified that mediation has ended: %s", error)
                for first in range(0, len(ours), AT_ONCE):
                    forget = tuple((RECIPIENT, one.key) for one in ours[first : first + AT_ONCE])
                    await self._services.store.commit(Done(forget=forget))
            await self._services.relationships.change(
                record.relationship,
                lambda before: Done(
                    relationships=(replace(before, state="ended", updated=self._services.now),),
                    forget=((MEDIATION, record.did),),
                ),
            )
            return True

    async def new_did(self) -> str:
        """Create a DID, registered at the newest mediator if there is one.

        The DID is recorded as unused until the commit that uses it forgets `in_use(did)`.

        Raises:
            MediationError: The mediator does not register the DID.
            DeliveryError: The mediator cannot be reached.
        """
        if not self._connected:
            return await self._messaging.create_peer_did(service_endpoint=self._endpoint)
        mediator, connected = next(reversed(self._connected.items()))
        did = await self._messaging.create_peer_did(service_endpoint=connected.mediation.routing_did)
        # stored before it is registered, so that `retire` finds it should it never get into use
        record = Record(kind=RECIPIENT, key=did, value=mediator.encode())
        retired = RetiredRecord(did=did, since=self._services.now)
        await self._services.store.commit(Done(records=(record, retired.record())))
        await connected.mediation.register(did)
        return did

    async def discard(self, did: str) -> None:
        """Remove the private keys of a DID that was never used; `retire` unregisters it later.

        Args:
            did: The DID.
        """
        secrets: Any = self._services.store.secrets
        if not hasattr(secrets, "remove_key"):
            return
        document = await self._messaging.resolve(did)
        for kid in dict.fromkeys((*document.key_agreement, *document.authentication)):
            removed = secrets.remove_key(kid)
            if isawaitable(removed):
                await removed

    async def retire(self) -> None:
        """Unregister unused DIDs from their mediators."""
        due = self._services.now - self._replaced_seconds
        removed: dict[str, list[str]] = {}
        gone: list[tuple[str, str]] = []
        async for record in all_records(self._services.store, RETIRED):
            retired = RetiredRecord.from_json(record.value)
            if retired.since > due or not await self._is_replaced(retired):
                continue
            registered = await self._services.store.record(RECIPIENT, retired.did)
            if registered is None:
                gone.append((RETIRED, retired.did))
            else:
                removed.setdefault(registered.value.decode(), []).append(retired.did)
        for mediator, dids in removed.items():
            connected = self._connected.get(mediator)
            if connected is None:
                continue
            try:
                for first in range(0, len(dids), AT_ONCE):
                    some = dids[first : first + AT_ONCE]
                    await connected.mediation.unregister(some)
                    gone += [(kind, did) for did in some for kind in (RETIRED, RECIPIENT)]
            except _AWAY as error:
                LOG.warning("the mediator did not remove unused DIDs; they are removed later: %s", error)
        for first in range(0, len(gone), AT_ONCE):
            await self._services.store.commit(Done(forget=tuple(gone[first : first + AT_ONCE])))

    async def _is_replaced(self, retired: RetiredRecord) -> bool:
        """Return whether the peer has confirmed the rotation, and does not write to the DID any more."""
        if retired.relationship is None:
            return True
        found = await self._services.store.relationship(retired.relationship)
        return found is None or found.state == "ended" or found.from_prior is None

    async def _record(self, did: str) -> MediationRecord | None:
        """Return the record of a mediator, by any form of its DID or by the DID that it has rotated to."""
        for found in await self._mediations():
            relationship = await self._services.store.relationship(found.relationship)
            current = None if relationship is None else relationship.theirs
            if same_party(did, found.did) or (current is not None and same_party(did, current)):
                return found
        return None

    async def _begin(self, did: str, before: MediationRecord | None = None) -> MediationRecord:
        """Begin a relationship with a mediator before its grant; end the earlier relationship, if any."""
        now = self._services.now
        ours = await self._messaging.create_peer_did()
        relationship = Relationship(
            id=str(uuid.uuid4()), ours=ours, theirs=did, label="mediator", created=now, updated=now
        )
        record = MediationRecord(did=did, relationship=relationship.id)
        begun = Done(relationships=(relationship,), records=(record.record(),))
        if before is None:
            await self._services.store.commit(replace(begun, expected=(NoRecord(MEDIATION, did),)))
            return record
        await self._services.relationships.change(
            before.relationship,
            lambda old: replace(
                begun,
                relationships=(relationship, replace(old, state="ended", updated=now)),
                expected=(before.record(),),
            ),
        )
        return record

    async def _mediations(self) -> list[MediationRecord]:
        records = all_records(self._services.store, MEDIATION)
        found = [MediationRecord.from_json(one.value) async for one in records]
        return sorted(found, key=lambda one: one.order)

    def _restore(self, record: MediationRecord) -> Mediation:
        """Return the client of a mediator that has granted mediation before."""
        mediation = self._connect(record.relationship)
        mediation.restore(record.routing_did, record.version)
        return mediation

    def _add(self, did: str, mediation: Mediation) -> None:
        connected = _Connected(mediation)
        self._connected[did] = connected
        self._tasks.start_soon(connected.run)


class _Connected:
    """A mediator and its task."""

    def __init__(self, mediation: Mediation) -> None:
        self.mediation = mediation
        self.scope = anyio.CancelScope()

    async def run(self) -> None:
        with self.scope:
            await self.mediation.run()
