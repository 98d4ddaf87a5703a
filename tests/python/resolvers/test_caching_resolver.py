"""CachingResolver: one request for many callers, limits, failures. FallbackResolver: order."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import DIDCommMessaging, DIDDocument, LocalResolver, Message, PrefixResolver, Resolved, sync
from pydidcomm.errors import ResolutionError, UnsupportedError
from pydidcomm.resolvers import ResolveOptions
from pydidcomm.resolvers.caching import CachingResolver
from pydidcomm.resolvers.fallback import FallbackResolver

if TYPE_CHECKING:
    from collections.abc import Callable

BOB = "did:example:bob"
NO_OPTIONS = ResolveOptions()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Registry:
    """Counts requests, and answers what it is given, after a turn of the event loop."""

    def __init__(self, answer: Callable[[str], Any] = lambda did: {"id": did}) -> None:
        self.requests: list[str] = []
        self.answer = answer

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401, what a resolver answers
        self.requests.append(did)
        await anyio.lowlevel.checkpoint()
        return self.answer(did)


class Timed:
    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self.requests = 0

    def resolve(self, did: str, /) -> Any:  # noqa: ANN401, what a resolver answers
        raise AssertionError

    async def resolve_for(self, did: str, /) -> tuple[Any, float | None]:
        self.requests += 1
        return {"id": did}, self.seconds


async def ask(resolver: Any, did: str = BOB, options: ResolveOptions | None = None) -> Any:  # noqa: ANN401
    answer = resolver.resolve(did) if options is None else resolver.resolve(did, options)
    return await answer if hasattr(answer, "__await__") else answer


def failing(error: Exception) -> Callable[[str], Any]:
    def answer(_did: str) -> Any:  # noqa: ANN401
        raise error

    return answer


async def test_an_answer_is_given_again_without_a_request_and_without_awaiting() -> None:
    resolver = CachingResolver(registry := Registry())
    first = await ask(resolver)
    assert isinstance(first, DIDDocument)
    assert resolver.resolve(BOB) is first
    assert registry.requests == [BOB]


async def test_an_answer_ages() -> None:
    clock = Clock()
    resolver = CachingResolver(registry := Registry(), seconds=10, clock=clock)
    for clock.now in (0, 9.9, 10, 19.9, 20):
        await ask(resolver)
    assert len(registry.requests) == 3


async def test_an_unknown_did_and_a_failure_age_faster() -> None:
    clock = Clock()
    unknown = CachingResolver(registry := Registry(lambda _: None), clock=clock)
    for clock.now in (0, 29, 30):
        assert await ask(unknown) is None
    assert len(registry.requests) == 2
    clock.now = 0
    broken = CachingResolver(
        registry := Registry(failing(ResolutionError(BOB, None, "status 503"))), clock=clock
    )
    for clock.now in (0, 4.9, 5):
        with pytest.raises(ResolutionError, match="status 503"):
            await ask(broken)
    assert len(registry.requests) == 2


@pytest.mark.parametrize(("seconds", "requests"), [(0, 3), (50, 2), (None, 1), (10**9, 1)])
async def test_an_answer_states_its_cache_lifetime(seconds: float | None, requests: int) -> None:
    clock = Clock()
    resolver = CachingResolver(timed := Timed(seconds), clock=clock)
    for clock.now in (0, 49, 51):
        assert await ask(resolver)
    assert timed.requests == requests
    clock.now = 86_401 + 49
    await ask(resolver)
    assert timed.requests == requests + 1


async def test_a_thousand_callers_share_a_request() -> None:
    resolver = CachingResolver(registry := Registry())
    async with anyio.create_task_group() as tasks:
        for _ in range(1000):
            tasks.start_soon(ask, resolver)
    assert registry.requests == [BOB]


@pytest.mark.parametrize("indirect", [False, True], ids=["coroutine function", "plain function"])
async def test_callers_of_one_failure_get_exceptions_of_their_own(indirect: bool) -> None:  # noqa: FBT001
    registry = Registry(failing(ResolutionError(BOB, None, "status 503")))
    resolver = CachingResolver(PrefixResolver({"did:": registry}) if indirect else registry)
    raised: list[ResolutionError] = []

    async def fail() -> None:
        with pytest.raises(ResolutionError) as error:
            await ask(resolver)
        raised.append(error.value)

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(fail)
    assert len({id(error) for error in raised}) == 10
    assert {error.cause for error in raised} == {"status 503"}
    assert registry.requests == [BOB]


@pytest.mark.parametrize("cancelled", [0, 1])
async def test_a_cancelled_caller_does_not_cancel_the_others(cancelled: int) -> None:
    entered, go = anyio.Event(), anyio.Event()

    class Slow(Registry):
        async def resolve(self, did: str, /) -> Any:  # noqa: ANN401
            self.requests.append(did)
            entered.set()
            await go.wait()
            return {"id": did}

    resolver = CachingResolver(Slow())
    answers: list[Any] = []
    scopes = [anyio.CancelScope() for _ in range(3)]

    async def caller(scope: anyio.CancelScope) -> None:
        with scope:
            answers.append(await ask(resolver))

    async with anyio.create_task_group() as tasks:
        for scope in scopes:
            tasks.start_soon(caller, scope)
            await entered.wait()
        await anyio.wait_all_tasks_blocked()
        scopes[cancelled].cancel()
        await anyio.wait_all_tasks_blocked()
        go.set()
    assert [answer.id for answer in answers] == [BOB, BOB]


async def test_a_caller_that_is_faster_makes_the_only_request() -> None:
    # a plain function that answers with an awaitable is called before anything is awaited
    resolver = CachingResolver(PrefixResolver({"did:": (registry := Registry())}))
    one, other = resolver.resolve(BOB), resolver.resolve(BOB)
    assert isinstance(one, Awaitable)
    assert isinstance(other, Awaitable)
    assert await other is await one
    assert registry.requests == [BOB]


async def test_forgotten_documents_are_requested_again_even_during_a_request() -> None:
    entered, go = anyio.Event(), anyio.Event()
    resolver = CachingResolver(registry := Registry())
    await ask(resolver)
    assert resolver.invalidate(BOB)
    assert not resolver.invalidate(BOB)
    await ask(resolver)
    assert len(registry.requests) == 2

    class Slow:
        async def resolve(self, did: str, /) -> Any:  # noqa: ANN401
            entered.set()
            await go.wait()
            return {"id": did}

    slow = CachingResolver(Slow())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, slow)
        await entered.wait()
        slow.invalidate(BOB)
        go.set()
    assert len(slow) == 0


async def test_the_number_and_the_bytes_of_documents_are_bounded() -> None:
    few = CachingResolver(registry := Registry(), capacity=2)
    for name in "aba":
        await ask(few, f"did:example:{name}")
    await ask(few, "did:example:c")
    assert len(few) == 2
    # the one that was not used for the longest time made room
    await ask(few, "did:example:a")
    assert registry.requests == [f"did:example:{name}" for name in "abc"]
    large = Registry(lambda did: {"id": did, "x": "x" * 1000})
    small = CachingResolver(large, max_bytes=2500)
    for name in "abcd":
        await ask(small, f"did:example:{name}")
    assert len(small) == 2
    huge = CachingResolver(Registry(lambda did: {"id": did, "x": "x" * 9000}), max_bytes=2500)
    await ask(huge)
    assert len(huge) == 0


async def test_fresh_requests_a_new_answer_unless_the_last_one_is_current() -> None:
    clock = Clock()
    resolver = CachingResolver(registry := Registry(), clock=clock)
    fresh = ResolveOptions(fresh=True)
    for clock.now in (0, 2, 3, 4):
        await ask(resolver, BOB, fresh)
    assert len(registry.requests) == 2


async def test_dids_of_unproved_messages_do_not_evict_used_documents() -> None:
    clock = Clock()
    resolver = CachingResolver(registry := Registry(), capacity=2, clock=clock)
    for name in "ab":
        await ask(resolver, f"did:example:{name}")
    for number in range(10):
        await ask(resolver, f"did:example:forged{number}", ResolveOptions(unproved=True))
    for name in "ab":
        await ask(resolver, f"did:example:{name}")
    assert len(registry.requests) == 12
    # it takes the place of what is too old to be used
    clock.now = 1000
    await ask(resolver, "did:example:forged", ResolveOptions(unproved=True))
    await ask(resolver, "did:example:forged", ResolveOptions(unproved=True))
    assert len(registry.requests) == 13


async def test_options_reach_the_resolver_behind() -> None:
    seen: list[ResolveOptions] = []

    class Versions:
        async def resolve(self, did: str, /, options: ResolveOptions = NO_OPTIONS) -> Any:  # noqa: ANN401
            seen.append(options)
            return {"id": did}

    old = ResolveOptions(version_time=5)
    resolver = FallbackResolver(LocalResolver(), CachingResolver(Versions()))
    for _ in range(2):
        await ask(resolver, BOB, old)
    assert seen == [old, old]


async def test_a_deactivated_did_stays_deactivated() -> None:
    resolver = CachingResolver(Registry(lambda _: Resolved(None, deactivated=True)))
    assert (await ask(resolver)).deactivated
    again = resolver.resolve(BOB)
    assert isinstance(again, Resolved)
    assert again.deactivated


def test_plain_resolvers_are_cached_without_an_event_loop() -> None:
    class Plain:
        requests = 0

        def resolve(self, did: str, /) -> dict[str, Any]:
            self.requests += 1
            return {"id": did}

    resolver = CachingResolver(plain := Plain())
    assert resolver.resolve(BOB) is resolver.resolve(BOB)
    assert plain.requests == 1
    party = sync.DIDCommMessaging(resolver=CachingResolver(LocalResolver()))
    did = party.create_peer_did()
    packed = party.pack(Message(type="https://example.org/greeting/1.0/hello"), to=did)
    assert party.unpack(packed.text).message.type


@pytest.mark.parametrize(
    "options",
    [{"seconds": -1}, {"unknown_seconds": -1}, {"failure_seconds": -1}, {"capacity": 0}, {"max_bytes": 0}],
)
def test_impossible_limits_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        CachingResolver(LocalResolver(), **options)


DOWN = ResolutionError(BOB, "https://down.example", "status 503")
ALIEN = UnsupportedError("DID method", "did:example")


def plain(answer: object) -> Any:  # noqa: ANN401
    class Plain:
        def resolve(self, did: str, /) -> Any:  # noqa: ANN401
            if isinstance(answer, Exception):
                raise answer
            return answer

    return Plain()


def awaited(answer: object) -> Any:  # noqa: ANN401
    return Registry(failing(answer) if isinstance(answer, Exception) else lambda _: answer)


FOUND = {"id": BOB}
ORDERS: list[tuple[list[object], object]] = [
    ([FOUND], FOUND),
    ([None, FOUND], FOUND),
    ([DOWN, FOUND], FOUND),
    ([ALIEN, FOUND], FOUND),
    ([OSError("x"), FOUND], FOUND),
    ([None, None], None),
    ([None, ALIEN], None),
    ([ALIEN, None], None),
    ([DOWN, None], DOWN),
    ([None, DOWN, ALIEN], DOWN),
    ([ALIEN, ALIEN], ALIEN),
]


@pytest.mark.parametrize("kinds", [(plain,), (awaited,), (plain, awaited), (awaited, plain)])
@pytest.mark.parametrize(("answers", "expected"), ORDERS)
async def test_fallback_resolvers_are_tried_in_order(
    answers: list[object], expected: object, kinds: tuple[Callable[[object], Any], ...]
) -> None:
    resolver = FallbackResolver(*(kinds[place % len(kinds)](answer) for place, answer in enumerate(answers)))
    if isinstance(expected, Exception):
        with pytest.raises(type(expected)) as raised:
            await ask(resolver)
        assert raised.value is expected
    else:
        assert await ask(resolver) == expected


async def test_a_failure_that_is_not_about_reaching_a_resolver_is_raised_at_once() -> None:
    later = Registry()
    with pytest.raises(ZeroDivisionError):
        await ask(FallbackResolver(awaited(ZeroDivisionError()), later))
    assert later.requests == []
    with pytest.raises(ValueError, match="at least one"):
        FallbackResolver()


async def test_a_party_remembers_contacts_and_closes_resolvers_behind_others() -> None:
    closed: list[str] = []

    class Closable(Registry):
        async def aclose(self) -> None:
            closed.append("closed")

    alice = DIDCommMessaging()
    memory = LocalResolver()
    routes = PrefixResolver(
        {"did:web:": CachingResolver(Closable()), "did:": FallbackResolver(memory, Registry())}
    )
    async with DIDCommMessaging(resolver=routes) as bob:
        did = await alice.create_peer_did(method=4)
        packed = await alice.pack(
            Message(type="https://example.org/greeting/1.0/hello"), to=await bob.create_peer_did(), frm=did
        )
        await bob.unpack(packed.text)
    assert closed == ["closed"]
    assert did in memory.long_forms.values()


def test_a_coroutine_without_an_event_loop_gets_an_answer() -> None:
    class Registry:
        async def resolve(self, did: str, /) -> Any:  # noqa: ANN401, what a resolver answers
            return {"id": did}

    coroutine: Any = CachingResolver(Registry()).resolve(BOB)
    with pytest.raises(StopIteration) as ended:
        coroutine.send(None)
    assert ended.value.value.id == BOB
