"""The mediators of an agent: remembered, connected at each start, and in step with its DIDs."""

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
from pydidcomm.agent.turns import agreed
from pydidcomm.protocols.problem_report import ProblemReported
from pydidcomm.stores import Done, NoRecord, Record, Relationship

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.abc import TaskGroup

    from pydidcomm.agent.services import Services

__all__ = ["Mediators"]

LOG: Final = logging.getLogger("pydidcomm.agent")

AT_ONCE: Final = 100
"""DIDs that one request removes: mediators bound the length of a message."""

_AWAY: Final = (DIDCommError, MediationError, ProblemReported, OSError)
"""What a request to a mediator raises."""


class Mediators:
    """The mediators, each with a task that fetches. The one that granted last receives for new DIDs.

    Args:
        services: The parts of the agent.
        messaging: Makes DIDs.
        connect: Makes the client of a mediator, by the id of the relationship with it.
        endpoint: The endpoint of new DIDs without a mediator.
        replaced_seconds: For how long a DID is received that is not in use any more.
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
        # by the DID that the program named, the one that granted last at the end
        self._connected: dict[str, _Connected] = {}
        self._lock = anyio.Lock()

    async def start(self, tasks: "TaskGroup") -> None:
        """Connect to the mediators that granted before.

        Args:
            tasks: Where each has a task.
        """
        self._tasks = tasks
        await self.connect()

    async def connect(self) -> None:
        """Connect to those of the store that are not connected yet."""
        for record in await self._mediations():
            if record.routing_did and record.did not in self._connected:
                self._add(record.did, self._restored(record))

    @property
    def dids(self) -> list[str]:
        """The DIDs of the mediators, the one that receives for new DIDs at the end."""
        return list(self._connected)

    async def add(self, did: str, invitation: str | None = None) -> None:
        """Let a mediator receive for the DIDs that are made from now on.

        Args:
            did: The mediator.
            invitation: The id of its invitation, which the request answers.

        Raises:
            MediationError: It denies mediation, or does not answer as its protocol says.
            DeliveryError: It cannot be reached.
        """
        async with self._lock:
            await agreed(lambda: self._granted(did, invitation))

    async def _granted(self, did: str, invitation: str | None) -> None:
        before = await self._record(did)
        record = before or await self._begun(did)
        connected = self._connected.get(record.did)
        mediation = connected.mediation if connected else self._connect(record.relationship)
        try:
            await mediation.grant(invitation)
        except MediationError:
            # several mediators deny a second request, and keep the grant
            if before is None:
                raise
            if before.routing_did:
                mediation.restore(before.routing_did, before.version)
                await mediation.query()
                LOG.info("the mediator denies a second grant; the first one is used")
            else:
                # a process that was killed may have been granted it, and the answer is lost
                record = await self._begun(before.did, before)
                mediation = self._connect(record.relationship)
                await mediation.grant(invitation)
        granted = MediationRecord(
            did=record.did,
            relationship=record.relationship,
            routing_did=mediation.routing_did,
            version=mediation.version,
            order=1 + max((one.order for one in await self._mediations()), default=0),
        )
        # another process may have been granted it meanwhile, from another DID
        await self._services.store.commit(Done(records=(granted.record(),), expected=(record.record(),)))
        if connected is not None:
            self._connected[record.did] = self._connected.pop(record.did)
        else:
            self._add(record.did, mediation)

    async def remove(self, did: str) -> bool:
        """End mediation: fetch what waits, take our DIDs off its list, and forget it.

        Args:
            did: The mediator.

        Returns:
            Whether there was one.
        """
        async with self._lock:
            record = await self._record(did)
            if record is None:
                return False
            connected = self._connected.pop(record.did, None)
            if connected is not None:
                connected.scope.cancel()
            if record.routing_did:
                # also where a removal before was interrupted
                mediation = connected.mediation if connected else self._restored(record)
                registered = all_records(self._services.store, RECIPIENT)
                ours = [one async for one in registered if one.value.decode() == record.did]
                try:
                    await mediation.drain()
                    for first in range(0, len(ours), AT_ONCE):
                        await mediation.unregister([one.key for one in ours[first : first + AT_ONCE]])
                except _AWAY as error:
                    LOG.warning("the mediator does not know that mediation has ended: %s", error)
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
        """A DID of ours, which the newest mediator receives for where there is one.

        The commit that uses it forgets `in_use`: until then it is one that is not in use.

        Raises:
            MediationError: The mediator does not take it.
            DeliveryError: The mediator cannot be reached.
        """
        if not self._connected:
            return await self._messaging.create_peer_did(service_endpoint=self._endpoint)
        mediator, connected = next(reversed(self._connected.items()))
        did = await self._messaging.create_peer_did(service_endpoint=connected.mediation.routing_did)
        # before the mediator has it: what is registered must be known, and is removed unless it gets into use
        record = Record(kind=RECIPIENT, key=did, value=mediator.encode())
        retired = RetiredRecord(did=did, since=self._services.now)
        await self._services.store.commit(Done(records=(record, retired.record())))
        await connected.mediation.register(did)
        return did

    async def discard(self, did: str) -> None:
        """Remove the private keys of a DID that did not get into use; `retire` takes it off the list.

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
        """Remove unused DIDs from the lists of the mediators."""
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
                LOG.warning("the mediator keeps DIDs that are not in use any more: %s", error)
        for first in range(0, len(gone), AT_ONCE):
            await self._services.store.commit(Done(forget=tuple(gone[first : first + AT_ONCE])))

    async def _is_replaced(self, retired: RetiredRecord) -> bool:
        """Whether the peer has confirmed the successor of the DID, and writes to the DID no more."""
        if retired.relationship is None:
            return True
        found = await self._services.store.relationship(retired.relationship)
        return found is None or found.state == "ended" or found.from_prior is None

    async def _record(self, did: str) -> MediationRecord | None:
        """The record of a mediator, under any form of its DID and the one that it has rotated to."""
        for found in await self._mediations():
            relationship = await self._services.store.relationship(found.relationship)
            current = None if relationship is None else relationship.theirs
            if same_party(did, found.did) or (current is not None and same_party(did, current)):
                return found
        return None

    async def _begun(self, did: str, before: MediationRecord | None = None) -> MediationRecord:
        """A relationship with a mediator that has granted nothing yet; it replaces the earlier one."""
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

    def _restored(self, record: MediationRecord) -> Mediation:
        """The client of a mediator that has granted before."""
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
