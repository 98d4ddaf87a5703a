"""Quickstart functions: a DID with keys in Askar, its agent, and message pickup from a mediator.

Uses the services of this package, which call pydidcomm; `httpx` for POST, `websockets` for sessions.
"""

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Literal, TypeAlias, cast, overload

import httpx
from aries_askar import Key, KeyAlg
from pydid import DID

from pydidcomm._core import encode_public_keys, same_message_type, same_party
from pydidcomm.algorithms import MediaType
from pydidcomm.compat.didcomm_messaging.crypto.backend.askar import (
    AskarCryptoService,
    AskarKey,
    AskarSecretKey,
)
from pydidcomm.compat.didcomm_messaging.crypto.backend.basic import InMemorySecretsManager
from pydidcomm.compat.didcomm_messaging.messaging import DIDCommMessaging
from pydidcomm.compat.didcomm_messaging.packaging import PackagingService
from pydidcomm.compat.didcomm_messaging.resolver import PrefixResolver
from pydidcomm.compat.didcomm_messaging.resolver.peer import Peer2, Peer4
from pydidcomm.compat.didcomm_messaging.resolver.web import DIDWeb
from pydidcomm.compat.didcomm_messaging.routing import RoutingService

__all__ = [
    "JSON_OBJ",
    "JSON_VALUE",
    "Agent",
    "Attachment",
    "Callback",
    "activate_websocket",
    "fetch_relayed_messages",
    "generate_did",
    "handle_websocket",
    "send_http_message",
    "setup_default",
    "setup_relay",
    "websocket_loop",
]

JSON_OBJ: TypeAlias = dict[str, Any]
Attachment: TypeAlias = JSON_OBJ
JSON_VALUE: TypeAlias = "str | int | bool | float | JSON_OBJ | list[Any] | None"

LOG = logging.getLogger(__name__)

Agent: TypeAlias = DIDCommMessaging[AskarKey, AskarSecretKey]
Callback: TypeAlias = Callable[[JSON_OBJ], Awaitable[None]]

_MEDIATION = "https://didcomm.org/coordinate-mediation/3.0"
_PICKUP = "https://didcomm.org/messagepickup/3.0"
_QUEUE = {"uri": "didcomm:transport/queue", "accept": ["didcomm/v2"], "routingKeys": []}
_AGAIN = 5
"""The pause before reconnecting, in seconds."""


def generate_did() -> tuple[DID, tuple[Key, Key]]:
    """Create a did:peer:2 for message pickup, and return it with its signing key and its agreement key."""
    verkey, xkey = Key.generate(KeyAlg.ED25519), Key.generate(KeyAlg.X25519)
    return _did(verkey, xkey, _QUEUE), (verkey, xkey)


async def setup_default(did: DID, did_secrets: tuple[Key, Key]) -> Agent:
    """Return an agent for a DID of `generate_did`; it resolves did:peer:2, did:peer:4 and did:web."""
    verkey, xkey = did_secrets
    secrets: InMemorySecretsManager[AskarSecretKey] = InMemorySecretsManager()
    await secrets.add_secret(AskarSecretKey(verkey, f"{did}#key-1"))
    await secrets.add_secret(AskarSecretKey(xkey, f"{did}#key-2"))
    resolver = PrefixResolver({"did:peer:2": Peer2(), "did:peer:4": Peer4(), "did:web:": DIDWeb()})
    return DIDCommMessaging(AskarCryptoService(), secrets, resolver, PackagingService(), RoutingService())


async def send_http_message(dmp: Agent, my_did: DID, message: JSON_OBJ, target: DID) -> JSON_OBJ | None:
    """Send a message by POST, and return the response message; None for an empty response.

    `id`, `typ` and `return_route` are added to the message where it has none.

    Raises:
        RuntimeError: The server returned an error status.
        IndexError: The target has no HTTP endpoint.
    """
    defaults = {"id": str(uuid.uuid4()), "typ": MediaType.PLAINTEXT.value, "return_route": "all"}
    message.update({name: value for name, value in defaults.items() if not message.get(name)})
    packed = await dmp.pack(message=message, to=target, frm=my_did)
    endpoint = packed.get_endpoint("http")
    LOG.info("posting message type %s to %s", message["type"], endpoint)
    async with httpx.AsyncClient() as session:
        headers = {"Content-Type": MediaType.ENCRYPTED.value}
        answer = await session.post(endpoint, content=packed.message, headers=headers)
    LOG.debug("message ID %s: response code %s", message["id"], answer.status_code)
    if not answer.is_success:
        text = f"Destination responded with error: code={answer.status_code} message={answer.text}"
        raise RuntimeError(text)
    return (await dmp.unpack(answer.content)).message if answer.content else None


async def setup_relay(dmp: Agent, my_did: DID, relay_did: DID, verkey: Key, xkey: Key) -> DID | None:
    """Request mediation, and return a DID behind the mediator; None where the mediator denies the request.

    Raises:
        RuntimeError: The mediator sent an unexpected response.
    """
    granted = await _request(dmp, my_did, relay_did, f"{_MEDIATION}/mediate-request", {})
    if same_message_type(granted["type"], f"{_MEDIATION}/mediate-deny"):
        return None
    if not same_message_type(granted["type"], f"{_MEDIATION}/mediate-grant"):
        text = f"Unknown response type received: {granted['type']}"
        raise RuntimeError(text)
    mediator = cast("DID", granted["body"]["routing_did"][0])
    new_did = _did(verkey, xkey, {"uri": mediator, "accept": ["didcomm/v2"]})
    secrets = cast("InMemorySecretsManager[AskarSecretKey]", dmp.secrets)
    await secrets.add_secret(AskarSecretKey(verkey, f"{new_did}#key-1"))
    await secrets.add_secret(AskarSecretKey(xkey, f"{new_did}#key-2"))
    update = {"updates": [{"recipient_did": new_did, "action": "add"}]}
    await _request(dmp, my_did, mediator, f"{_MEDIATION}/recipient-update", update)
    return new_did


async def _message_callback(msg: JSON_OBJ) -> None:
    """Log the content of a basic message."""
    if same_message_type(msg["type"], "https://didcomm.org/basicmessage/2.0/message"):
        LOG.info("Got message: %s", msg["body"]["content"].replace("\n", " ").replace("\r", ""))


async def fetch_relayed_messages(
    dmp: Agent, my_did: DID, relay_did: DID, callback: Callback = _message_callback
) -> None:
    """Fetch all messages from the mediator, call back with each, and acknowledge them."""
    status = await _request(dmp, my_did, relay_did, f"{_PICKUP}/status-request", {})
    count = status["body"]["message_count"]
    if count == 0:
        return
    delivery = await _request(dmp, my_did, relay_did, f"{_PICKUP}/delivery-request", {"limit": count})
    for attachment in delivery["attachments"]:
        unpacked = await dmp.unpack(json.dumps(attachment["data"]["json"]).encode())
        await callback(unpacked.message)
    arrived = {"message_id_list": [attachment["id"] for attachment in delivery["attachments"]]}
    await _exchange(dmp, my_did, relay_did, f"{_PICKUP}/messages-received", arrived)


async def handle_websocket(
    dmp: Agent,
    relay_did: DID,
    mediator_websocket: Any,  # noqa: ANN401, what `websockets.connect` returns
    live_delivery_message: bytes,
    callback: Callback = _message_callback,
) -> None:
    """Call back with every message on the connection, except those of the mediator itself.

    A message that cannot be unpacked, and an exception of the callback, is logged.
    """
    async with mediator_websocket as websocket:
        await websocket.send(live_delivery_message)
        LOG.debug("Connected to WebSocket and requested Live Delivery.")
        while True:
            received = await websocket.recv()
            try:
                message = (await dmp.unpack(received)).message
                if not same_party(str(message.get("from")), relay_did):
                    await callback(message)
            except Exception:
                LOG.exception("Error encountered while decrypting websocket message")


@overload
async def activate_websocket(
    dmp: Agent,
    my_did: DID,
    relay_did: DID,
    callback: Callback = ...,
    create_task: Literal[False] = ...,
) -> Coroutine[Any, Any, None]: ...
@overload
async def activate_websocket(
    dmp: Agent, my_did: DID, relay_did: DID, callback: Callback, create_task: Literal[True]
) -> "asyncio.Task[None]": ...
async def activate_websocket(
    dmp: Agent,
    my_did: DID,
    relay_did: DID,
    callback: Callback = _message_callback,
    create_task: bool = False,  # noqa: FBT001, FBT002, as the original has it
) -> "Coroutine[Any, Any, None] | asyncio.Task[None]":
    """Return a coroutine or a running task that receives from the mediator; see `handle_websocket`.

    Raises:
        IndexError: The mediator has no WebSocket endpoint.
    """
    try:
        import websockets  # noqa: PLC0415, not needed over HTTP
    except ImportError as missing:
        message = "live delivery needs the package websockets: pip install websockets"
        raise ImportError(message) from missing
    plaintext = _message(my_did, relay_did, f"{_PICKUP}/live-delivery-change", {"live_delivery": True})
    packed = await dmp.pack(message=plaintext, to=relay_did, frm=my_did)
    connection = websockets.connect(uri=packed.get_endpoint("ws"))
    listening = handle_websocket(dmp, relay_did, connection, packed.message, callback)
    return asyncio.create_task(listening) if create_task else listening


async def websocket_loop(
    dmp: Agent, my_did: DID, relay_did: DID, callback: Callback = _message_callback
) -> None:
    """Receive from the mediator, and reconnect whenever the connection ends."""
    while True:
        listening = await activate_websocket(dmp, my_did, relay_did, callback)
        try:
            await listening
        except Exception:
            LOG.exception("Websocket died, re-establishing connection!")
        await asyncio.sleep(_AGAIN)


def _message(frm: DID, to: DID, message_type: str, body: Mapping[str, Any]) -> JSON_OBJ:
    return {"type": message_type, "id": str(uuid.uuid4()), "body": body, "from": frm, "to": [to]}


async def _exchange(
    dmp: Agent, frm: DID, to: DID, message_type: str, body: Mapping[str, Any]
) -> JSON_OBJ | None:
    return await send_http_message(dmp, frm, _message(frm, to, message_type, body), target=to)


async def _request(dmp: Agent, frm: DID, to: DID, message_type: str, body: Mapping[str, Any]) -> JSON_OBJ:
    answer = await _exchange(dmp, frm, to, message_type, body)
    if answer is None:
        text = f"{to} did not answer {message_type}"
        raise RuntimeError(text)
    return answer


def _did(verkey: Key, xkey: Key, endpoint: Mapping[str, Any]) -> DID:
    """Return the did:peer:2 of keys in Askar: `#key-1` signs and `#key-2` agrees, as in the original."""
    signs, agrees = AskarKey(verkey, "").native, AskarKey(xkey, "").native
    service = {"type": "DIDCommMessaging", "serviceEndpoint": endpoint}
    did = encode_public_keys(agreement=[agrees], authentication=[signs], services=[service])
    method, first, second, *rest = did.split(".")
    return cast("DID", ".".join([method, second, first, *rest]))
