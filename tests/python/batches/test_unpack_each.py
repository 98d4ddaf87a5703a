"""Messages that are unpacked as they arrive: in order, with a limit on what is on its way."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import (
    DIDCommMessaging,
    DidNotFoundError,
    InMemoryReplayWindow,
    MalformedMessageError,
    Outcome,
    PolicyError,
    ReplayedMessageError,
    UnpackConfig,
    sync,
    unpack_each,
)
from support.parties import Party, hello, results

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from support.parties import Documents

pytestmark = pytest.mark.anyio

NOISE = "noise"


class Slow:
    """Answers for most DIDs after a turn of the loop, and for some when it is let."""

    def __init__(self, documents: Documents, *available: str) -> None:
        self.documents = documents
        self.available = available
        self.let = anyio.Event()
        self.requests: list[str] = []
        self.waiting = self.most = self.cancelled = 0

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401
        self.requests.append(did)
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await anyio.lowlevel.checkpoint()
            if did in self.available:
                await self.let.wait()
        except BaseException:
            self.cancelled += 1
            raise
        finally:
            self.waiting -= 1
        return self.documents.resolve(did)


class Queue:
    """Hands out messages, and counts how many were read."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.read = 0

    async def __aiter__(self) -> AsyncIterator[str]:
        for text in self.texts:
            await anyio.lowlevel.checkpoint()
            self.read += 1
            yield text


@pytest.fixture
def packed(alice: Party, bob: Party, carol: Party, documents: Documents) -> list[str]:
    """Ten messages: all of Alice, but the fourth, which is of Carol."""
    senders = [alice] * 10
    senders[3] = carol
    return [
        sync.DIDCommMessaging(sender.secrets, documents)
        .pack(hello(id=str(place)), to=bob.did, frm=sender.did)
        .text
        for place, sender in enumerate(senders)
    ]


def ids(outcomes: list[Outcome[Any]]) -> list[str]:
    return [type(one).__name__ if isinstance(one, Exception) else one.message.id for one in results(outcomes)]


@pytest.mark.parametrize("at_once", [1, 2, 64])
@pytest.mark.parametrize("awaited", [False, True])
async def test_outcomes_come_in_the_order_of_the_messages(
    bob: Party, documents: Documents, packed: list[str], at_once: int, *, awaited: bool
) -> None:
    messages = [packed[0], NOISE, *packed[1:]]
    party = DIDCommMessaging(bob.secrets, Slow(documents))
    source: Any = Queue(*messages) if awaited else messages
    each = [outcome async for outcome in party.unpack_each(source, at_once=at_once)]
    expected = ["0", MalformedMessageError.__name__, *map(str, range(1, 10))]
    assert ids(each) == expected
    assert ids(await party.unpack_many(messages)) == expected
    assert ids([one async for one in unpack_each(party.resolvers_config, messages)]) == expected
    plain = sync.DIDCommMessaging(bob.secrets, documents)
    assert ids(list(plain.unpack_each(messages, at_once=at_once))) == expected


async def test_messages_read_ahead_do_not_exceed_the_limit(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    resolver = Slow(documents, "did:example:carol")
    queue = Queue(*packed)
    party = DIDCommMessaging(bob.secrets, resolver)
    handled = 0
    async with aclosing(party.unpack_each(queue, at_once=3)) as outcomes:
        async for _ in outcomes:
            for _ in range(20):
                await anyio.lowlevel.checkpoint()
            assert queue.read <= handled + 3
            handled += 1
            if handled == 3:
                break
    assert queue.read <= 5


async def test_a_message_is_yielded_before_the_next_one_arrives(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    arrives = anyio.Event()

    async def queue() -> AsyncIterator[str]:
        yield packed[0]
        await arrives.wait()
        yield packed[1]

    party = DIDCommMessaging(bob.secrets, Slow(documents))
    outcomes = party.unpack_each(queue())
    assert (await anext(outcomes)).unwrap().message.id == "0"
    arrives.set()
    assert (await anext(outcomes)).unwrap().message.id == "1"
    with pytest.raises(StopAsyncIteration):
        await anext(outcomes)


async def test_a_slow_did_delays_others_in_order_alone(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    resolver = Slow(documents, "did:example:carol")
    party = DIDCommMessaging(bob.secrets, resolver)
    outcomes = party.unpack_each(packed)
    first = [(await anext(outcomes)).unwrap().message.id for _ in range(3)]
    assert first == ["0", "1", "2"]
    for _ in range(100):
        await anyio.lowlevel.checkpoint()
    # all of the others were computed meanwhile
    requests = len(resolver.requests)
    resolver.let.set()
    assert ids([one async for one in outcomes]) == [str(place) for place in range(3, 10)]
    assert len(resolver.requests) == requests


async def test_a_did_that_several_messages_need_is_resolved_once(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    resolver = Slow(documents, "did:example:alice", "did:example:carol")
    party = DIDCommMessaging(bob.secrets, resolver)

    async def let() -> None:
        for _ in range(200):
            await anyio.lowlevel.checkpoint()
        resolver.let.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(let)
        assert ids([one async for one in party.unpack_each(packed)]) == [str(place) for place in range(10)]
    assert sorted(resolver.requests) == ["did:example:alice", "did:example:carol"]


async def test_each_message_that_waits_for_a_failure_has_an_exception_of_its_own(
    bob: Party, packed: list[str]
) -> None:
    class Failing:
        async def resolve(self, did: str, /) -> Any:  # noqa: ANN401
            await anyio.lowlevel.checkpoint()
            raise LookupError(did)

    party = DIDCommMessaging(bob.secrets, Failing())
    errors = [one.error async for one in party.unpack_each(packed[:3])]
    assert [type(error) for error in errors] == [LookupError] * 3
    assert len({id(error) for error in errors}) == 3


async def test_acceptance_checks_run_in_order_as_messages_are_yielded(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    requests: list[str] = []

    def allowed(did: str) -> bool:
        requests.append(did)
        return did != "did:example:carol"

    window = InMemoryReplayWindow()
    party = DIDCommMessaging(bob.secrets, Slow(documents), replay_window=window)
    config = UnpackConfig(allowed_senders=allowed)
    messages = [packed[0], packed[0], packed[3], packed[1]]
    outcomes = party.unpack_each(messages, config=config)
    assert (await anext(outcomes)).unwrap().message.id == "0"
    assert requests == ["did:example:alice"]
    assert isinstance((await anext(outcomes)).error, ReplayedMessageError)
    assert isinstance((await anext(outcomes)).error, PolicyError)
    await outcomes.aclose()
    # the last one was not handed out: it can be delivered again
    assert (await party.unpack(packed[1])).message.id == "1"


async def test_closing_leaves_nothing_behind(bob: Party, documents: Documents, packed: list[str]) -> None:
    resolver = Slow(documents, "did:example:alice", "did:example:carol")
    party = DIDCommMessaging(bob.secrets, resolver, replay_window=InMemoryReplayWindow())
    with anyio.move_on_after(0.05):
        async with aclosing(party.unpack_each(Queue(*packed))) as outcomes:
            await anext(outcomes)
    assert resolver.waiting == 0
    assert resolver.cancelled == 2
    resolver.let.set()
    assert ids(await party.unpack_many(packed)) == [str(place) for place in range(10)]


async def test_an_exception_of_the_source_comes_after_the_messages_before_it(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    async def queue() -> AsyncIterator[str]:
        yield packed[0]
        await anyio.lowlevel.checkpoint()
        raise ConnectionError

    def plain() -> Iterator[str]:
        yield packed[0]
        raise ConnectionError

    party = DIDCommMessaging(bob.secrets, Slow(documents))
    for source in (queue(), plain()):
        outcomes = party.unpack_each(source)
        assert (await anext(outcomes)).unwrap().message.id == "0"
        with pytest.raises(ConnectionError):
            await anext(outcomes)


async def test_wrong_arguments_are_refused_at_once(bob: Party, documents: Documents) -> None:
    party = DIDCommMessaging(bob.secrets, documents)
    plain = sync.DIDCommMessaging(bob.secrets, documents)
    for each in (party.unpack_each, plain.unpack_each):
        with pytest.raises(ValueError, match="`at_once` must be at least 1, got 0"):
            each([], at_once=0)
        for one in ("text", b"text", {"ciphertext": ""}):
            with pytest.raises(TypeError, match="`packed_msgs` must be a list of messages"):
                each(one)  # type: ignore[arg-type]


def test_without_an_event_loop_a_message_is_yielded_before_the_next_is_read(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    read: list[int] = []

    def queue() -> Iterator[str]:
        for place, text in enumerate(packed):
            read.append(place)
            yield text

    window = InMemoryReplayWindow()
    party = sync.DIDCommMessaging(bob.secrets, documents, replay_window=window)
    outcomes = party.unpack_each(queue())
    assert next(outcomes).unwrap().message.id == "0"
    assert read == [0]
    outcomes.close()
    together = party.unpack_each(packed[1:] + packed[:1], at_once=4)
    assert ids(list(together)) == [*map(str, range(1, 10)), ReplayedMessageError.__name__]


def test_a_coroutine_that_no_event_loop_drives_unpacks_one_message_after_the_other(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    party = DIDCommMessaging(bob.secrets, documents)

    async def all_of_them() -> list[str]:
        return ids([one async for one in party.unpack_each(packed)])

    work = all_of_them()
    with pytest.raises(StopIteration) as ended:
        work.send(None)
    assert ended.value.value == [str(place) for place in range(10)]


async def test_a_did_that_is_unknown_fails_its_own_messages_only(
    bob: Party, documents: Documents, packed: list[str]
) -> None:
    del documents.parties["did:example:carol"]
    party = DIDCommMessaging(bob.secrets, documents)
    each = [one async for one in party.unpack_each(packed)]
    assert [place for place, one in enumerate(each) if isinstance(one.error, DidNotFoundError)] == [3]
