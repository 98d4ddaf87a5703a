"""The store of a mediator in PostgreSQL: the public suite, several processes, a server that goes away."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress

import pytest

from pydidcomm import DIDCommError, DIDCommMessaging
from pydidcomm.mediator import Action, Arrival, Limits, Mediator, Onward, Placement, RouteChange
from pydidcomm.mediator.postgres import PostgresMediatorStore
from pydidcomm.mediator.testing import CHECKS
from support import postgres
from support.relaying import RemoteParty, Scripted, service, until
from support.relaying import running as relaying

NOW = 1_700_000_000.0
BOB = "did:example:bob"
SECONDS = 20.0

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", ["asyncio"]),
    pytest.mark.skipif(postgres.binaries() is None, reason="PostgreSQL is not installed: make system"),
]


@pytest.fixture(scope="module")
def running() -> Iterator[postgres.Postgres]:
    with postgres.server() as server:
        yield server


@pytest.fixture
def url(running: postgres.Postgres) -> str:
    return running.database()


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresMediatorStore]:
    async with await PostgresMediatorStore.open(url) as opened:
        yield opened


async def registered(store: PostgresMediatorStore, *dids: str) -> None:
    for did in dids or (BOB,):
        recipient = await store.grant(did, NOW)
        await store.change_routes(recipient, [RouteChange(did, Action.ADD)], NOW)


@pytest.mark.spec("QUE-02")
@pytest.mark.parametrize("name", CHECKS)
async def test_the_postgresql_store_passes_the_public_suite(name: str, store: PostgresMediatorStore) -> None:
    await CHECKS[name](store)


@pytest.mark.parametrize(
    ("password", "database", "reason"),
    [("", "_missing", "does not exist"), ("wrong", "", "password authentication failed")],
)
async def test_a_database_that_refuses_is_an_os_error_with_its_reason(
    url: str, password: str, database: str, reason: str
) -> None:
    other = url.replace("@", f"{password}@") + database
    with pytest.raises(OSError, match=f"^PostgreSQL refuses the connection of the store: .*{reason}"):
        await PostgresMediatorStore.open(other)


async def test_a_next_that_the_database_cannot_store_fails_alone(url: str) -> None:
    async with await PostgresMediatorStore.open(url) as store:
        await registered(store)
        placed = await asyncio.gather(
            *(store.place(Arrival(next=name, envelope=b"{}", at=NOW)) for name in ("did:example:\0", BOB))
        )
        assert [each.outcome for each in placed] == [Placement.UNKNOWN, Placement.STORED]


async def test_a_full_queue_refuses_also_within_one_group(url: str) -> None:
    async with await PostgresMediatorStore.open(url, limits=Limits(messages=3)) as store:
        await registered(store)
        placed = await asyncio.gather(
            *(store.place(Arrival(next=BOB, envelope=bytes([each]), at=NOW)) for each in range(10))
        )
        assert sorted(each.outcome for each in placed) == [Placement.FULL] * 7 + [Placement.STORED] * 3


@pytest.mark.spec("QUE-11", "QUE-12", "QUE-15")
async def test_two_processes_keep_order_and_counters_under_concurrent_writes(url: str) -> None:
    dids = [f"did:example:{number}" for number in range(5)]
    async with (
        await PostgresMediatorStore.open(url) as one,
        await PostgresMediatorStore.open(url) as other,
    ):
        await registered(one, *dids)

        async def write(store: PostgresMediatorStore, name: str) -> None:
            for number in range(40):
                did = dids[number % len(dids)]
                arrival = Arrival(next=did, envelope=f"{name} {number:03}".encode(), at=NOW)
                assert (await store.place(arrival)).outcome is Placement.STORED

        await asyncio.gather(*(write(store, f"{n}") for n, store in enumerate((one, other) * 4)))
        for did in dids:
            recipient = await other.grant(did, NOW)
            found = await other.deliver(recipient, count=1_000, size=1 << 20, at=NOW)
            assert len(found) == 64
            for name in range(8):
                mine = [each.envelope for each in found if each.envelope.startswith(f"{name} ".encode())]
                assert mine == sorted(mine)
            status = await one.status(recipient)
            assert (status.count, status.bytes) == (64, sum(len(each.envelope) for each in found))


@pytest.mark.spec("LIVE-14")
async def test_an_arrival_wakes_another_process(url: str) -> None:
    async with (
        await PostgresMediatorStore.open(url) as one,
        await PostgresMediatorStore.open(url) as other,
    ):
        await registered(one)
        bob = await one.grant(BOB, NOW)
        notified: asyncio.Queue[int] = asyncio.Queue()
        watcher = asyncio.create_task(other.watch(notified.put_nowait, lambda: None))
        try:
            async with asyncio.timeout(SECONDS):
                number = 0
                while notified.empty():
                    await one.place(Arrival(next=BOB, envelope=str(number).encode(), at=NOW))
                    number += 1
                    await asyncio.sleep(0.05)
                assert await notified.get() == bob.id
        finally:
            watcher.cancel()


@pytest.mark.spec("LIVE-14")
async def test_a_rotation_reaches_another_process(url: str) -> None:
    async with (
        await PostgresMediatorStore.open(url) as one,
        await PostgresMediatorStore.open(url) as other,
    ):
        await registered(one, "did:example:0")
        notified = asyncio.Event()
        watcher = asyncio.create_task(other.watch(lambda _: None, notified.set))
        try:
            async with asyncio.timeout(SECONDS):
                number = 0
                while not notified.is_set():
                    assert await one.move(f"did:example:{number}", f"did:example:{number + 1}", NOW)
                    number += 1
                    await asyncio.sleep(0.05)
            assert [each.did for each in await other.moves(0)][:1] == ["did:example:1"]
        finally:
            watcher.cancel()


async def test_a_restarted_server_loses_nothing_and_the_store_recovers(
    running: postgres.Postgres, url: str
) -> None:
    async with await PostgresMediatorStore.open(url) as store:
        await registered(store)
        await store.place(Arrival(next=BOB, envelope=b"before", at=NOW))
        running.stop()
        failed = await asyncio.gather(
            *(store.place(Arrival(next=BOB, envelope=bytes([each]), at=NOW)) for each in range(3)),
            return_exceptions=True,
        )
        assert all(isinstance(each, Exception) for each in failed)
        running.start()
        assert (await store.place(Arrival(next=BOB, envelope=b"after", at=NOW))).outcome is Placement.STORED
        found = await store.deliver(await store.grant(BOB, NOW), count=9, size=1 << 20, at=NOW)
        assert [each.envelope for each in found] == [b"before", b"after"]


async def test_a_server_that_ends_before_a_notice_is_sent_leaves_no_failed_task(
    running: postgres.Postgres, url: str
) -> None:
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    async with await PostgresMediatorStore.open(url) as store:
        await registered(store)
        assert (await store.place(Arrival(next=BOB, envelope=b"1", at=NOW))).outcome is Placement.STORED
        # the loop stands still meanwhile, so the notice leaves after the end of the server
        running.stop()
        await asyncio.sleep(0.1)
        running.start()
        assert (await store.place(Arrival(next=BOB, envelope=b"2", at=NOW))).outcome is Placement.STORED
        gc.collect()
    assert failures == []


async def test_tables_of_a_newer_version_are_refused(url: str) -> None:
    async with await PostgresMediatorStore.open(url) as store:
        await store.check()
    import asyncpg  # noqa: PLC0415

    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE schema_version SET version = 99")
    await connection.close()
    with pytest.raises(ValueError, match=r"version 99 of its tables.*run the newer pydidcomm"):
        await PostgresMediatorStore.open(url)


@pytest.mark.spec("MFW-10")
async def test_two_mediators_on_one_database_hand_each_message_on_once_and_in_order(url: str) -> None:
    sender, lanes, count = Scripted(), 4, 10
    parties = [await RemoteParty.at(service("https://away.example/")) for _ in range(lanes)]
    onward = Onward(sender=sender, hosts=None, pause=0.02)
    async with AsyncExitStack() as stack:
        made: list[Mediator] = []
        for _ in range(2):
            own = DIDCommMessaging()
            did = await own.create_peer_did()
            store = await PostgresMediatorStore.open(url)
            mediator = Mediator(own, did, store, base_url="https://m.example/", onward=onward)
            stack.push_async_callback(mediator.aclose)
            made.append(mediator)
        for mediator in made:
            await stack.enter_async_context(relaying(mediator))
        for number in range(count):
            for party in parties:
                assert await party.forward(made[number % 2], number) == 202
        await until(lambda: len(sender.sent) >= lanes * count)
    numbers: dict[str, list[int]] = {}
    for _, text in sender.sent:
        for party in parties:
            with suppress(DIDCommError):
                numbers.setdefault(party.did, []).append(await party.number(text))
    assert list(numbers.values()) == [list(range(count))] * lanes
