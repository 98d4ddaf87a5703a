"""Message pickup: what is counted, delivered and bounded, in both versions; answers on a connection."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from pydidcomm.mediator import SqliteMediatorStore
from pydidcomm.mediator.connection import Connection
from support.mediation import P3, P4, Clock, Wallet, mediating, pushed_live, two_queues

pytestmark = pytest.mark.anyio
SECONDS = 20.0


async def deliver(wallet: Wallet, piuri: str, limit: object, **body: object) -> Any:  # noqa: ANN401, a message
    member = "limit" if piuri == P3 else "message_count_limit"
    return await wallet.ask(f"{piuri}/delivery-request", {member: limit, **body})


@pytest.mark.spec("PU3-05")
async def test_a_status_has_the_bytes_and_times_of_the_queue(tmp_path: Path) -> None:
    clock = Clock()
    async with mediating(tmp_path, clock=clock) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        empty = (await bob.ask(f"{P3}/status-request")).body
        assert empty == {"message_count": 0, "total_bytes": 0, "live_delivery": False}
        began = int(clock.now)
        for number in range(3):
            await alice.forward(bob.did, {"n": number})
            clock.now += 10
        status = (await bob.ask(f"{P3}/status-request")).body
        delivery = await deliver(bob, P3, 9)
        assert status == {
            "message_count": 3,
            "total_bytes": sum(len(each.content()) for each in delivery.attachments),
            "live_delivery": False,
            "oldest_received_time": began,
            "newest_received_time": began + 20,
            "longest_waited_seconds": 30,
        }


@pytest.mark.spec("PU3-07", "PU4-12")
@pytest.mark.parametrize("piuri", [P3, P4])
async def test_a_status_is_never_in_the_queue(piuri: str, tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        await alice.forward(bob.did, {"n": 1})
        silent = await bob.send(f"{piuri}/status-request", custom_headers={})
        assert (silent.status, silent.body) == (202, b"")
        assert (await bob.ask(f"{piuri}/status-request")).body["message_count"] == 1
        assert await bob.contents(await deliver(bob, piuri, 9)) == [{"n": 1}]


@pytest.mark.spec("PU4-12")
async def test_dids_have_queues_of_their_own_in_4_0(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob, other, carol = await two_queues(mediator)
        delivery = await deliver(bob, P4, 9, recipient_did=other)
        assert delivery.body == {"recipient_did": other}
        assert await bob.contents(delivery) == [{"n": 1}]
        status = await bob.ask(f"{P4}/status-request", {"recipient_did": bob.did})
        assert (status.body["message_count"], status.body["recipient_did"]) == (1, bob.did)
        foreign = await deliver(carol, P4, 9, recipient_did=other)
        assert (foreign.type, foreign.body["code"]) == (f"{P4}/problem-report", "e.m.msg.unknown-recipient")


@pytest.mark.spec("PU3-08")
@pytest.mark.parametrize("piuri", [P3, P4])
@pytest.mark.parametrize("limit", [None, 0, -1, "ten", True, 1.5])
async def test_a_limit_that_is_not_a_positive_integer_is_a_problem(
    limit: object, piuri: str, tmp_path: Path
) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()
        assert (await deliver(bob, piuri, limit)).body["code"] == "e.m.msg.invalid-body"


@pytest.mark.spec("PU4-06")
@pytest.mark.parametrize("piuri", [P3, P4])
async def test_a_delivery_has_no_more_envelopes_than_the_limit(piuri: str, tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        for number in range(5):
            await alice.forward(bob.did, {"n": number})
        for limit, found in ((2, 2), (10, 5), (2**40, 5)):
            assert len((await deliver(bob, piuri, limit)).attachments) == found


@pytest.mark.spec("PU3-33")
async def test_a_delivery_is_bounded_in_bytes_and_the_rest_comes_next(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        for number in range(10):
            await alice.forward(bob.did, {"n": number, "x": "x" * 400_000})
        found: list[int] = []
        for _ in range(2):
            delivery = await deliver(bob, P3, 10)
            assert sum(len(each.content()) for each in delivery.attachments) <= 4 * 1_048_576
            found += [each["n"] for each in await bob.contents(delivery)]
            ids = [each.id for each in delivery.attachments]
            await bob.ask(f"{P3}/messages-received", {"message_id_list": ids})
        assert found == list(range(10))


@pytest.mark.spec("PU4-14")
async def test_names_are_compared_without_punctuation_and_versions_with_it(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob = await Wallet.new(mediator)
        await bob.enroll()
        names = {"messagepickup/4.0": P4, "message-pickup/3.0": P3, "Message_Pickup/4.1": P4}
        for name, piuri in names.items():
            status = await bob.ask(f"https://didcomm.org/{name}/status-request")
            assert status.type == f"{piuri}/status"


@pytest.mark.spec("PU4-08", "LIVE-10")
async def test_what_was_pushed_and_not_acknowledged_is_delivered_on_request(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob, pushed = await pushed_live(mediator)
        first = (await bob.party.unpack(pushed[0])).message
        again = await deliver(bob, P4, 9)
        assert [each.id for each in again.attachments] == [each.id for each in first.attachments or ()]


@pytest.mark.spec("LIVE-18")
async def test_what_arrives_while_live_mode_begins_is_counted_or_pushed(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        forwards = [await alice.forwarded(bob.did, {"n": number}) for number in range(120)]
        found: set[int] = set()
        for start in range(0, len(forwards), 12):
            pushed: list[str] = []

            async def write(text: str, pushed: list[str] = pushed) -> None:
                pushed.append(text)

            bob.connection = Connection(write)

            async def arrive(begin: int = start) -> None:
                for each in forwards[begin : begin + 12]:
                    await mediator.receive(each)

            counted = 0
            async with anyio.create_task_group() as group:
                group.start_soon(arrive)
                on = await bob.ask(f"{P3}/live-delivery-change", {"live_delivery": True})
                counted = on.body["message_count"]
            # one drain of what was counted, and then pushes alone
            drained = await deliver(bob, P3, counted or 1)
            await mediator.push(bob.connection)
            deliveries = [(await bob.party.unpack(each)).message for each in pushed]
            if drained.attachments:
                deliveries.append(drained)
            for each in deliveries:
                found |= {body["n"] for body in await bob.contents(each)}
                ids = [attached.id for attached in each.attachments or ()]
                await bob.ask(f"{P3}/messages-received", {"message_id_list": ids})
            assert found == set(range(start + 12))
            mediator.disconnected(bob.connection)


@pytest.mark.spec("MFW-17")
async def test_a_live_session_is_woken_without_a_notice_of_the_other_process(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator, mediating(tmp_path) as other:
        alice, bob = await Wallet.new(other), await Wallet.new(mediator)
        await bob.enroll()
        woken = anyio.Event()

        async def write(text: str) -> None:
            raise NotImplementedError(text)

        bob.connection = Connection(write, lambda: woken.set())  # noqa: PLW0108, it changes
        await bob.ask(f"{P4}/live-delivery-change", {"live_delivery": True})
        woken = anyio.Event()
        assert (await alice.forward(bob.did, {})).status == 202
        async with anyio.create_task_group() as group:
            group.start_soon(mediator.run)
            with anyio.fail_after(SECONDS):
                await woken.wait()
            group.cancel_scope.cancel()


@pytest.mark.spec("RRT-04", "EXT-02")
async def test_return_route_thread_is_for_answers_of_that_thread(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob, carol = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        for thread, status in (("ask", 200), ("ASK", 200), ("other", 202), (5, 202), (None, 202)):
            headers = {"return_route": "thread", "return_route_thread": thread}
            headers = {name: value for name, value in headers.items() if value is not None}
            # carol has no grant: her answer is a report about the thread
            for wallet in (bob, carol):
                reply = await wallet.send(f"{P4}/status-request", id="ask", custom_headers=headers)
                assert (reply.status, bool(reply.body)) == (status, status == 200)


@pytest.mark.spec("RRT-10", "RRT-03")
async def test_dids_on_one_connection_have_answers_each_for_itself(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        bob, carol, dave = [await Wallet.new(mediator) for _ in range(3)]

        async def write(text: str) -> None:
            raise NotImplementedError(text)

        shared = Connection(write)
        for wallet in (bob, carol, dave):
            wallet.connection = shared
        for wallet in (bob, carol):
            assert (await wallet.send(f"{P4}/status-request")).status == 200
        # the header of one DID is not that of another
        for wallet, status in ((bob, 200), (carol, 200), (dave, 202)):
            reply = await wallet.send(f"{P4}/status-request", custom_headers={})
            assert reply.status == status


@pytest.mark.spec("PU3-31")
async def test_the_operator_sees_deliveries_that_were_not_acknowledged(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob, carol = [await Wallet.new(mediator) for _ in range(3)]
        for wallet in (bob, carol):
            await wallet.enroll()
            await alice.forward(wallet.did, {})
        for _ in range(10):
            await deliver(bob, P3, 1)
        # the count of a delivery is written before what follows it at the same process
        assert await mediator.ready()
        async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
            assert sorted(each.deliveries for each in await store.longest(2)) == [0, 10]
