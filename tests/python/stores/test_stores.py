"""The public suite, run against every store, on each event loop."""

from __future__ import annotations

import pickle
import time
from typing import TYPE_CHECKING

import pytest

from pydidcomm import InMemorySecrets, Secret
from pydidcomm.protocols import DONE, Thread
from pydidcomm.stores import (
    Done,
    Incoming,
    MemoryStore,
    OutboxItem,
    Record,
    Relationship,
    Store,
    StoreConflictError,
    StoreVersionError,
)
from pydidcomm.stores.testing import CHECKS, suite

if TYPE_CHECKING:
    from pydidcomm.stores import Page

pytestmark = pytest.mark.anyio

HOUR = 3_600


@pytest.mark.parametrize("name", CHECKS)
async def test_the_store_in_memory_passes_the_public_suite(name: str) -> None:
    store = MemoryStore()
    assert isinstance(store, Store)
    await CHECKS[name](store)


class Broken(MemoryStore):
    """A store of a program, with a fault."""

    async def relationships(self, after: str | None = None, limit: int = 100) -> Page[Relationship]:
        return await super().relationships(after, limit + 1)

    async def record(self, kind: str, key: str) -> Record | None:
        return await super().record(kind, key)


async def test_the_suite_names_the_rule_that_a_store_breaks() -> None:
    async def make_store() -> Store:
        return Broken()

    with pytest.raises(AssertionError, match="at most `limit` items") as caught:
        await suite(make_store)
    assert caught.value.__notes__ == ["in the check 'relationships'"]


async def test_what_is_committed_without_a_time_is_of_now_and_kept_from_then_on() -> None:
    store, now = MemoryStore(), int(time.time())
    sent = OutboxItem(id="one", lane="bob", to="did:example:bob", message=b"{}", state="sent")
    over = Thread(peer="r", protocol="p", thid="t", role="sender", state=DONE)
    await store.commit(Done(outbox=(sent,), threads=(over,)))
    assert await store.forget_before(now) == 0
    assert await store.forget_before(now + HOUR) == 2


async def test_a_store_in_memory_has_the_secrets_that_were_given_or_its_own() -> None:
    secrets = InMemorySecrets()
    assert MemoryStore(secrets).secrets is secrets
    store = MemoryStore()
    store.secrets.add_key(Secret.generate("X25519", kid="did:example:bob#1"))
    assert store.secrets.kids() == ["did:example:bob#1"]


async def test_threads_wake_in_the_order_of_their_deadlines() -> None:
    store = MemoryStore()
    threads = tuple(
        Thread(peer="r", protocol="p", thid=str(at), role="sender", state="waiting", wake_at=at)
        for at in (30, 10, 20, 40)
    )
    await store.commit(Done(threads=threads, at=1))
    assert [thread.wake_at for thread in await store.wakes(35)] == [10, 20, 30]
    assert [thread.wake_at for thread in await store.wakes(35, 1)] == [10]


async def test_a_kind_without_records_has_an_empty_page() -> None:
    assert list(await MemoryStore().records("nothing")) == []


async def test_a_conflict_names_the_state_of_the_message() -> None:
    store = MemoryStore()
    with pytest.raises(StoreConflictError, match="the message is not in the inbox"):
        await store.commit(Done(inbox_key="one", at=1))
    await store.accept(Incoming(key="one", lane="bob", received=b"{}", at=1))
    await store.commit(Done(inbox_key="one", at=1))
    with pytest.raises(StoreConflictError, match="the message is done"):
        await store.commit(Done(inbox_key="one", at=1))


def test_an_error_of_a_store_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(StoreVersionError(3, 2)))  # noqa: S301, our own
    assert (error.found, error.known, str(error)) == (3, 2, str(StoreVersionError(3, 2)))
