"""Forwards: what is stored of them and for which DID, and what is not."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from pydidcomm import Attachment, Message, short_form
from pydidcomm.mediator import Mediator
from support.mediation import HELLO, M3, P3, Wallet, mediating

pytestmark = pytest.mark.anyio
FORWARD = "https://didcomm.org/routing/2.0/forward"


async def forwarded(
    mediator: Mediator,
    sender: Wallet,
    to: str,
    *attachments: Attachment,
    **headers: Any,  # noqa: ANN401, those of a message
) -> tuple[int, bytes]:
    """The answer to an anonymous forward with these attachments."""
    message = Message(type=FORWARD, body={"next": to}, attachments=list(attachments), **headers)
    packed = await sender.party.pack(message, to=mediator.did, anonymous=True)
    reply = await mediator.receive(packed.text.encode(), sender.connection)
    return reply.status, reply.body


async def count(wallet: Wallet) -> int:
    return int((await wallet.ask(f"{P3}/status-request")).body["message_count"])


async def inner(sender: Wallet, to: str, number: int = 1) -> str:
    return (await sender.party.pack(Message(type=HELLO, body={"n": number}), to=to, frm=sender.did)).text


async def update(wallet: Wallet, did: str, action: str = "add") -> str:
    body = {"updates": [{"recipient_did": did, "action": action}]}
    return str((await wallet.ask(f"{M3}/recipient-update", body)).body["updated"][0]["result"])


@pytest.mark.spec("MFW-06", "PU3-14")
async def test_what_is_not_an_encrypted_envelope_is_refused(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        message = Message(type=HELLO, frm=alice.did, to=[bob.did])
        signed = await alice.party.pack_signed(message, sign_frm=alice.did)
        plaintext = await alice.party.pack_plaintext(message)
        for content in (signed.packed_msg, plaintext.packed_msg, "[]", '{"ciphertext":5}', "[" * 5_000):
            attached = Attachment.from_bytes(content.encode())
            assert (await forwarded(mediator, alice, bob.did, attached))[0] == 400
            # one wrong envelope leaves no other one
            both = Attachment.from_bytes((await inner(alice, bob.did)).encode()), attached
            assert (await forwarded(mediator, alice, bob.did, *both))[0] == 400
        assert await count(bob) == 0


@pytest.mark.spec("MFW-18")
async def test_a_link_is_not_followed_for_the_sender_of_a_forward(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)  # noqa: FBT003, of the socket
            url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            linked = Attachment.from_dict({"data": {"links": [url], "hash": "zQm"}})
            assert (await forwarded(mediator, alice, bob.did, linked))[0] == 400
            with pytest.raises(BlockingIOError):
                listener.accept()
        assert await count(bob) == 0


@pytest.mark.spec("MFW-13", "RRT-09")
async def test_a_forward_that_asks_for_answers_gets_the_status_alone(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        attached = Attachment.from_json_value(json.loads(await inner(alice, bob.did)))
        asked = {"return_route": "all"}
        reply = await forwarded(
            mediator, alice, bob.did, attached, please_ack=[""], custom_headers=asked, frm=alice.did
        )
        assert reply == (202, b"")
        assert await count(bob) == 1


@pytest.mark.spec("MFW-14")
async def test_forwards_to_the_mediator_itself_are_opened_up_to_a_bound(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        statuses: list[int] = []
        forward = await alice.forwarded(bob.did, {})
        for _ in range(12):
            statuses.append((await mediator.receive(forward)).status)
            attached = Attachment.from_json_value(json.loads(forward))
            message = Message(type=FORWARD, body={"next": mediator.did}, attachments=[attached])
            packed = await alice.party.pack(message, to=mediator.did, anonymous=True)
            forward = packed.text.encode()
        assert (statuses[:2], statuses[-1]) == ([202, 202], 400)
        assert await count(bob) == 1


@pytest.mark.spec("MFW-19")
async def test_an_envelope_is_delivered_byte_for_byte(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        found = json.loads(await inner(alice, bob.did))
        # spaces, the order of members and escapes that no serializer writes
        odd = json.dumps(dict(reversed(found.items())), indent=3).replace('"iv"', '"\\u0069v"').encode()
        assert (await forwarded(mediator, alice, bob.did, Attachment.from_bytes(odd)))[0] == 202
        as_json = Attachment.from_dict({"data": {"json": json.loads(await inner(alice, bob.did, 2))}})
        assert (await forwarded(mediator, alice, bob.did, as_json))[0] == 202
        delivery = await bob.ask(f"{P3}/delivery-request", {"limit": 9})
        assert next(each.content() for each in delivery.attachments or ()) == odd
        assert await bob.contents(delivery) == [{"n": 1}, {"n": 2}]


@pytest.mark.spec("MFW-04", "CM2-14")
@pytest.mark.parametrize("registered", ["long", "short"])
async def test_a_forward_names_a_did_in_either_form_or_one_of_its_keys(
    registered: str, tmp_path: Path
) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        long = await bob.party.create_peer_did(method=4)
        short = short_form(long)
        key = f"did:key:{bob.did.split('.')[1][1:]}"
        await bob.enroll(bob.did, key, long if registered == "long" else short)
        names = [short, long, f"{short}#key-1", f"{long}#key-1", f"{bob.did}#key-1", key, f"{key}#any"]
        for number, name in enumerate(names, 1):
            attached = Attachment.from_json_value(json.loads(await inner(alice, bob.did, number)))
            assert (await forwarded(mediator, alice, name, attached))[0] == 202
            assert await count(bob) == number


@pytest.mark.spec("CMX-07", "CMX-16")
async def test_the_first_registration_wins_until_the_did_proves_itself(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob, carol = [await Wallet.new(mediator) for _ in range(3)]
        await bob.enroll(bob.did, carol.did)
        other = await Wallet.new(mediator)
        await other.enroll()
        assert await update(other, carol.did) == "client_error"
        await alice.forward(carol.did, {"n": 1})
        assert (await count(bob), await count(other)) == (1, 0)
        await carol.ask(f"{M3}/mediate-request")
        await alice.forward(carol.did, {"n": 2})
        assert (await count(bob), await count(carol)) == (1, 1)
        assert await update(bob, carol.did) == "client_error"
        listed = (await bob.ask(f"{M3}/recipient-query")).body["dids"]
        assert listed == [{"recipient_did": bob.did}]


@pytest.mark.spec("CMX-09")
async def test_a_removed_did_is_not_routed_and_its_queue_stays(tmp_path: Path) -> None:
    async with mediating(tmp_path, reveal_unknown=True) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        assert (await alice.forward(bob.did, {"n": 1})).status == 202
        assert await update(bob, bob.did, "remove") == "success"
        assert (await alice.forward(bob.did, {"n": 2})).status == 404
        delivery = await bob.ask(f"{P3}/delivery-request", {"limit": 9})
        assert await bob.contents(delivery) == [{"n": 1}]
