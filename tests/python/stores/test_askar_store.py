"""The store in an Askar store: the public suite, what a file shows, versions, and a server that restarts."""

from __future__ import annotations

import asyncio
import json
import stat
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import anyio
import aries_askar as askar
import pytest

from pydidcomm import DIDCommMessaging
from pydidcomm.protocols import Thread
from pydidcomm.secrets import SecretsLockedError
from pydidcomm.secrets.askar import AskarSecrets
from pydidcomm.stores import (
    Done,
    Incoming,
    OutboxItem,
    Record,
    Relationship,
    Store,
    StoreConflictError,
    StoreUnavailableError,
    StoreVersionError,
)
from pydidcomm.stores.askar import AskarStore
from pydidcomm.stores.testing import CHECKS, REOPENING_CHECKS
from support import postgres

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

RAW_KEY = AskarStore.generate_raw_key()
NOW = 1_700_000_000


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return postgres.location(request, tmp_path / "wallet.db")


@pytest.mark.parametrize("name", CHECKS)
async def test_the_askar_store_passes_the_public_suite(name: str, location: str) -> None:
    async with AskarStore.open(location, raw_key=RAW_KEY) as store:
        assert isinstance(store, Store)
        await CHECKS[name](store)


@pytest.mark.parametrize("name", REOPENING_CHECKS)
async def test_the_askar_store_has_everything_when_it_is_opened_again(name: str, location: str) -> None:
    async def open_store() -> Store:
        return await AskarStore.open(location, raw_key=RAW_KEY).__aenter__()

    await REOPENING_CHECKS[name](open_store)


async def fill(store: AskarStore, peer: str) -> None:
    """Put the marks into every part of a store."""
    await DIDCommMessaging(secrets=store.secrets).create_peer_did()
    incoming = Incoming(key=f"{peer} secret-key", lane=f"secret-lane {peer}", received=b"secret-body", at=NOW)
    await store.accept(incoming)
    message = OutboxItem(id="secret-id", lane="secret-lane", to=peer, message=b"secret-message")
    thread = Thread(
        peer=peer, protocol="secret-protocol", thid="secret-thid", role="secret-role", state="secret-state"
    )
    await store.commit(
        Done(
            threads=(thread,),
            relationships=(
                Relationship(id="secret-id", ours="did:example:ours", theirs=peer, label="secret"),
            ),
            outbox=(message,),
            records=(Record(kind="secret-kind", key="secret-record", value=b"secret-value"),),
            at=NOW,
        )
    )


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def test_what_waits_in_a_queue_that_was_empty_before_is_found_when_later_messages_are_done(
    tmp_path: Path,
) -> None:
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:

        async def accept(number: int) -> None:
            await store.accept(Incoming(key=f"{number}", lane=f"{number}", received=b"body", at=NOW))

        async def handle(number: int) -> None:
            await accept(number)
            await store.commit(Done(inbox_key=f"{number}", at=NOW))

        # an entry of the queue has 64 places: the last ones of the first are taken after it was empty
        async with anyio.create_task_group() as tasks:
            for number in range(1, 60):
                tasks.start_soon(handle, number)
        for number in range(60, 64):
            await accept(number)
        for number in range(64, 67):
            await handle(number)
        waiting = [item.key for item in await store.waiting(NOW)]
    assert waiting == ["60", "61", "62", "63"]


async def test_the_file_shows_no_key_did_id_or_text(tmp_path: Path) -> None:
    peer = "did:example:the-peer"
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
        await fill(store, peer)
        kids = await store.secrets.kids()
        marks = [b"secret", b"did:example", b"the-peer", kids[0].encode(), kids[0].split("#")[0].encode()]
        # what was committed may be in the write-ahead log alone
        while_open = contents(tmp_path)
    closed = contents(tmp_path)
    for text in (while_open, closed):
        assert b"SQLite" in text
        # encrypted, and in the encodings that are used inside
        for mark in marks:
            for form in (mark, b64encode(mark)[: len(mark)], mark.hex().encode()):
                assert form not in text
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
        found = await store.find("did:example:ours", peer)
        assert found is not None
        assert found.label == "secret"


async def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
        await fill(store, "did:example:bob")
        found = modes(tmp_path)
        assert set(found) >= {"alice.db", "alice.db-wal"}
        assert set(found.values()) == {0o600}


async def test_another_key_does_not_open_the_store(tmp_path: Path) -> None:
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY):
        pass
    with pytest.raises(SecretsLockedError, match="raw_key"):
        await AskarStore.open(tmp_path / "alice.db", raw_key=AskarStore.generate_raw_key()).__aenter__()
    with pytest.raises(StoreUnavailableError, match="create=True"):
        await AskarStore.open(tmp_path / "none.db", raw_key=RAW_KEY, create=False).__aenter__()


async def test_a_closed_store_is_unavailable(tmp_path: Path) -> None:
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:
        pass
    with pytest.raises(StoreUnavailableError, match="closed"):
        await store.waiting(NOW)


def write_schema(path: Path, version: int) -> None:
    """Write the version with Askar's own functions, as another release of the library would."""

    async def write() -> None:
        opened: Any = await askar.Store.open(f"sqlite://{path}", "raw", RAW_KEY)
        async with opened.transaction() as session:
            value = json.dumps({"version": version})
            await session.replace("agent", "schema", value)
            await session.commit()
        await opened.close()

    asyncio.run(write())


async def test_a_store_of_a_newer_version_is_refused_with_the_next_step(tmp_path: Path) -> None:
    path = tmp_path / "alice.db"
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        await fill(store, "did:example:bob")
    await anyio.to_thread.run_sync(write_schema, path, 99)
    with pytest.raises(
        StoreVersionError, match=r"version 99, and this program reads up to 1: upgrade"
    ) as caught:
        await AskarStore.open(path, raw_key=RAW_KEY).__aenter__()
    assert (caught.value.found, caught.value.known) == (99, 1)
    # nothing was changed: the program that wrote it opens it as before
    await anyio.to_thread.run_sync(write_schema, path, 1)
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        assert len(await store.waiting(NOW)) == 1


async def test_a_store_of_an_older_version_is_brought_to_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "alice.db"
    async with AskarSecrets.open(path, raw_key=RAW_KEY) as keys:
        did = await DIDCommMessaging(secrets=keys).create_peer_did()
    # a store of secrets becomes one of an agent, and its keys stay
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        assert await store.secrets.get_key(f"{did}#key-1") is not None
        await fill(store, "did:example:bob")
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        assert len(await store.waiting(NOW)) == 1


async def test_profiles_are_stores_of_their_own(location: str) -> None:
    async with (
        AskarStore.open(location, raw_key=RAW_KEY, profile="alice") as alice,
        AskarStore.open(location, raw_key=RAW_KEY, profile="bob") as bob,
    ):
        await fill(alice, "did:example:bob")
        assert len(await alice.waiting(NOW)) == 1
        assert len(await bob.waiting(NOW)) == 0
        assert await bob.find("did:example:ours", "did:example:bob") is None


async def test_of_two_stores_on_one_database_one_commits_a_message(location: str) -> None:
    async with (
        AskarStore.open(location, raw_key=RAW_KEY) as one,
        AskarStore.open(location, raw_key=RAW_KEY) as other,
    ):
        outcomes: list[bool] = []

        async def handle(store: AskarStore, key: str) -> None:
            outbox = (OutboxItem(id=f"{key} of {id(store)}", lane=key, to="did:example:bob", message=b""),)
            try:
                await store.commit(Done(inbox_key=key, outbox=outbox, at=NOW))
            except StoreConflictError:
                outcomes.append(False)
            else:
                outcomes.append(True)

        for number in range(20):
            await one.accept(Incoming(key=f"{number}", lane=f"{number}", received=b"", at=NOW))
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                for store in (one, other):
                    tasks.start_soon(handle, store, f"{number}")
        assert sorted(outcomes) == [False] * 20 + [True] * 20
        assert len(await one.due(NOW)) == len(await other.due(NOW)) == 20


async def test_calls_go_on_after_the_server_was_restarted(database: postgres.Postgres) -> None:
    async with AskarStore.open(database.url(), raw_key=RAW_KEY) as store:
        await fill(store, "did:example:bob")
        for number in range(3):
            database.stop()
            database.start()
            assert len(await store.waiting(NOW)) == number + 1
            key = f"{number}"
            assert await store.accept(Incoming(key=key, lane=key, received=b"", at=NOW))
            assert not await store.accept(Incoming(key=key, lane=key, received=b"", at=NOW))


async def test_a_verb_whose_caller_is_cancelled_disturbs_no_other(location: str) -> None:
    async with AskarStore.open(location, raw_key=RAW_KEY) as store:
        for number in range(10):
            with anyio.move_on_after(0):
                await store.accept(Incoming(key=f"c{number}", lane="c", received=b"", at=NOW))
            assert await store.accept(Incoming(key=f"m{number}", lane="m", received=b"", at=NOW))
        found = [item.key for item in await store.waiting(NOW) if item.lane == "m"]
        assert found == [f"m{number}" for number in range(10)]


def nested(levels: int) -> dict[str, Any]:
    """An object that is nested more deeply than JSON is written."""
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("data", [{"a": object()}, nested(100_000)], ids=["object", "deep"])
async def test_a_value_that_is_not_json_stores_nothing_and_disturbs_no_other(
    data: dict[str, Any], tmp_path: Path
) -> None:
    thread = Thread(peer="p", protocol="x", thid="t", role="r", state="s", data=data)
    record = Record(kind="k", key="1", value=b"")
    async with AskarStore.open(tmp_path / "alice.db", raw_key=RAW_KEY) as store:

        async def fail() -> None:
            with pytest.raises((TypeError, RecursionError), match=r"JSON|recursion"):
                await store.commit(Done(threads=(thread,), records=(record,), at=NOW))

        async with anyio.create_task_group() as tasks:
            for number in range(5):
                tasks.start_soon(store.accept, Incoming(key=f"{number}", lane="l", received=b"", at=NOW))
                tasks.start_soon(fail)
        assert await store.record("k", "1") is None
        assert len(await store.waiting(NOW)) == 5


async def test_what_is_assumed_to_be_new_and_removed_in_one_transaction_is_read(tmp_path: Path) -> None:
    path = tmp_path / "alice.db"
    first, again, next_one = [Incoming(key=key, lane="l", received=b"", at=NOW) for key in ("1", "1", "2")]
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        await store.accept(first)
        await store.commit(Done(inbox_key="1", at=NOW))
    # none of it is in the cache, which is valid after the first write
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        await store.commit(Done(records=(Record(kind="k", key="1", value=b""),)))
        async with anyio.create_task_group() as tasks:
            # the others come during its transaction, and share the next one
            tasks.start_soon(store.commit, Done(records=(Record(kind="k", key="2", value=b""),)))
            tasks.start_soon(store.accept, again)
            tasks.start_soon(store.forget_before, NOW + 1)
        await store.accept(next_one)
        waiting = [item.key for item in await store.waiting(NOW)]
        # trio runs tasks in any order: what was forgotten before is new
        assert waiting in (["2"], ["1", "2"])
        for key in waiting:
            await store.commit(Done(inbox_key=key, at=NOW))


async def test_a_lane_that_is_emptied_while_a_message_arrives_is_read(tmp_path: Path) -> None:
    path = tmp_path / "alice.db"

    def incoming(key: str) -> Incoming:
        return Incoming(key=key, lane="l", received=b"", at=NOW)

    def outgoing(id_: str) -> Done:
        item = OutboxItem(id=id_, lane="l", to="did:example:bob", message=b"{}")
        return Done(outbox=(item,), at=NOW)

    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        await store.accept(incoming("1"))
        await store.commit(outgoing("1"))
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        await store.commit(Done(records=(Record(kind="k", key="1", value=b""),)))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(store.commit, Done(records=(Record(kind="k", key="2", value=b""),)))
            tasks.start_soon(store.accept, incoming("2"))
            tasks.start_soon(store.park, "1", "Error")
            tasks.start_soon(store.commit, outgoing("2"))
            tasks.start_soon(store.settle, "1", "sent")
    async with AskarStore.open(path, raw_key=RAW_KEY) as store:
        await store.commit(Done(inbox_key="2", at=NOW))
        await store.commit(outgoing("3"))
        await store.settle("2", "sent")
        assert [item.id for item in await store.due(NOW)] == ["3"]
