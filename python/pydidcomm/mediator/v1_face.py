"""DIDComm v1 on the same registry and queue: forwards, requests and live deliveries."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pydidcomm import DIDCommMessaging, PublicKey, v1
from pydidcomm.errors import DIDCommError
from pydidcomm.mediator.codes import UNSUPPORTED
from pydidcomm.mediator.commands import Delivered, Mediate
from pydidcomm.mediator.connection import Connection, LivePeer
from pydidcomm.mediator.execution import Desk, Request, execute
from pydidcomm.mediator.metrics import Metrics
from pydidcomm.mediator.v1_codecs import (
    PICKUP_V1,
    Header,
    command_of,
    did_key,
    header_of,
    is_forward,
    report,
    write_result,
)
from pydidcomm.mediator.v1_exchange import answer_other, is_request, response
from pydidcomm.protocols import Problem
from pydidcomm.transports import _requests as transport
from pydidcomm.transports._requests import Reply
from pydidcomm.v1 import V1Forwarded, V1Message, V1Packed

__all__ = ["V1Face"]

PICKUP: Final = "https://didcomm.org/messagepickup/2.0"

_WITHOUT_ANSWER: Final = frozenset({"problem-report", "problem_report", "complete", "ack"})
"""Final messages, which get no problem report: two programs could exchange reports without end."""


@dataclass(frozen=True, slots=True)
class V1Face:
    """Serves recipients that support only DIDComm v1.

    A recipient is a key; its did:key has the grant.

    Attributes:
        party: Packs and unpacks messages; its secrets must contain the verkey of the mediator.
        desk: The parts that execute commands.
        endpoint: The URL of the mediator.
        always_reply: Whether to answer on the connection without `~transport.return_route`.
        metrics: Receives measurements.
        clock: Returns the time, in seconds since the epoch.
    """

    party: DIDCommMessaging
    desk: Desk
    endpoint: str
    always_reply: bool
    metrics: Metrics
    clock: Callable[[], float]

    async def read_forward(self, received: V1Message, body: bytes) -> V1Forwarded | None:
        """Return the content of a forward; None if the message is not a forward.

        Args:
            received: The message.
            body: The envelope of the message.

        Raises:
            DIDCommError: The forward is malformed.
        """
        if not is_forward(received.type):
            return None
        # unpacked again, to get the text of the inner envelope as it was sent
        return await v1.unpack_forward(self.party.resolvers_config, body)

    async def answer_request(self, received: V1Message, connection: Connection) -> Reply:
        """Execute a request; return the HTTP reply.

        Args:
            received: The request.
            connection: The connection that brought the request.
        """
        sender, ours = did_key(received.sender_verkey), did_key(received.recipient_verkey)
        # another recipient of the same envelope could have forged the message
        if sender is None or ours is None or len(received.encrypted_to) != 1:
            return transport.NOT_ACCEPTED
        try:
            message = received.json()
        except DIDCommError:
            return transport.NOT_ACCEPTED
        header = header_of(message)
        if header is None:
            return transport.NOT_ACCEPTED
        connection.note_route(sender, header.return_route, header.return_route_thread)
        answer = await self._answer(message, header, sender, ours, connection)
        if answer is None:
            return transport.ACCEPTED
        if not (self.always_reply or connection.allows(sender, {header.thid})):
            return transport.ACCEPTED
        packed = await self._pack(answer, to=sender, frm=ours)
        return Reply(200, packed.text.encode(), packed.media_type)

    async def _answer(
        self, message: dict[str, Any], header: Header, sender: str, ours: str, connection: Connection
    ) -> dict[str, Any] | None:
        kid = f"{sender}#{sender.removeprefix('did:key:')}"
        try:
            command = command_of(header.kind, message)
            request = Request(
                command or Mediate(), sender, kid, ours, header.pthid, connection, PICKUP_V1, self.clock()
            )
            if command is None:
                return await self._answer_other(message, header, request)
            result = await execute(self.desk, request)
            self.metrics.count("request", type(command).__name__)
        except Problem as problem:
            self.metrics.count("request", "problem")
            return report(problem, header.thid)
        if result is None:
            return None
        answer = write_result(result, header.kind.piuri, self.endpoint, message.get("recipient_key"))
        return {**answer, "~thread": {"thid": header.thid}}

    async def _answer_other(
        self, message: dict[str, Any], header: Header, request: Request
    ) -> dict[str, Any] | None:
        """Return the answer to a message of another protocol."""
        kind = header.kind
        if kind.name in _WITHOUT_ANSWER:
            return None
        if is_request(kind):
            await self._admit(request)
            key = PublicKey(request.recipient.removeprefix("did:key:"))
            answer = await response(self.party, kind.piuri, key, self.endpoint)
            # the invitation is the parent thread of request and response
            thread = {"thid": header.thid, **({} if header.pthid is None else {"pthid": header.pthid})}
            return {**answer, "~thread": thread}
        found = answer_other(kind, message)
        if found is None:
            raise Problem(UNSUPPORTED, "The message type {1} is not supported.", [str(message["@type"])])
        name, body = found
        return {"@type": f"{kind.piuri}/{name}", **body, "~thread": {"thid": header.thid}} if name else None

    async def _admit(self, request: Request) -> None:
        """Grant mediation if the invitation admits the sender, whose later request has no `pthid`."""
        if request.pthid is not None and not await self.desk.admission.admits(request.sender, None):
            await execute(self.desk, request)

    async def delivery(self, peer: LivePeer, delivered: Delivered) -> str:
        """Pack a live delivery; return the text of the envelope.

        Args:
            peer: The recipient.
            delivered: The envelopes to push.
        """
        message = write_result(delivered, PICKUP, self.endpoint)
        return (await self._pack(message, to=peer.session.did, frm=peer.frm)).text

    async def _pack(self, message: dict[str, Any], *, to: str, frm: str) -> V1Packed:
        return await v1.pack(self.party.resolvers_config, message, to=[_verkey(to)], frm=_verkey(frm))


def _verkey(did: str) -> str:
    return v1.verkey(PublicKey(did.removeprefix("did:key:")))
