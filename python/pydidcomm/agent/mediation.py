"""Client of a mediator: the grant, the list of our DIDs, and the queued envelopes.

Requests are sent over HTTP, and answered on the same connection. Live mode needs a WebSocket endpoint of the
mediator; without one the mediator is polled. An envelope is acknowledged once it is stored.
"""

import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

import anyio

from pydidcomm import DIDCommError, DIDCommMessaging, Packed, SecretNotFoundError, UnpackConfig, same_party
from pydidcomm._failures import FAILURES
from pydidcomm.agent.live import Live
from pydidcomm.agent.outbox import Transport
from pydidcomm.agent.pages import all_records
from pydidcomm.agent.pickup import PICKUPS, Pickup
from pydidcomm.agent.profiles import pack_config
from pydidcomm.agent.records import RECIPIENT
from pydidcomm.agent.relationships import unknown_relationship
from pydidcomm.agent.services import Services
from pydidcomm.protocols import Body, Event, LocalProtocolError, Protocol, Thread, received_from
from pydidcomm.protocols.coordinate_mediation import (
    CoordinateMediation2,
    CoordinateMediation3,
    KeylistQuery,
    KeylistUpdate,
    MediateRequest2,
    MediateRequest3,
    RecipientQuery,
    RecipientUpdate,
    Update,
)
from pydidcomm.protocols.message_pickup import Envelope
from pydidcomm.protocols.problem_report import ProblemReport, ProblemReported, is_report
from pydidcomm.stores import Relationship

__all__ = ["Mediation", "MediationError"]

LOG: Final = logging.getLogger("pydidcomm.agent")

POLL_SECONDS: Final = 5.0
"""Seconds between two polls of a mediator without live mode, and before the first reconnection."""

LONGEST_PAUSE: Final = 120.0
"""Maximum number of seconds between two reconnections."""

SOCKETS: Final = ("wss", "ws")


class MediationError(Exception):
    """The mediator refuses a request, or violates the protocol of coordinate mediation or pickup."""


@dataclass(frozen=True, slots=True)
class _Coordination:
    """A version of coordinate mediation."""

    version: Literal[2, 3]
    protocol: Protocol
    request: Body
    update: Callable[[tuple[Update, ...]], Body]
    query: Body


_COORDINATIONS: Final = (
    _Coordination(3, CoordinateMediation3(), MediateRequest3(), RecipientUpdate, RecipientQuery()),
    _Coordination(2, CoordinateMediation2(), MediateRequest2(), KeylistUpdate, KeylistQuery()),
)


class Mediation:
    """The client of one mediator.

    Args:
        relationship: The id of the relationship with the mediator.
        services: The parts of the agent.
        messaging: Packs and unpacks messages.
        transport: Sends requests, and reads the answers on their connections.
        take: Stores an envelope; returns whether to acknowledge it.
        allow: Networks that are not public and that a WebSocket may connect to.
    """

    def __init__(  # noqa: PLR0913, the parts that it joins
        self,
        relationship: str,
        *,
        services: Services,
        messaging: DIDCommMessaging,
        transport: Transport,
        take: Callable[[bytes], Awaitable[bool]],
        allow: tuple[str, ...],
    ) -> None:
        self._relationship = relationship
        self._services = services
        self._messaging = messaging
        self._transport = transport
        self._take = take
        self._allow = allow
        self._config = UnpackConfig(accept_profiles=services.profiles.accepted)
        self._coordination = _COORDINATIONS[0]
        self._pickup: Pickup = PICKUPS[0]
        self.routing_did = ""

    async def grant(self, invitation: str | None = None) -> str:
        """Request mediation by Coordinate Mediation 3.0, or else 2.0.

        Args:
            invitation: The message id of the mediator's invitation, which the request answers.

        Returns:
            The routing DID, for use as service endpoint.

        Raises:
            MediationError: The mediator denies mediation, or violates its protocol.
            DeliveryError: The mediator cannot be reached.
        """
        reason: Exception | None = None
        for coordination in _COORDINATIONS:
            try:
                events = await self.ask(coordination.protocol, coordination.request, invitation)
            except (ProblemReported, MediationError) as error:
                # a mediator that supports one version may report the other in an anonymous message
                reason = error
                continue
            granted = next((event.data for event in events if event.name == "granted"), None)
            if granted is not None:
                self._coordination = coordination
                self.routing_did = granted["routing_dids"][0]
                return self.routing_did
            if any(event.name == "denied" for event in events):
                problem = "the mediator denies mediation: a mediator may need the id of its invitation"
                raise MediationError(problem)
        problem = f"the mediator does not grant mediation: {reason or 'no answer'}"
        raise MediationError(problem)

    def restore(self, routing_did: str, version: Literal[2, 3]) -> None:
        """Continue with an earlier grant.

        Args:
            routing_did: The routing DID, for use as service endpoint.
            version: The major version of coordinate mediation of the grant.
        """
        self.routing_did = routing_did
        self._coordination = next(one for one in _COORDINATIONS if one.version == version)

    @property
    def version(self) -> Literal[2, 3]:
        """The major version of coordinate mediation that the mediator supports."""
        return self._coordination.version

    async def query(self) -> None:
        """Query the list of our DIDs, to verify that an earlier grant is still valid.

        Raises:
            MediationError: The mediator does not return the list.
            DeliveryError: The mediator cannot be reached.
        """
        try:
            events = await self.ask(self._coordination.protocol, self._coordination.query)
        except ProblemReported as error:
            problem = f"the mediator has withdrawn the grant: {error}"
            raise MediationError(problem) from error
        if not any(event.name == "listed" for event in events):
            problem = "the mediator has withdrawn the grant"
            raise MediationError(problem)

    async def unregister(self, dids: Sequence[str]) -> None:
        """Remove DIDs of ours from the mediator's list; a DID that is not listed is ignored.

        Args:
            dids: The DIDs.

        Raises:
            MediationError: The mediator does not confirm the removal.
            DeliveryError: The mediator cannot be reached.
        """
        updates = tuple(Update(did, "remove") for did in dids)
        events = await self.ask(self._coordination.protocol, self._coordination.update(updates))
        if not any(event.name == "updated" for event in events):
            problem = "the mediator does not confirm the removal of DIDs"
            raise MediationError(problem)

    async def register(self, did: str) -> None:
        """Register a DID of ours at the mediator, which receives for it from now on.

        Args:
            did: The DID.

        Raises:
            MediationError: The mediator does not register the DID.
            DeliveryError: The mediator cannot be reached.
        """
        updates = (Update(did, "add"),)
        events = await self.ask(self._coordination.protocol, self._coordination.update(updates))
        results = [one for event in events if event.name == "updated" for one in event.data]
        if not any(one.done for one in results):
            problem = (
                f"the mediator does not register {did}: {[one.result for one in results] or 'no answer'}"
            )
            raise MediationError(problem)

    async def ask(
        self, protocol: Protocol, body: Body, pthid: str | None = None, *, frm: str | None = None
    ) -> tuple[Event, ...]:
        """Send a request over HTTP, and read the answer on the same connection.

        Args:
            protocol: The protocol of the request.
            body: The request.
            pthid: The message id of the invitation that the request answers.
            frm: Our DID that sends the request; None for that of the relationship.

        Returns:
            The events of the answer; empty if the connection returned no answer.

        Raises:
            ProblemReported: The answer is a problem report.
            MediationError: The answer is from another sender, of another protocol, or violates the protocol.
            DeliveryError: The mediator cannot be reached.
        """
        packed, thread = await self.pack_request(protocol, body, pthid, frm=frm)
        sent = await self._transport.send(packed, return_route=True)
        if sent.answer is None:
            return ()
        events = await self.read(protocol, {} if thread is None else {thread.thid: thread}, sent.answer)
        if events is None:
            problem = f"the mediator must answer with a message of {protocol.piuri} from its own DID"
            raise MediationError(problem)
        return events

    async def read(
        self, protocol: Protocol, threads: Mapping[str, Thread], body: bytes
    ) -> tuple[Event, ...] | None:
        """Return the events of a message of the mediator; None for another sender or protocol.

        Args:
            protocol: The protocol of the message.
            threads: The states after our requests, by thread id.
            body: The envelope.

        Raises:
            ProblemReported: The message is a problem report.
            MediationError: The message violates the protocol.
        """
        now = self._services.now
        try:
            received = received_from(await self._messaging.unpack(body, config=self._config), at=now)
        except DIDCommError:
            return None
        await self._services.relationships.meet(received, now)
        mediator = await self.relationship()
        # some mediators answer to a DID that they receive for, in place of the DID that sent the request
        if received.sender is None or not same_party(received.sender, mediator.theirs or ""):
            return None
        if is_report(received.message):
            raise ProblemReported(ProblemReport.from_message(received.message))
        received = replace(received, relationship=mediator.id)
        thread = threads.get(protocol.thread_of(received.message))
        try:
            found = protocol.receive(received, thread, now)
        except LocalProtocolError:
            # a message of another protocol, which is for the inbox
            return None
        if found.problem is not None:
            raise MediationError(str(found.problem))
        return found.events

    async def relationship(self) -> Relationship:
        """Read the relationship from the store: the mediator may rotate its DID in any answer.

        Raises:
            LookupError: The store does not have it any more.
        """
        found = await self._services.store.relationship(self._relationship)
        if found is None or found.theirs is None:
            raise unknown_relationship(self._relationship)
        return found

    async def run(self) -> None:
        """Fetch waiting messages, and use live mode if the mediator has it, until cancelled."""
        failures = 0
        while True:
            try:
                await self.drain()
                uri = await self._socket()
                if uri is not None:
                    await Live(self, uri, self._allow).run()
                failures = 0
            except (DIDCommError, MediationError, ProblemReported, OSError) as error:
                LOG.warning("messages cannot be fetched from the mediator: %s", error)
                failures += 1
            except FAILURES:
                LOG.exception("messages cannot be fetched: the program's resolver or transport failed")
                failures += 1
            pause = min(LONGEST_PAUSE, POLL_SECONDS * 2**failures) if failures else POLL_SECONDS
            await anyio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311, no secret

    async def drain(self) -> None:
        """Fetch all queued envelopes, by the version of pickup that the mediator supports."""
        for pickup in (self._pickup, *PICKUPS):
            try:
                for did in await self._queues():
                    await self._fetch_all(pickup, did)
            except ProblemReported as error:
                if "unsupported" not in error.code and "not-found" not in error.code:
                    raise
                continue
            self._pickup = pickup
            return

    async def _queues(self) -> tuple[str | None, ...]:
        """Return our DIDs with a separate queue; `(None,)` if the mediator has one queue for all."""
        mediator = await self.relationship()
        if await self._services.profiles.of(mediator.theirs or "") != "veramo":
            return (None,)
        names = (mediator.theirs or "", *mediator.their_history)
        # Veramo has a queue for each registered DID, which only that DID can fetch from
        records = all_records(self._services.store, RECIPIENT)
        return tuple(
            [one.key async for one in records if any(same_party(one.value.decode(), name) for name in names)]
        )

    async def _fetch_all(self, pickup: Pickup, did: str | None) -> None:
        before: frozenset[str] = frozenset()
        try:
            # a mediator that ignores acknowledgments delivers the same again; the next poll continues
            while not (stored := await self._fetch(pickup, did)) <= before:
                before = stored
        except SecretNotFoundError:
            # a DID that never came into use has no keys any more, and is still registered
            if did is None:
                raise

    async def _fetch(self, pickup: Pickup, did: str | None) -> frozenset[str]:
        """Fetch one delivery; return the ids of the envelopes that were stored."""
        events = await self.ask(pickup.protocol, pickup.fetch(), frm=did)
        delivered = next((event.data for event in events if event.name == "delivered"), ())
        stored = await self.store(delivered)
        if stored:
            with suppress(ProblemReported):
                await self.ask(pickup.protocol, pickup.received(stored), frm=did)
        return frozenset(stored)

    async def store(self, envelopes: tuple[Envelope, ...]) -> tuple[str, ...]:
        """Store envelopes; return the ids of those that the mediator may delete.

        Args:
            envelopes: The delivered envelopes.
        """
        return tuple([one.id for one in envelopes if await self._take(one.content)])

    @property
    def pickup(self) -> Pickup:
        """The version of pickup that the mediator supports."""
        return self._pickup

    async def take_bare(self, body: bytes) -> None:
        """Store an envelope that was pushed without a `delivery` message, and cannot be acknowledged.

        Args:
            body: The envelope.
        """
        await self._take(body)

    async def pack_request(
        self, protocol: Protocol, body: Body, pthid: str | None = None, *, frm: str | None = None
    ) -> tuple[Packed, Thread | None]:
        """Pack a request; return it with the state of its thread.

        Args:
            protocol: The protocol of the request.
            body: The request.
            pthid: The message id of the invitation that the request answers.
            frm: Our DID that sends the request; None for that of the relationship.
        """
        relationship = await self.relationship()
        step = protocol.begin(
            body,
            peer=relationship.id,
            to=relationship.theirs or "",
            frm=frm or relationship.ours,
            now=self._services.now,
        )
        outgoing = step.send[0]
        message = outgoing.message if pthid is None else outgoing.message.replace(pthid=pthid)
        profile = await self._services.profiles.of(outgoing.to)
        config = pack_config(profile, protect_sender=False, forward=True)
        packed = await self._messaging.pack(message, to=outgoing.to, frm=outgoing.frm, config=config)
        return packed, step.thread

    async def _socket(self) -> str | None:
        """Return the WebSocket endpoint of the mediator, or None."""
        packed, _ = await self.pack_request(self._pickup.protocol, self._pickup.live())
        uris: list[str] = [one.uri for one in packed.deliveries]
        return next((uri for uri in uris if uri.partition(":")[0].lower() in SOCKETS), None)
