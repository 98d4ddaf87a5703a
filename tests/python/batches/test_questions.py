"""Questions of many messages: how many at a time, what a failure means, and what is left behind."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any

import anyio
import pytest
import trio

from pydidcomm import (
    DIDCommMessaging,
    DidNotFoundError,
    InMemoryReplayWindow,
    Message,
    Outgoing,
    Packed,
    ReplayEntry,
    ResolversConfig,
    Secret,
    UnpackConfig,
    UnpackResult,
    sync,
)
from support.event_loops import turns
from support.parties import HELLO, Documents, Party, hello, results

if TYPE_CHECKING:
    from collections.abc import Coroutine

MANY = 300
LONG = "x" * (1 << 20)


def to_nobody(count: int) -> list[Outgoing]:
    return [Outgoing(message=hello(), to=f"did:example:{number}") for number in range(count)]


class Counting:
    """Awaits before it answers, and counts how many wait."""

    def __init__(self, slow: str | None = None, until: int = 0) -> None:
        self.waiting = self.most = self.answered = 0
        self.slow = slow
        self.until = until
        self.last = anyio.Event()

    async def resolve(self, did: str, /) -> None:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        if did == self.slow:
            with anyio.fail_after(20):
                await self.last.wait()
        else:
            await anyio.lowlevel.checkpoint()
        self.waiting -= 1
        self.answered += 1
        if self.answered == self.until:
            self.last.set()


async def test_concurrent_requests_do_not_exceed_the_limit() -> None:
    for limit in (None, 3, 1):
        resolver = Counting()
        party = (
            DIDCommMessaging(resolver=resolver)
            if limit is None
            else DIDCommMessaging(resolver=resolver, max_concurrency=limit)
        )
        entries = results(await party.pack_many(to_nobody(MANY)))
        assert {type(entry) for entry in entries} == {DidNotFoundError}
        assert resolver.most == (limit or 64)
    with pytest.raises(ValueError, match="max_concurrency"):
        DIDCommMessaging(max_concurrency=0)


async def test_a_slow_answer_does_not_delay_other_requests() -> None:
    resolver = Counting(slow="did:example:0", until=MANY - 1)
    await DIDCommMessaging(resolver=resolver, max_concurrency=2).pack_many(to_nobody(MANY))
    assert resolver.answered == MANY


async def test_other_tasks_run_while_plain_resolvers_answer() -> None:
    class Plain:
        def resolve(self, did: str, /) -> None:
            return None

    _, count = await turns(DIDCommMessaging(resolver=Plain()).pack_many(to_nobody(MANY)))
    assert count >= MANY // 64


class Flaky(Documents):
    """Fails the first time."""

    calls = 0

    def resolve(self, did: str, /) -> Any:  # noqa: ANN401, what documents have
        if did == "did:example:alice":
            self.calls += 1
            if self.calls == 1:
                raise TimeoutError(did)
        return super().resolve(did)


def flaky_batch(alice: Party, bob: Party) -> tuple[Flaky, list[str]]:
    documents = Documents(alice, bob)
    (packed,) = results(
        sync.pack_many(documents.of(alice), [Outgoing(message=hello(), to=bob.did, frm=alice.did)])
    )
    assert isinstance(packed, Packed)
    return Flaky(alice, bob), [packed.message] * (2048 + 2)


async def test_a_failure_is_the_answer_of_its_round_and_each_entry_has_its_own(
    alice: Party, bob: Party
) -> None:
    documents, batch = flaky_batch(alice, bob)
    for entries in (
        results(await DIDCommMessaging(bob.secrets, documents).unpack_many(batch)),
        results(sync.DIDCommMessaging(bob.secrets, Flaky(alice, bob)).unpack_many(batch)),
    ):
        assert [type(entry) for entry in entries[2048:]] == [UnpackResult] * 2
        failures = [entry for entry in entries if isinstance(entry, TimeoutError)]
        assert len({id(failure) for failure in failures}) == len(failures) == 2048
        assert {failure.args for failure in failures} == {("did:example:alice",)}


class Refusing:
    """A window that remembers everything, and one that fails."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def seen(self, entry: ReplayEntry, /) -> bool:
        if self.error is not None:
            raise self.error
        return True

    def forget(self, entry: ReplayEntry, /) -> None:
        return None


def in_cycles() -> list[object]:
    """What only the garbage collector frees and holds a message or a key."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return [
            one
            for one in gc.garbage
            if any(isinstance(referent, (UnpackResult, Secret)) for referent in gc.get_referents(one))
        ]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


@pytest.mark.slow
async def test_no_batch_leaves_messages_or_keys_in_reference_cycles(alice: Party, bob: Party) -> None:
    documents, batch = flaky_batch(alice, bob)
    texts = [*batch[:4], "noise"]

    class Asking:
        """Hands out keys by plain methods, and fails now and then."""

        async def get_key(self, kid: str, /) -> Any:  # noqa: ANN401
            return bob.secrets.get_key(kid)

        async def get_keys(self, kids: Any, /) -> Any:  # noqa: ANN401
            return bob.secrets.get_keys(kids)

    async def run() -> None:
        for window in (InMemoryReplayWindow(), Refusing(None), Refusing(OSError())):
            for config in (None, UnpackConfig(allowed_senders=lambda _: 1 / 0 > 0)):
                documents.calls = 0
                party = DIDCommMessaging(Asking(), documents, replay_window=window)
                entries = results(await party.unpack_many(texts, config=config))
                entries += results(await party.unpack_many(texts, config=config))
                documents.calls = 0
                entries += results([one async for one in party.unpack_each(texts, config=config)])
                assert any(isinstance(entry, Exception) for entry in entries)
                documents.calls = 0
                plain = ResolversConfig(
                    secrets_resolver=bob.secrets, did_resolver=documents, replay_window=window
                )
                also = results(sync.unpack_many(plain, texts, config))
                also += results(sync.unpack_many(plain, texts, config))
                also += results(sync.unpack_each(plain, texts, config))
                assert any(isinstance(entry, Exception) for entry in also)

    gc.collect()
    gc.disable()
    try:
        await run()
        assert in_cycles() == []
    finally:
        gc.enable()


async def test_an_answer_that_has_every_attribute_is_not_awaited(alice: Party, bob: Party) -> None:
    class Addict(dict[str, Any]):
        def __getattr__(self, name: str) -> Addict:
            return Addict()

    documents = Documents(alice, bob)

    class Answering:
        def resolve(self, did: str, /) -> Any:  # noqa: ANN401
            document = documents.resolve(did)
            return None if document is None else Addict(document)

    party = DIDCommMessaging(alice.secrets, Answering())
    assert (await party.pack(hello(), to=bob.did, frm=alice.did)).from_kid == alice.key.kid
    entries = results(await party.pack_many([Outgoing(message=hello(), to=bob.did)] * 2))
    assert [type(entry) for entry in entries] == [Packed] * 2


async def exchange() -> None:
    party = DIDCommMessaging()
    did = await party.create_peer_did()
    packed = await party.pack(Message(type=HELLO, body={"text": LONG}), to=did, frm=did)
    assert (await party.unpack(packed.message)).metadata.authenticated
    entries = results(await party.pack_many([Outgoing(message=hello(), to=did)] * 200))
    assert {type(entry) for entry in entries} == {Packed}


def by_hand(coroutine: Coroutine[Any, Any, None]) -> bool:
    """Drives a coroutine as Twisted does: what it yields is sent back at once."""
    value = None
    try:
        while True:
            value = coroutine.send(value)
    except StopIteration:
        return True


def test_work_is_done_by_the_event_loop_that_drives_the_coroutine() -> None:
    done: list[bool] = []

    async def driven_by_hand() -> None:
        ended = asyncio.Event()

        def drive() -> None:
            done.append(by_hand(exchange()))
            ended.set()

        asyncio.get_running_loop().call_soon(drive)
        await ended.wait()

    async def trio_inside() -> None:
        trio.run(exchange)

    async def asyncio_inside() -> None:
        asyncio.run(exchange())

    asyncio.run(driven_by_hand())
    assert done == [True]
    asyncio.run(trio_inside())
    trio.run(asyncio_inside)
