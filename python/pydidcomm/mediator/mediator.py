"""`Mediator`: queues forwards, and answers requests of recipients. The transports are in `server`."""

import logging
from collections.abc import Callable, Sequence
from time import monotonic, time
from typing import Any, Final

import anyio

from pydidcomm import (
    DIDCommMessaging,
    Forwarded,
    Message,
    PeerRotated,
    UnpackConfig,
    UnpackResult,
    same_party,
)
from pydidcomm._driver.unpacked_together import UnpackedTogether
from pydidcomm._failures import FAILURES
from pydidcomm.invitations import Invitation
from pydidcomm.mediator import _key_names as keys
from pydidcomm.mediator.admission import Admission, Open
from pydidcomm.mediator.answers import DIRECT, Answers
from pydidcomm.mediator.codes import UNSUPPORTED
from pydidcomm.mediator.commands import Delivered
from pydidcomm.mediator.connection import Connection, LivePeer
from pydidcomm.mediator.coordination import COORDINATION
from pydidcomm.mediator.execution import Desk, execute
from pydidcomm.mediator.following import Following
from pydidcomm.mediator.forwarding import MOST_ENVELOPES, forward, is_encrypted, read_carried, worst_placement
from pydidcomm.mediator.live import LiveSession, LiveSessions
from pydidcomm.mediator.metrics import Metrics, NoMetrics
from pydidcomm.mediator.onward import Onward
from pydidcomm.mediator.pickup import PICKUP, Pickup
from pydidcomm.mediator.records import Limits, Placement
from pydidcomm.mediator.relay import Relay
from pydidcomm.mediator.requests import Answer, read
from pydidcomm.mediator.storage import MediatorStore
from pydidcomm.mediator.v1_codecs import did_key
from pydidcomm.mediator.v1_exchange import invitation_url
from pydidcomm.mediator.v1_face import V1Face
from pydidcomm.protocols import Problem, Protocols, received_from
from pydidcomm.protocols.discover_features import Audience, DiscoverFeatures, Feature
from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.transports import _requests as transport
from pydidcomm.transports._requests import Reply
from pydidcomm.v1 import V1Forwarded, V1Message

__all__ = ["Mediator"]

LOG: Final = logging.getLogger("pydidcomm.mediator")

POLL_SECONDS: Final = 2.0
"""Seconds between two polls of the store for live sessions: notifications between processes may be lost."""

POLLS_PER_SECOND: Final = 500
"""Maximum number of live sessions polled per second; with more sessions a round takes longer."""

EXPIRE_SECONDS: Final = 30.0
EXPIRE_AT_ONCE: Final = 500
"""Expired envelopes per transaction: few, so that arrivals do not wait long."""

FULL: Final = Reply(507, b"the queue of the recipient is full\n")
TOO_MANY: Final = Reply(413, f"a forward may have {MOST_ENVELOPES} attachments\n".encode())


class Mediator:
    """Queues forwards for registered DIDs, and delivers them to their recipients.

    Example:
        >>> import asyncio, tempfile
        >>> from pydidcomm import DIDCommMessaging
        >>> from pydidcomm.mediator import Mediator, SqliteMediatorStore
        >>> async def main():
        ...     party = DIDCommMessaging()
        ...     did = await party.create_peer_did(service_endpoint="https://mediator.example/")
        ...     with tempfile.TemporaryDirectory() as folder:
        ...         store = SqliteMediatorStore(f"{folder}/mediator.db")
        ...         mediator = Mediator(party, did, store, base_url="https://mediator.example/")
        ...         reply = await mediator.receive(b"not an envelope")
        ...         await mediator.aclose()
        ...     return reply.status
        >>> asyncio.run(main())
        400
    """

    def __init__(  # noqa: PLR0913, all but three are named
        self,
        party: DIDCommMessaging,
        did: str,
        store: MediatorStore,
        *,
        base_url: str,
        admission: Admission | None = None,
        limits: Limits | None = None,
        metrics: Metrics | None = None,
        previous_dids: Sequence[str] = (),
        reply_when_unreachable: bool = False,
        reveal_unknown: bool = False,
        json_attachments: bool = False,
        accept_profiles: Sequence[str] = (),
        sender: Any = None,  # noqa: ANN401, an HttpTransport
        onward: Onward | None = None,
        verkey: str | None = None,
        clock: Callable[[], float] = time,
    ) -> None:
        """Prepare a mediator, which `MediatorServer` serves.

        Args:
            party: Packs and unpacks messages; its secrets must contain the private keys of the DIDs.
            did: The DID of the mediator; its document contains the endpoint.
            store: Stores grants, routes and envelopes.
            base_url: The URL of the page with the invitation.
            admission: Decides which DIDs get mediation; `Open` by default.
            limits: The limits shown on the page; the store enforces its own, so pass the same.
            metrics: Receives measurements; by default `NoMetrics`.
            previous_dids: Earlier DIDs of the mediator, for which it still answers requests.
            reply_when_unreachable: Whether to answer on the connection a request without `return_route` whose
                sender has no endpoint; some clients never set `return_route`.
            reveal_unknown: Whether to answer a forward for an unregistered DID with 404, which reveals to any
                sender which DIDs are registered; otherwise it gets 202 as any other forward.
            json_attachments: Whether to deliver envelopes as JSON attachments, the only form that some
                clients read; otherwise as base64, except to clients that send `recipient_key`.
            accept_profiles: Envelope profiles to accept in addition to DIDComm v2.1, and to answer in; see
                `UnpackConfig`.
            sender: An `HttpTransport` for answers to recipients with an endpoint; None to drop such answers.
            onward: Delivers forwards for unregistered DIDs to their own endpoints; None to drop them.
            verkey: The key for DIDComm v1, from `pydidcomm.v1.create_verkey`; None to refuse DIDComm v1.
            clock: Returns the time, in seconds since the epoch.
        """
        self.did = did
        self.limits = limits or Limits()
        self.metrics = metrics or NoMetrics()
        self.invitation = Invitation.to(did, base_url, goal_code="request-mediate", goal="Mediate messages")
        self._party = party
        self._store = store
        self.verkey = verkey
        self.v1_invitation_url = None
        if verkey is not None:
            oobid = self.invitation.message.id
            self.v1_invitation_url = invitation_url(verkey, base_url, oobid)
        key = did_key(verkey)
        self._own = (did, *previous_dids, *([] if key is None else [key]))
        self._live = LiveSessions()
        self._following = Following(store, self._live)
        self._desk = Desk(store, self._live, admission or Open(), self._own, json_attachments)
        self._reveal_unknown = reveal_unknown
        self._answers = Answers(party, sender, self.metrics, always_reply=reply_when_unreachable)
        self._clock = clock
        self._relay = None
        if onward is not None:
            self._relay = Relay(party, store.departures, onward, self._own, self.metrics, clock)
        self._v1 = V1Face(party, self._desk, base_url, reply_when_unreachable, self.metrics, clock)
        config = UnpackConfig(
            to_mismatch="warning", tolerate_form_faults=True, accept_profiles=accept_profiles
        )
        self._unpacked = UnpackedTogether(party.resolvers_config, config, v1=verkey is not None)
        self._others = Protocols([TrustPing(), DiscoverFeatures(_features)])

    async def receive(self, body: bytes, connection: Connection | None = None) -> Reply:
        """Handle an envelope: a forward, or a request of a recipient.

        Args:
            body: The envelope.
            connection: The connection that brought the envelope; by default a new HTTP request.

        Returns:
            The HTTP reply: 202 once the envelope is stored, 200 with an answer, or an error status.
        """
        begun = monotonic()
        result: UnpackResult | V1Message
        forwarded: Forwarded | V1Forwarded | None
        try:
            result = await self._unpacked.unpack(body)
            if isinstance(result, V1Message):
                forwarded = await self._v1.read_forward(result, body)
            else:
                forwarded = result.forward
        except FAILURES as error:  # whatever a resolver raises
            self.metrics.count("received", "refused")
            return transport.reply_to(error)
        try:
            if forwarded is not None:
                return await self._forward(forwarded)
            if isinstance(result, V1Message):
                return await self._v1.answer_request(result, connection or Connection())
            return await self._request(result, connection or Connection())
        except FAILURES as error:
            LOG.warning("the store of the mediator failed: %s", error, exc_info=error)
            self.metrics.count("received", "store-failed")
            return transport.BUSY
        finally:
            self.metrics.seconds("forward" if forwarded is not None else "request", monotonic() - begun)

    async def _forward(self, forwarded: Forwarded | V1Forwarded) -> Reply:
        asked = read_carried(forwarded)
        if not asked.envelopes or not all(map(is_encrypted, asked.envelopes)):
            self.metrics.count("received", "refused")
            return transport.NOT_ACCEPTED
        placed = await forward(asked, self._store, at=self._clock())
        if placed is None:
            self.metrics.count("received", "refused")
            return TOO_MANY
        unknown = placed[0].outcome is Placement.UNKNOWN
        if unknown and self._relay is not None and isinstance(forwarded, Forwarded):
            placed = await self._relay.accept(forwarded, self._clock())
        for each in placed:
            self.metrics.count("forward", each.outcome)
            if each.outcome is Placement.STORED and each.recipient is not None:
                self._live.arrived(each.recipient)
        outcome = worst_placement(placed)
        if outcome is Placement.FULL:
            return FULL
        if outcome is Placement.UNKNOWN and self._reveal_unknown:
            return Reply(404, b"the recipient is not registered\n")
        return transport.ACCEPTED

    async def _request(self, result: UnpackResult, connection: Connection) -> Reply:
        sender = result.sender
        ours = result.metadata.recipient
        if sender is None or ours is None:
            # only a forward may be anonymous or not encrypted
            return transport.NOT_ACCEPTED
        await self._rotate(result, connection)
        connection.note(sender, result.message)
        answer = await self._answer(result, sender, ours, connection)
        if answer is None:
            return transport.ACCEPTED
        profile: Any = result.metadata.profile
        return await self._answers.reply(answer, to=sender, frm=ours, connection=connection, profile=profile)

    async def _rotate(self, result: UnpackResult, connection: Connection) -> None:
        change = result.relationship_change
        if not isinstance(change, PeerRotated) or not same_party(change.new, result.sender or ""):
            return
        # other processes cannot resolve the short form, whose long form only this process has received
        new = result.metadata.sender_long_form or change.new
        connection.rotate(change.old, change.new)
        before = await self._store.recipient(change.old)
        names = keys.proved_names(_key_of(result))
        if before is None or not await self._store.move(change.old, new, self._clock(), names):
            return
        self.metrics.count("rotation", "moved")
        after = await self._store.recipient(change.new)
        if after is not None:
            self._live.moved(before.id, after, new)

    async def _answer(
        self, result: UnpackResult, sender: str, ours: str, connection: Connection
    ) -> Message | None:
        message = result.message
        reply = Answer(frm=ours, to=sender, message=message)
        try:
            found = read(message)
            if found is None:
                return self._answer_other(result)
            codec, request = found(sender, _key_of(result), ours, connection, self._clock())
            outcome = await execute(self._desk, request)
            self.metrics.count("request", type(request.command).__name__)
            return None if outcome is None else reply.write_message(codec, outcome)
        except Problem as problem:
            self.metrics.count("request", "problem")
            return reply.problem(problem)

    def _answer_other(self, result: UnpackResult) -> Message | None:
        """Return the answer to a message of another protocol, or None."""
        protocol = self._others.find(result.message.type)
        if protocol is None:
            raise Problem(UNSUPPORTED, "The message type {1} is not supported.", [result.message.type])
        received = received_from(result, at=int(self._clock()))
        step = protocol.receive(received, None, received.at)
        if step.problem is not None:
            raise step.problem
        return step.send[0].message if step.send else None

    async def push(self, connection: Connection) -> None:
        """Push envelopes to the live sessions of a connection, within their limits.

        Args:
            connection: A persistent connection.

        Raises:
            Exception: The store or the resolver failed, or another process rotated the DID of the recipient.
                The caller must close the connection; envelopes that were not pushed stay in the queue.
        """
        for peer in list(connection.live):
            session = peer.session
            count, size = session.room()
            if count < 1 or size < 1:
                session.keep(await self._store.queued(session.recipient, tuple(session.in_flight)))
                count, size = session.room()
            if count < 1 or size < 1 or connection.send is None:
                continue
            found = await self._store.deliver(
                session.recipient, count=count, size=size, at=self._clock(), after=session.cursor
            )
            session.pushed(found)
            if found:
                await self._require_current(session)
            for each in found:
                delivered = Delivered((each,), as_json=self._desk.json_attachments)
                await connection.send(await self._live_delivery(peer, delivered))
            self.metrics.count("delivery", "live", len(found))
            if len(found) == count:
                connection.wake()

    async def _live_delivery(self, peer: LivePeer, delivered: Delivered) -> str:
        if not isinstance(peer.pickup, Pickup):
            return await self._v1.delivery(peer, delivered)
        to = peer.session.did
        message = Answer(frm=peer.frm, to=to, message=None).write_message(peer.pickup, delivered)
        return (await self._party.pack(message, to=to, frm=peer.frm, config=DIRECT)).text

    async def _require_current(self, session: LiveSession) -> None:
        """Raise an error if the recipient has rotated to another DID than that of the session."""
        for _ in range(2):
            known = await self._store.recipient(session.did)
            if known is not None and known.id == session.recipient.id:
                return
            # the session may have a new DID after this
            await self._following.catch_up()
        message = "the recipient rotated its DID at another process"
        raise LookupError(message)

    def disconnected(self, connection: Connection) -> None:
        """End live mode on a connection that was closed."""
        for peer in connection.live:
            self._live.remove(peer.session)
        connection.live.clear()

    async def ready(self) -> bool:
        """Return whether the store is writable."""
        try:
            await self._store.check()
        except Exception as error:  # noqa: BLE001, of any store
            LOG.warning("the store of the mediator is not writable: %s", error)
            return False
        return True

    async def run(self) -> None:
        """Run the background tasks until cancelled: expiry, polling, answers and onward delivery."""
        async with anyio.create_task_group() as group:
            if self._relay is not None:
                group.start_soon(self._relay.run)
            group.start_soon(self._expire)
            group.start_soon(self._poll)
            group.start_soon(self._following.run)
            group.start_soon(self._store.watch, self._live.arrived, self._following.notice)
            for _ in range(4):
                group.start_soon(self._answers.run)

    async def _expire(self) -> None:
        while True:
            try:
                gone = await self._store.expire(self._clock(), EXPIRE_AT_ONCE)
                if self._relay is not None:
                    await self._relay.expire(EXPIRE_AT_ONCE)
                self.metrics.level("parked", await self._store.parked.count())
            except Exception as error:  # noqa: BLE001, of any store
                LOG.warning("expired envelopes could not be deleted: %s", error)
                gone = 0
            self.metrics.count("expiry", "deleted", gone)
            # in small steps, with a short pause while there are more
            await anyio.sleep(0.05 if gone >= EXPIRE_AT_ONCE else EXPIRE_SECONDS)

    async def _poll(self) -> None:
        while True:
            sessions = self._live.to_poll()
            self.metrics.level("live_sessions", len(sessions))
            pause = POLL_SECONDS / max(1, min(len(sessions), POLLS_PER_SECOND * POLL_SECONDS))
            # spread over time, as each session reads from the store
            for session in sessions:
                await anyio.sleep(pause)
                session.wake()
            if not sessions:
                await anyio.sleep(POLL_SECONDS)

    async def aclose(self) -> None:
        """Close the store; call this after the server has ended."""
        self._answers.close()
        await self._store.aclose()


def _key_of(result: UnpackResult) -> str | None:
    """Return the id of the sender's key, with the long form of the DID if there is one."""
    kid = result.metadata.encrypted_from
    did = result.metadata.sender_long_form or result.sender
    return None if kid is None or did is None else f"{did}#{kid.partition('#')[2]}"


def _features() -> list[Feature]:
    """Return the protocols that are disclosed to any client, as clients query them before a grant."""
    spoken = [(codec.piuri, ("mediator",)) for codec in (*COORDINATION, *PICKUP)]
    spoken.append(("https://didcomm.org/routing/2.0", ("mediator",)))
    spoken.append((TrustPing.piuri, ("receiver",)))
    return [Feature("protocol", piuri, roles, Audience.PUBLIC) for piuri, roles in spoken]
