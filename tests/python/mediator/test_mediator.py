"""The mediator by its envelopes: coordination, forwards, pickup and live mode, without a socket."""

import sys
from pathlib import Path
from typing import Any

import pytest

from pydidcomm import DIDCommMessaging, LocalResolver, Message
from pydidcomm.mediator import AllowList, Closed, Limits, SqliteMediatorStore
from pydidcomm.mediator.connection import Connection
from support.mediation import HELLO, M2, M3, P3, P4, Clock, Wallet, mediating, two_queues

pytestmark = pytest.mark.anyio


@pytest.mark.spec("CM2-02", "CM2-04", "CM3-02", "CM3-03", "CM3-10", "CMX-04", "CMX-10")
@pytest.mark.parametrize("piuri", [M2, M3])
async def test_a_request_is_granted_again_and_again_in_its_own_version(piuri: str, tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        for _ in range(2):
            grant = await bob.ask(f"{piuri}/mediate-request", id="ask")
            assert (grant.type, grant.thid) == (f"{piuri}/mediate-grant", "ask")
            routing = grant.body["routing_did"]
            assert routing == (mediator.did if piuri == M2 else [mediator.did])


@pytest.mark.spec("CM2-08", "CM2-11", "CM2-13", "CM3-06", "CM3-07", "CM3-09", "CMX-18")
async def test_dids_added_under_one_version_are_listed_under_the_other(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob, carol = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.ask(f"{M2}/mediate-request")
        updates = [
            {"recipient_did": bob.did, "action": "add"},
            {"recipient_did": bob.did, "action": "add"},
            {"recipient_did": mediator.did, "action": "add"},
            {"recipient_did": "no DID", "action": "add"},
            {"recipient_did": bob.did, "action": "rename"},
        ]
        updated = (await bob.ask(f"{M2}/keylist-update", {"updates": updates})).body["updated"]
        results = ["success", "no_change", "client_error", "client_error", "client_error"]
        assert updated == [{**each, "result": result} for each, result in zip(updates, results, strict=True)]
        listed = await bob.ask(f"{M3}/recipient-query")
        assert listed.type == f"{M3}/recipient"
        assert listed.body == {"dids": [{"recipient_did": bob.did}]}
        await carol.enroll()
        assert (await carol.ask(f"{M2}/keylist-query")).body == {"keys": [{"recipient_did": carol.did}]}


async def test_updates_past_the_bound_of_a_request_are_server_errors(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.ask(f"{M3}/mediate-request")
        updates = [{"recipient_did": f"did:example:{number}", "action": "remove"} for number in range(1_001)]
        updated = (await bob.ask(f"{M3}/recipient-update", {"updates": updates})).body["updated"]
        assert [each["result"] for each in updated] == ["no_change"] * 1_000 + ["server_error"]


@pytest.mark.spec("CM2-12", "CM3-08")
async def test_a_page_of_dids_says_how_many_remain(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll(*(f"did:example:{number}" for number in range(5)))
        page = await bob.ask(f"{M3}/recipient-query", {"paginate": {"limit": 2, "offset": 1}})
        assert page.body["pagination"] == {"count": 2, "offset": 1, "remaining": 2}
        report = await bob.ask(f"{M3}/recipient-query", {"paginate": {"limit": -1}}, id="wrong")
        assert (report.body["code"], report.pthid) == ("e.m.msg.invalid-body", "wrong")


@pytest.mark.spec("CMX-06", "PU3-23", "PU3-26")
async def test_without_a_grant_nothing_is_registered_or_read(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        requests: list[tuple[str, Any]] = [
            (f"{M3}/recipient-update", {"updates": []}),
            (f"{P3}/status-request", {}),
            (f"{P3}/delivery-request", {"limit": 1}),
            (f"{P3}/messages-received", {"message_id_list": []}),
        ]
        for kind, body in requests:
            report = await bob.ask(kind, body, id="ask")
            assert (report.body["code"], report.pthid) == ("e.p.req.not-enrolled", "ask")


@pytest.mark.spec("CMX-11", "QUE-06")
async def test_a_closed_mediator_denies_and_an_allow_list_admits_who_is_on_it(tmp_path: Path) -> None:
    async with mediating(tmp_path, name="closed.db", admission=Closed()) as mediator:
        bob = await Wallet.new(mediator)
        assert (await bob.ask(f"{M3}/mediate-request")).type == f"{M3}/mediate-deny"
    async with mediating(tmp_path, name="some.db", admission=AllowList(invitations={"token"})) as mediator:
        bob, carol = await Wallet.new(mediator), await Wallet.new(mediator)
        assert (await bob.ask(f"{M3}/mediate-request")).type == f"{M3}/mediate-deny"
        assert (await carol.ask(f"{M3}/mediate-request", pthid="token")).type == f"{M3}/mediate-grant"
        assert (await carol.ask(f"{M3}/mediate-request")).type == f"{M3}/mediate-grant"


@pytest.mark.spec("CMX-03", "RRT-02", "RRT-05", "RRT-07", "MHT-02", "MHT-09")
async def test_answers_go_back_only_where_a_proved_sender_asks_for_them(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        silent = await bob.send(f"{M3}/mediate-request", custom_headers={})
        assert (silent.status, silent.body) == (202, b"")
        loud = await bob.send(f"{M3}/mediate-request")
        assert (loud.status, loud.media_type) == (200, "application/didcomm-encrypted+json")
        message = Message(type=f"{M3}/mediate-request", custom_headers={"return_route": "all"})
        anonymous = await bob.party.pack(message, to=mediator.did, anonymous=True)
        assert (await mediator.receive(anonymous.text.encode(), Connection())).status == 400
        assert (await mediator.receive(b"{}")).body == (await mediator.receive(b"nothing")).body


@pytest.mark.spec("RRT-14")
async def test_a_client_without_endpoint_is_answered_by_option(tmp_path: Path) -> None:
    async with mediating(tmp_path, reply_when_unreachable=True) as mediator:
        bob = await Wallet.new(mediator)
        assert (await bob.send(f"{M3}/mediate-request", custom_headers={})).status == 200
        carol = await Wallet.new(mediator, service_endpoint="https://carol.example/")
        assert (await carol.send(f"{M3}/mediate-request", custom_headers={})).status == 202


@pytest.mark.spec(
    "MFW-01", "MFW-05", "PU3-03", "PU3-04", "PU3-09", "PU3-12", "PU3-13", "PU3-18", "PU3-19", "PU3-22"
)
async def test_forwards_are_picked_up_in_order_and_stay_until_they_are_acknowledged(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        for number in range(3):
            assert (await alice.forward(bob.did, {"n": number})).status == 202
        status = await bob.ask(f"{P3}/status-request", {"recipient_did": bob.did})
        assert status.body["message_count"] == 3
        assert status.body["recipient_did"] == bob.did
        delivery = await bob.ask(f"{P3}/delivery-request", {"limit": 2}, id="ask")
        assert (delivery.type, delivery.thid, delivery.body) == (f"{P3}/delivery", "ask", {})
        assert await bob.contents(delivery) == [{"n": 0}, {"n": 1}]
        ids = [each.id for each in delivery.attachments or ()]
        again = await bob.ask(f"{P4}/delivery-request", {"message_count_limit": 3})
        assert [each.id for each in again.attachments or ()][:2] == ids
        status = await bob.ask(f"{P3}/messages-received", {"message_id_list": ids})
        assert (status.type, status.body["message_count"]) == (f"{P3}/status", 1)


@pytest.mark.spec("PU3-11", "PU3-20", "PU4-03", "PU4-04", "PU4-05", "PU4-13", "PU4-10")
async def test_an_empty_queue_is_a_status_in_3_0_and_an_empty_delivery_in_4_0(tmp_path: Path) -> None:
    clock = Clock()
    async with mediating(tmp_path, clock=clock) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        empty = await bob.ask(f"{P3}/delivery-request", {"limit": 2})
        assert (empty.type, empty.body["message_count"]) == (f"{P3}/status", 0)
        empty = await bob.ask(f"{P4}/delivery-request", {"message_count_limit": 2})
        assert (empty.type, empty.attachments or ()) == (f"{P4}/delivery", ())
        await alice.forward(bob.did, {})
        clock.now += 60
        old = (await bob.ask(f"{P3}/status-request")).body
        new = await bob.ask(f"{P4}/status-request", id="ask")
        assert new.thid == "ask"
        assert old["longest_waited_seconds"] == 60
        assert "longest_waited_seconds" not in new.body
        assert new.body["oldest_received_time"] == 1_000 * old["oldest_received_time"] == 1_800_000_000_000
        silent = await bob.send(f"{P4}/messages-received", {"message_id_list": ["unknown"]})
        assert silent.status == 202


@pytest.mark.spec("PU3-06", "PU3-10", "PU3-21", "PU3-32", "CMX-08")
async def test_requests_about_one_did_concern_only_dids_of_the_sender(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob, other, carol = await two_queues(mediator)
        delivery = await bob.ask(f"{P3}/delivery-request", {"limit": 9, "recipient_did": other})
        assert delivery.body == {"recipient_did": other}
        assert await bob.contents(delivery) == [{"n": 1}]
        document = LocalResolver().resolve(bob.did)
        assert document is not None
        key = document.key_agreement[0]
        by_key = await bob.ask(f"{P3}/delivery-request", {"limit": 9, "recipient_key": key})
        assert [each.data.keys() for each in by_key.attachments or ()] == [{"json"}]
        foreign = await carol.ask(f"{P3}/status-request", {"recipient_did": bob.did})
        unknown = await carol.ask(f"{P3}/status-request", {"recipient_did": "did:example:none"})
        assert foreign.body == unknown.body
        assert foreign.body["code"] == "e.m.msg.unknown-recipient"


@pytest.mark.spec("CM2-06", "MFW-07")
async def test_a_forward_for_an_unknown_did_is_answered_like_any_other(tmp_path: Path) -> None:
    async with mediating(tmp_path, name="a.db") as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.ask(f"{M3}/mediate-request")
        assert (await alice.forward(bob.did, {})).status == 202
        await bob.enroll()
        assert (await bob.ask(f"{P3}/status-request")).body["message_count"] == 0
    async with mediating(tmp_path, name="b.db", reveal_unknown=True) as mediator:
        alice = await Wallet.new(mediator)
        bob = await Wallet.new(mediator)
        assert (await alice.forward(bob.did, {})).status == 404


@pytest.mark.spec("QUE-01", "MFW-15", "PU3-30")
async def test_a_full_queue_refuses_and_the_same_forward_is_stored_once(tmp_path: Path) -> None:
    async with mediating(tmp_path, limits=Limits(messages=1)) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        forward = await alice.forwarded(bob.did, {})
        assert (await mediator.receive(forward)).status == 202
        assert (await mediator.receive(forward)).status == 202
        assert (await alice.forward(bob.did, {})).status == 507
        assert (await bob.ask(f"{P3}/status-request")).body["message_count"] == 1


@pytest.mark.spec("MFW-08")
async def test_an_expired_forward_is_taken_and_dropped(tmp_path: Path) -> None:
    clock = Clock()
    async with mediating(tmp_path, clock=clock) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        assert (await alice.forward(bob.did, {}, expires_time=int(clock.now) - 1)).status == 202
        assert (await bob.ask(f"{P3}/status-request")).body["message_count"] == 0


@pytest.mark.spec("CMX-12")
async def test_grant_routes_and_queue_follow_a_proved_rotation(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        await alice.forward(bob.did, {"n": 1})
        new = await bob.party.create_peer_did()
        message = Message(type=f"{P3}/status-request", custom_headers={"return_route": "all"})
        packed = await bob.party.rotate(to=mediator.did, old=bob.did, new=new, message=message)
        status = await bob.read(await mediator.receive(packed.message.encode(), Connection()))
        assert status.body["message_count"] == 1
        assert (await bob.ask(f"{P3}/status-request")).body["code"] == "e.p.req.not-enrolled"


@pytest.mark.spec("LIVE-03", "LIVE-04", "PU4-11")
async def test_live_mode_over_http_is_refused(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()
        old = await bob.ask(f"{P3}/live-delivery-change", {"live_delivery": True}, id="a")
        assert old.type == "https://didcomm.org/report-problem/2.0/problem-report"
        assert (old.body["code"], old.pthid) == ("e.m.live-mode-not-supported", "a")
        new = await bob.ask(f"{P4}/live-delivery-change", {"live_delivery": "true"})
        assert new.type == f"{P4}/problem-report"


@pytest.mark.spec(
    "LIVE-02",
    "LIVE-05",
    "LIVE-06",
    "LIVE-07",
    "LIVE-08",
    "LIVE-10",
    "LIVE-11",
    "LIVE-13",
    "LIVE-19",
    "MFW-16",
)
async def test_live_mode_pushes_what_arrives_later_to_each_connection(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        pushed: list[list[str]] = [[], []]
        sockets: list[Connection] = []
        for number in range(2):

            async def write(text: str, number: int = number) -> None:
                pushed[number].append(text)

            sockets.append(Connection(write))
        await alice.forward(bob.did, {"n": 0})
        for socket in sockets:
            bob.connection = socket
            await mediator.push(socket)
            status = await bob.ask(f"{P3}/live-delivery-change", {"live_delivery": True})
            assert (status.body["live_delivery"], status.body["message_count"]) == (True, 1)
        await mediator.push(sockets[0])
        assert pushed == [[], []]
        await alice.forward(bob.did, {"n": 1})
        for socket in sockets:
            await mediator.push(socket)
        for texts in pushed:
            delivery = (await bob.party.unpack(texts[0])).message
            assert (len(texts), delivery.type) == (1, f"{P3}/delivery")
            assert await bob.contents(delivery) == [{"n": 1}]
        bob.connection = Connection()
        assert (await bob.ask(f"{P3}/status-request")).body["live_delivery"] is False
        mediator.disconnected(sockets[0])
        await alice.forward(bob.did, {"n": 2})
        for socket in sockets:
            await mediator.push(socket)
        assert [len(texts) for texts in pushed] == [1, 2]
        delivery = await bob.ask(f"{P3}/delivery-request", {"limit": 9})
        assert await bob.contents(delivery) == [{"n": 0}, {"n": 1}, {"n": 2}]


async def in_live_mode(bob: Wallet) -> list[str]:
    """The list of what is pushed to a wallet that is in live mode from here on."""
    pushed: list[str] = []

    async def write(text: str) -> None:
        pushed.append(text)

    bob.connection = Connection(write)
    await bob.ask(f"{P4}/live-delivery-change", {"live_delivery": True})
    return pushed


@pytest.mark.spec("LIVE-15")
async def test_a_live_client_that_acknowledges_nothing_gets_a_bounded_number(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        pushed = await in_live_mode(bob)
        for number in range(40):
            await alice.forward(bob.did, {"n": number})
        await mediator.push(bob.connection)
        await mediator.push(bob.connection)
        assert len(pushed) == 32
        first = (await bob.party.unpack(pushed[0])).message
        await bob.send(
            f"{P4}/messages-received",
            {"message_id_list": [next(each.id for each in first.attachments or ())]},
        )
        await mediator.push(bob.connection)
        assert len(pushed) == 33


@pytest.mark.spec("LIVE-14")
async def test_an_acknowledgment_to_another_process_makes_room_in_a_live_session(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        pushed = await in_live_mode(bob)
        for number in range(33):
            await alice.forward(bob.did, {"n": number})
        await mediator.push(bob.connection)
        assert len(pushed) == 32
        ids = [
            each.id or ""
            for text in pushed
            for each in (await bob.party.unpack(text)).message.attachments or ()
        ]
        # the other process has the same file
        async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
            recipient = await store.recipient(bob.did)
            assert recipient is not None
            assert await store.acknowledge(recipient, ids, 1_800_000_000.0) == 32
        await mediator.push(bob.connection)
        assert len(pushed) == 33


@pytest.mark.spec("PING-01")
async def test_a_ping_is_answered_and_an_unknown_type_is_reported(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        pong = await bob.ask("https://didcomm.org/trust-ping/2.0/ping", {"response_requested": True})
        assert pong.type == "https://didcomm.org/trust-ping/2.0/ping-response"
        report = await bob.ask(HELLO, id="ask")
        assert (report.pthid, report.body["code"]) == ("ask", "e.m.msg.unsupported")
        reply = await bob.send("https://didcomm.org/report-problem/2.0/problem-report", {"code": "e.m.x"})
        assert reply.status == 202


@pytest.mark.spec("CM2-01", "CM3-01", "PU3-01", "PU4-01")
async def test_discovery_discloses_the_versions_and_the_role(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        queries = [{"feature-type": "protocol", "match": "*"}]
        answer = await bob.ask("https://didcomm.org/discover-features/2.0/queries", {"queries": queries})
        found = {each["id"]: each["roles"] for each in answer.body["disclosures"]}
        assert {piuri: found.get(piuri) for piuri in (M2, M3, P3, P4)} == {
            piuri: ["mediator"] for piuri in (M2, M3, P3, P4)
        }


async def test_two_mediators_in_a_row_carry_a_message(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()
        routed = await bob.party.create_peer_did(service_endpoint=mediator.did)
        await bob.ask(f"{M3}/recipient-update", {"updates": [{"recipient_did": routed, "action": "add"}]})
        alice = DIDCommMessaging()
        frm = await alice.create_peer_did()
        packed = await alice.pack(Message(type=HELLO, body={"n": 7}), to=routed, frm=frm)
        assert (await mediator.receive(packed.deliveries[0].text.encode())).status == 202
        assert await bob.contents(await bob.ask(f"{P3}/delivery-request", {"limit": 9})) == [{"n": 7}]


class Leaving(Closed):
    """Calls `sys.exit()`."""

    async def admits(self, did: str, pthid: str | None) -> bool:
        sys.exit(f"{did} {pthid}")


async def test_a_policy_that_calls_exit_lets_the_client_try_again(tmp_path: Path) -> None:
    async with mediating(tmp_path, admission=Leaving()) as mediator:
        bob = await Wallet.new(mediator)
        assert (await bob.send(f"{M3}/mediate-request")).status == 503
        assert (await bob.send("https://didcomm.org/trust-ping/2.0/ping")).status == 200
