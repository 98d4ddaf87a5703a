"""Messages that are never acknowledged: their deliveries, and what takes them out of the queue."""

from pathlib import Path
from typing import Any

import anyio
import pytest

from pydidcomm.mediator import Action, Arrival, Limits, MediatorStore, RouteChange, SqliteMediatorStore
from pydidcomm.mediator.metrics import PrometheusMetrics
from support.mediation import P3, P4, Wallet, mediating
from support.mediator_command import called, initialized, lines
from support.mediator_stores import KINDS, Share

BOB = "did:example:bob"
CAROL = "did:example:carol"
# the command compares with the time of the system
NOW = 2_000_000_000.0


async def filled(store: MediatorStore, did: str = BOB, count: int = 3) -> list[int]:
    """The numbers of messages that were delivered once."""
    recipient = await store.grant(did, NOW)
    await store.change_routes(recipient, [RouteChange(did, Action.ADD)], NOW)
    for number in range(count):
        await store.place(Arrival(next=did, envelope=str(number).encode(), at=NOW))
    found = await store.deliver(recipient, count=9, size=1 << 20, at=NOW)
    await store.check()
    return [each.seq for each in found]


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("kind", KINDS)
async def test_a_message_leaves_the_queue_by_its_last_delivery_and_no_other(kind: str, share: Share) -> None:
    opened = share(kind, limits=Limits(deliveries=2))
    async with await opened() as store, await opened() as other:
        await filled(store)
        bob = await store.grant(BOB, NOW)
        assert await store.parked.count() == 0
        # the deliveries of all processes count
        second = await other.deliver(bob, count=1, size=1 << 20, at=NOW)
        await other.check()
        assert [each.envelope for each in second] == [b"0"]
        rest = await store.deliver(bob, count=9, size=1 << 20, at=NOW, after=second[0].seq)
        assert [each.envelope for each in rest] == [b"1", b"2"]
        await store.check()
        assert await other.deliver(bob, count=9, size=1 << 20, at=NOW) == []
        assert (await other.parked.count(), (await other.status(bob)).count) == (3, 0)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize("kind", KINDS)
async def test_parked_messages_of_one_recipient_are_bounded_and_the_others_stay_in_the_queue(
    kind: str, share: Share
) -> None:
    opened = share(kind, limits=Limits(messages=3, deliveries=2))
    async with await opened() as store:
        first = await filled(store)
        await filled(store, CAROL)
        assert await store.parked.park(first[:2], NOW) == 2
        bob = await store.grant(BOB, NOW)
        for envelope in (b"3", b"4"):
            await store.place(Arrival(next=BOB, envelope=envelope, at=NOW))
        # the oldest has its last delivery, and the others have no room among the parked
        for _ in range(3):
            await store.deliver(bob, count=9, size=1 << 20, at=NOW)
            await store.check()
        assert ((await store.status(bob)).count, len(await store.parked.messages(9))) == (2, 3)
        # the queue takes what it has room for
        assert await store.parked.restore([each.number for each in await store.parked.messages(9)]) == 1
        assert await store.parked.park([*range(1, 100)], NOW) == 4


@pytest.mark.anyio
@pytest.mark.spec("PU3-31")
async def test_a_poison_message_in_front_of_the_queue_makes_room_for_the_others(tmp_path: Path) -> None:
    limits = Limits(deliveries=3)
    async with mediating(tmp_path, limits=limits) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        for number in range(2):
            await alice.forward(bob.did, {"n": number})
        ids: list[str | None] = []
        for _ in range(3):
            delivery = await bob.ask(f"{P3}/delivery-request", {"limit": 1})
            assert await bob.contents(delivery) == [{"n": 0}]
            ids = [each.id for each in delivery.attachments or ()]
        delivery = await bob.ask(f"{P3}/delivery-request", {"limit": 1})
        assert await bob.contents(delivery) == [{"n": 1}]
        # an acknowledgment that comes late is one
        async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
            assert await store.parked.count() == 1
            await bob.ask(f"{P3}/messages-received", {"message_id_list": ids})
            assert await store.parked.count() == 0


@pytest.mark.anyio
@pytest.mark.spec("LIVE-15")
async def test_a_restored_message_is_pushed_to_a_live_session(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator, SqliteMediatorStore(tmp_path / "mediator.db") as store:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        pushed = await bob.go_live(P4)
        await alice.forward(bob.did, {"n": 1})
        await mediator.push(bob.connection)
        # the count of the delivery is written before what follows
        assert await mediator.ready()
        numbers = [each.number for each in await store.parked.delivered(9)]
        assert await store.parked.park(numbers, NOW) == 1
        assert await store.parked.restore(numbers) == 1
        await mediator.push(bob.connection)
        bodies = [await bob.contents((await bob.party.unpack(text)).message) for text in pushed]
        assert bodies == [[{"n": 1}], [{"n": 1}]]


@pytest.mark.anyio
async def test_the_number_of_parked_messages_is_a_metric(tmp_path: Path) -> None:
    metrics = PrometheusMetrics()
    async with mediating(tmp_path, metrics=metrics) as mediator:
        async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
            assert await store.parked.park(await filled(store), NOW) == 3
        async with anyio.create_task_group() as group:
            group.start_soon(mediator.run)
            with anyio.fail_after(20):
                while b"pydidcomm_mediator_parked 3.0" not in metrics.text():  # noqa: ASYNC110, of the mediator
                    await anyio.sleep(0.01)
            group.cancel_scope.cancel()


def stored(folder: Path) -> None:
    async def fill() -> None:
        async with SqliteMediatorStore(folder / "mediator.db") as store:
            await filled(store)
            await filled(store, CAROL, 1)
            bob = await store.grant(BOB, NOW)
            await store.deliver(bob, count=1, size=1 << 20, at=NOW)

    anyio.run(fill)


def test_the_operator_lists_parks_restores_and_deletes_by_command(tmp_path: Path) -> None:
    initialized(tmp_path)
    stored(tmp_path)
    rows: dict[str, Any] = {each["did"]: each for each in lines(tmp_path, "queue")}
    assert (rows[BOB]["messages"], rows[BOB]["unacknowledged"], rows[BOB]["deliveries"]) == (3, 3, 2)
    found = lines(tmp_path, "queue", "--of", BOB)
    assert [each["deliveries"] for each in found] == [2, 1, 1]
    number = str(found[0]["number"])
    assert lines(tmp_path, ("parked", "add"), "--deliveries", "2") == [{"parked": 1}]
    assert lines(tmp_path, ("parked", "add"), str(found[1]["number"])) == [{"parked": 1}]
    assert lines(tmp_path, ("parked", "add"), "--deliveries", "1", "--of", CAROL) == [{"parked": 1}]
    (status,) = lines(tmp_path, "status")
    assert (status["messages"], status["parked"], status["unacknowledged"]) == (1, 3, 1)
    assert [each["did"] for each in lines(tmp_path, ("parked", "list"), "--of", CAROL)] == [CAROL]
    assert lines(tmp_path, ("parked", "restore"), number) == [{"restored": 1}]
    assert lines(tmp_path, ("parked", "restore"), number) == [{"restored": 0}]
    assert lines(tmp_path, ("parked", "delete"), "--of", CAROL) == [{"deleted": 1}]
    rows = {each["did"]: each for each in lines(tmp_path, "queue")}
    assert {did: (row["messages"], row["parked"]) for did, row in rows.items()} == {BOB: (2, 1)}
    listed = called(tmp_path, ("parked", "list")).stdout.split()
    assert listed[-1] == BOB
    for wrong in (("parked", "delete"), ("parked", "restore", "1", "--of", BOB), ("parked", "add")):
        assert called(tmp_path, wrong).exit_code == 2, wrong


def test_one_delivery_does_not_park_a_message() -> None:
    with pytest.raises(ValueError, match="`deliveries` must be 0 or at least 2, got 1"):
        Limits(deliveries=1)
