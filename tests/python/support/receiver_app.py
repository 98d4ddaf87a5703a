"""A receiver for servers to run: it answers messages, and writes its DID and what it receives to files."""

from __future__ import annotations

import os
from pathlib import Path

import anyio

from pydidcomm import DIDCommMessaging, Message, Packed, UnpackResult, sync
from pydidcomm.transports.receiver import receiver
from pydidcomm.transports.wsgi import wsgi_receiver

FOLDER = Path(os.environ["RECEIVER_FOLDER"])
PARTY = sync.DIDCommMessaging()
DID = PARTY.create_peer_did()
PARTY_ASYNC = DIDCommMessaging(PARTY.secrets, PARTY.resolver)


def note(received: UnpackResult) -> Message:
    with (FOLDER / "received").open("a") as file:
        file.write(f"{received.sender} {received.message.body}\n")
    return Message(type="https://example.org/greeting/1.0/answer", thid=received.message.id)


async def handler(received: UnpackResult) -> Packed | None:
    await anyio.sleep(received.message.body.get("seconds", 0))
    answer = note(received)
    return None if received.sender is None else await PARTY_ASYNC.pack(answer, to=received.sender, frm=DID)


def plain_handler(received: UnpackResult) -> Packed | None:
    answer = note(received)
    return None if received.sender is None else PARTY.pack(answer, to=received.sender, frm=DID)


app = receiver(PARTY_ASYNC, handler)
wsgi = wsgi_receiver(PARTY, plain_handler)
(FOLDER / "did").write_text(DID)
