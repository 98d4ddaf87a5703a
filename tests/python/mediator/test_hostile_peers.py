"""What a hostile peer sends to a mediator: an answer without a fault, and no harm to other recipients."""

import json
from pathlib import Path
from typing import Any

import pytest

from pydidcomm import Attachment, DIDCommMessaging, Message
from pydidcomm.mediator import Arrival, Mediator, Placed, SqliteMediatorStore
from support.mediation import HELLO, M2, M3, P3, P4, URL, Wallet, mediating
from support.relaying import service

pytestmark = pytest.mark.anyio
WHOLE = (-1, 0, 2**63, 2**64)
TEXTS = ("", "\0", "x" * 10_000)
NESTED: tuple[Any, ...] = ([], [[]], [{}], [None], {}, {"a": []}, ["\0"], [2**70])
VALUES: tuple[Any, ...] = (None, True, 1.5, *WHOLE, *TEXTS, *NESTED)
MEMBERS = {
    f"{M2}/mediate-request": ("goal",),
    f"{M2}/keylist-update": ("updates",),
    f"{M2}/keylist-query": ("paginate",),
    f"{M3}/recipient-update": ("updates",),
    f"{M3}/recipient-query": ("paginate",),
    f"{P3}/status-request": ("recipient_did", "recipient_key"),
    f"{P3}/delivery-request": ("limit", "recipient_did"),
    f"{P3}/messages-received": ("message_id_list",),
    f"{P3}/live-delivery-change": ("live_delivery",),
    f"{P4}/delivery-request": ("message_count_limit", "recipient_did"),
    f"{P4}/messages-received": ("message_id_list",),
}


@pytest.mark.spec("CMX-15")
@pytest.mark.parametrize("kind", MEMBERS)
async def test_a_member_of_a_wrong_type_gets_an_answer_and_never_a_fault(kind: str, tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()
        for member in MEMBERS[kind]:
            for value in VALUES:
                reply = await bob.send(kind, {"limit": 1, "message_count_limit": 1, member: value})
                assert reply.status in {200, 202}, (member, value, reply)


@pytest.mark.spec("CMX-15")
async def test_updates_with_members_of_wrong_types_are_client_errors(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()
        entries = [{"recipient_did": "did:example:a", "action": each} for each in VALUES]
        entries += [{"recipient_did": each, "action": "add"} for each in (*VALUES, "did:example:\0")]
        updated = (await bob.ask(f"{M3}/recipient-update", {"updates": entries})).body["updated"]
        assert {each["result"] for each in updated} == {"client_error"}


async def test_a_page_far_past_the_end_is_empty(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()
        listed = await bob.ask(f"{M3}/recipient-query", {"paginate": {"limit": 1, "offset": 2**64}})
        assert listed.body["dids"] == []


async def test_the_key_of_a_registered_did_is_not_registered_by_another(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob, mallory = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        await mallory.enroll()
        for part in bob.did.split(".")[1:3]:
            updates = [{"recipient_did": f"did:key:{part[1:]}", "action": "add"}]
            answer = await mallory.ask(f"{M3}/recipient-update", {"updates": updates})
            assert answer.body["updated"][0]["result"] == "client_error"


@pytest.mark.spec("CMX-17")
async def test_a_key_in_the_document_of_another_party_is_that_of_the_party_that_proves_it(
    tmp_path: Path,
) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob, mallory = [await Wallet.new(mediator) for _ in range(3)]
        # a did:peer:2 has a key of agreement, `E`, and one of signatures, `V`
        keys = [next(part for part in did.split(".") if part[0] == "E") for did in (bob.did, mallory.did)]
        await mallory.enroll(f"did:peer:2.{keys[0]}.{keys[1]}")
        name = f"did:key:{keys[0][1:]}"
        await bob.enroll()
        await alice.forward(bob.did, {"n": 1}, next=name)
        assert (await mallory.ask(f"{P3}/status-request")).body["message_count"] == 0
        delivery = await bob.ask(f"{P3}/delivery-request", {"limit": 9, "recipient_did": name})
        assert await bob.contents(delivery) == [{"n": 1}]
        await mallory.enroll(f"did:peer:2.{keys[1]}.{keys[0]}")
        await alice.forward(bob.did, {"n": 2}, next=name)
        assert (await mallory.ask(f"{P3}/status-request")).body["message_count"] == 0


async def test_a_forward_with_more_envelopes_than_the_bound_is_not_accepted(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob, carol = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        inner = [await carol.party.pack(Message(type=HELLO, body={"n": n}), to=bob.did) for n in range(33)]
        forward = Message(
            type="https://didcomm.org/routing/2.0/forward",
            body={"next": bob.did},
            attachments=[Attachment.from_json_value(json.loads(each.text)) for each in inner],
        )
        packed = await carol.party.pack(forward, to=mediator.did, anonymous=True)
        reply = await mediator.receive(packed.text.encode())
        count = (await bob.ask(f"{P3}/status-request")).body["message_count"]
        assert (reply.status, count) in {(202, 33), (413, 0)}


@pytest.mark.parametrize(
    "member",
    [
        b"1e999",
        b"NaN",
        b"[" * 5_000,
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b'"\\ud800"',
        b"1" * 5_000,
    ],
)
async def test_an_envelope_with_odd_json_leaves_the_queue_readable(member: bytes, tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob, carol = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        forward = Message(
            type="https://didcomm.org/routing/2.0/forward",
            body={"next": bob.did},
            attachments=[Attachment.from_bytes(b'{"protected":"","ciphertext":"","a":%s}' % member)],
        )
        packed = await carol.party.pack(forward, to=mediator.did, anonymous=True)
        await mediator.receive(packed.text.encode())
        await carol.forward(bob.did, {"n": 1})
        reply = await bob.send(f"{P3}/delivery-request", {"limit": 10, "recipient_key": bob.did})
        assert reply.status == 200, reply
        assert json.dumps((await bob.read(reply)).body)


class BrokenStore(SqliteMediatorStore):
    """Fails as the driver of another database does: with an exception of its own."""

    async def place(self, arrival: Arrival) -> Placed:
        message = f"no place for {arrival.next}"
        raise LookupError(message)


@pytest.mark.spec("MFW-03")
async def test_an_exception_of_a_database_driver_is_answered_with_503(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        party, store = DIDCommMessaging(), BrokenStore(tmp_path / "broken.db")
        did = await party.create_peer_did(service_endpoint=URL)
        broken = Mediator(party, did, store, base_url=URL)
        bob = await Wallet.new(mediator)
        bob.mediator = broken
        assert (await bob.forward(bob.did, {})).status == 503
        await broken.aclose()


@pytest.mark.spec("RRT-02", "RRT-03")
@pytest.mark.parametrize("key", ["did:example:nowhere#key", "not a DID", "did:key:zzz"])
async def test_a_sender_whose_document_leads_nowhere_is_answered_on_the_connection_alone(
    key: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator, services=[service("https://bob.example/", key)])
        plain = await bob.party.create_peer_did()
        await bob.enroll(plain)
        pushed = await bob.go_live(P3)
        alice = await Wallet.new(mediator)
        assert (await alice.forward(plain, {"n": 1})).status == 202
        await mediator.push(bob.connection)
        assert len(pushed) == 1
        # another connection, and no return_route: no way back
        reply = await mediator.receive((await bob.pack(f"{P3}/status-request", custom_headers={})).encode())
        assert (reply.status, reply.body) == (202, b"")
    assert not [each for each in caplog.records if each.name == "pydidcomm.mediator"]


@pytest.mark.parametrize("start", ["did:example:", "did:peer:4zQm", "did:key:z"])
async def test_a_did_that_no_forward_can_name_is_not_registered(start: str, tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()
        for length, result in ((16_384, "success"), (16_385, "client_error")):
            updates = [{"recipient_did": start.ljust(length, "2"), "action": "add"}]
            answer = await bob.ask(f"{M3}/recipient-update", {"updates": updates})
            assert answer.body["updated"][0]["result"] == result
