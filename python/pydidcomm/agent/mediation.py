"""A mediator of ours: the grant, the list of our DIDs, and the envelopes that it keeps for us.

Requests go over HTTP, and answers come back on the connection. Live mode needs a WebSocket endpoint of the
mediator; without one it is polled. An envelope is acknowledged once it is stored.
"""

import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, Literal

import anyio

from pydidcomm import DIDCommError, DIDCommMessaging, Packed, same_party
from pydidcomm.agent.live import Live
from pydidcomm.agent.outbox import Transport
from pydidcomm.agent.pickup import PICKUPS, Pickup
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
"""Between two polls of a mediator without live mode, and before the first reconnection."""

LONGEST_PAUSE: Final = 120.0
"""The longest pause between reconnections."""

SOCKETS: Final = ("wss", "ws")


class MediationError(Exception):
    """The mediator refuses mediation, or does not answer as its protocol demands."""


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
    """One mediator.

    Args:
        relationship: The id of the relationship with it.
        services: The parts of the agent.
        messaging: Packs and unpacks.
        transport: Sends requests, and reads the answers on their connections.
        take: Stores an envelope; what it raises decides whether it is acknowledged.
        allow: Networks that a WebSocket may connect to although they are not public.
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
        self._coordination = _COORDINATIONS[0]
        self._pickup: Pickup = PICKUPS[0]
        self.routing_did = ""

    async def grant(self, invitation: str | None = None) -> str:
        """Ask for mediation, in version 3.0 and else in 2.0; returns the DID to use as service endpoint.

        Args:
            invitation: The id of the mediator's invitation, which the request answers.

        Raises:
            MediationError: Mediation is denied, or the mediator did not answer as its protocol says.
            DeliveryError: The mediator cannot be reached.
        """
        reason: Exception | None = None
        for coordination in _COORDINATIONS:
            try:
                events = await self.ask(coordination.protocol, coordination.request, invitation)
            except (ProblemReported, MediationError) as error:
                # a mediator that knows one version alone may report the other without a proved sender
                reason = error
                continue
            granted = next((event.data for event in events if event.name == "granted"), None)
            if granted is not None:
                self._coordination = coordination
                self.routing_did = granted["routing_dids"][0]
                return self.routing_did
            if any(event.name == "denied" for event in events):
                problem = "the mediator denies mediation"
                raise MediationError(problem)
        problem = f"the mediator does not grant mediation: {reason or 'no answer'}"
        raise MediationError(problem)

    def restore(self, routing_did: str, version: Literal[2, 3]) -> None:
        """Go on with an earlier grant.

        Args:
            routing_did: The DID to use as service endpoint.
            version: The version of coordinate mediation in which it was granted.
        """
        self.routing_did = routing_did
        self._coordination = next(one for one in _COORDINATIONS if one.version == version)

    @property
    def version(self) -> Literal[2, 3]:
        """The major version of coordinate mediation that the mediator speaks."""
        return self._coordination.version

    async def query(self) -> None:
        """Ask for the list of our DIDs, which shows that an earlier grant is in force.

        Raises:
            MediationError: The mediator does not answer with the list.
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
        """Take DIDs of ours off the list of the mediator; one that is not on it is left out.

        Args:
            dids: The DIDs.

        Raises:
            MediationError: The mediator does not answer as its protocol says.
            DeliveryError: The mediator cannot be reached.
        """
        updates = tuple(Update(did, "remove") for did in dids)
        events = await self.ask(self._coordination.protocol, self._coordination.update(updates))
        if not any(event.name == "updated" for event in events):
            problem = "the mediator does not answer the removal of DIDs"
            raise MediationError(problem)

    async def register(self, did: str) -> None:
        """Let the mediator take messages for a DID of ours.

        Args:
            did: The DID.

        Raises:
            MediationError: The mediator does not take it.
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

    async def ask(self, protocol: Protocol, body: Body, pthid: str | None = None) -> tuple[Event, ...]:
        """Send a request over HTTP, and take the answer on its connection.

        Args:
            protocol: The machine of the request.
            body: The request.
            pthid: The id of the invitation that it answers.

        Returns:
            The events of the answer; an empty tuple where none came.

        Raises:
            ProblemReported: The answer is a problem report.
            MediationError: The answer is not the mediator's.
        """
        packed, thread = await self.packed(protocol, body, pthid)
        sent = await self._transport.send(packed, return_route=True)
        if sent.answer is None:
            return ()
        events = await self.read(protocol, {} if thread is None else {thread.thid: thread}, sent.answer)
        if events is None:
            problem = "the answer is not the mediator's"
            raise MediationError(problem)
        return events

    async def read(
        self, protocol: Protocol, threads: Mapping[str, Thread], body: bytes
    ) -> tuple[Event, ...] | None:
        """The events of a message of the mediator; None where it is of another sender or protocol.

        Args:
            protocol: The machine.
            threads: The states after our requests, by thread id.
            body: The envelope.

        Raises:
            ProblemReported: It is a problem report.
            MediationError: It breaks the protocol.
        """
        now = self._services.now
        try:
            received = received_from(await self._messaging.unpack(body), at=now)
        except DIDCommError:
            return None
        await self._services.relationships.meet(received, now)
        mediator = await self.relationship()
        # some mediators write to the DID that they receive for, and not to the one that asked
        if received.sender is None or not same_party(received.sender, mediator.theirs or ""):
            return None
        if is_report(received.message):
            raise ProblemReported(ProblemReport.from_message(received.message))
        received = replace(received, relationship=mediator.id)
        thread = threads.get(protocol.thread_of(received.message))
        try:
            found = protocol.receive(received, thread, now)
        except LocalProtocolError:
            # a message of another protocol, as between any two peers
            return None
        if found.problem is not None:
            raise MediationError(str(found.problem))
        return found.events

    async def relationship(self) -> Relationship:
        """The relationship with the mediator as it is now: it may rotate its DID with any answer."""
        found = await self._services.store.relationship(self._relationship)
        if found is None or found.theirs is None:
            raise unknown_relationship(self._relationship)
        return found

    async def run(self) -> None:
        """Fetch what waits, and stay live where the mediator can, until cancelled."""
        failures = 0
        while True:
            try:
                await self.drain()
                uri = await self._socket()
                if uri is not None:
                    await Live(self, uri, self._allow).run()
                failures = 0
            except (DIDCommError, MediationError, ProblemReported, OSError) as error:
                LOG.warning("the mediator does not serve: %s", error)
                failures += 1
            except Exception:
                LOG.exception("the mediator is asked again: the program's resolver or transport failed")
                failures += 1
            pause = min(LONGEST_PAUSE, POLL_SECONDS * 2**failures) if failures else POLL_SECONDS
            await anyio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311, no secret

    async def drain(self) -> None:
        """Fetch envelopes, in the version of pickup that the mediator speaks, until there are no more."""
        for pickup in (self._pickup, *PICKUPS):
            try:
                while await self._fetch(pickup):
                    pass
            except ProblemReported as error:
                if "unsupported" not in error.code and "not-found" not in error.code:
                    raise
                continue
            self._pickup = pickup
            return

    async def _fetch(self, pickup: Pickup) -> bool:
        """Fetch one delivery; returns whether some of it was stored."""
        events = await self.ask(pickup.protocol, pickup.fetch())
        for event in events:
            if event.name == "delivered":
                stored = await self.store(event.data)
                if stored:
                    with suppress(ProblemReported):
                        await self.ask(pickup.protocol, pickup.received(stored))
                return bool(stored)
        return False

    async def store(self, envelopes: tuple[Envelope, ...]) -> tuple[str, ...]:
        """Store envelopes; returns the ids of those that the mediator may delete.

        Args:
            envelopes: What was delivered.
        """
        return tuple([one.id for one in envelopes if await self._take(one.content)])

    @property
    def pickup(self) -> Pickup:
        """The version of pickup that the mediator speaks."""
        return self._pickup

    async def bare(self, body: bytes) -> None:
        """Store an envelope that was pushed without a delivery, which cannot be acknowledged.

        Args:
            body: The envelope.
        """
        await self._take(body)

    async def packed(
        self, protocol: Protocol, body: Body, pthid: str | None = None
    ) -> tuple[Packed, Thread | None]:
        """A request, packed, and the state of its thread.

        Args:
            protocol: The machine.
            body: The request.
            pthid: The id of the invitation that it answers.
        """
        relationship = await self.relationship()
        step = protocol.begin(
            body,
            peer=relationship.id,
            to=relationship.theirs or "",
            frm=relationship.ours,
            now=self._services.now,
        )
        outgoing = step.send[0]
        message = outgoing.message if pthid is None else outgoing.message.replace(pthid=pthid)
        return await self._messaging.pack(message, to=outgoing.to, frm=outgoing.frm), step.thread

    async def _socket(self) -> str | None:
        """The WebSocket endpoint of the mediator; None where it has none."""
        packed, _ = await self.packed(self._pickup.protocol, self._pickup.live())
        uris: list[str] = [one.uri for one in packed.deliveries]
        return next((uri for uri in uris if uri.partition(":")[0].lower() in SOCKETS), None)
