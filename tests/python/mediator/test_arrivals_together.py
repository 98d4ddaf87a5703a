"""Messages of one turn of the event loop are unpacked together, and each is answered for itself."""

import asyncio
import gc
import logging
import weakref
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

from pydidcomm import DIDCommMessaging, InMemorySecrets, LocalResolver, v1
from pydidcomm._core import Batch, DIDDocument
from pydidcomm.mediator import Mediator, SqliteMediatorStore
from support.mediation import M3, P3, URL, Wallet, mediating

pytestmark = pytest.mark.anyio
PING = "https://didcomm.org/trust-ping/2.0/ping"


async def answered(mediator: Mediator, bodies: list[bytes]) -> list[int]:
    """The statuses of messages that arrive together, in their order."""
    statuses: dict[int, int] = {}

    async def receive(number: int, body: bytes) -> None:
        statuses[number] = (await mediator.receive(body)).status

    async with anyio.create_task_group() as group:
        for number, body in enumerate(bodies):
            group.start_soon(receive, number, body)
    return [statuses[number] for number in range(len(bodies))]


@pytest.mark.parametrize("v1_too", [False, True])
async def test_each_of_many_messages_has_its_own_answer(tmp_path: Path, v1_too: bool) -> None:  # noqa: FBT001
    async with mediating(tmp_path, v1_too=v1_too) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        bodies: list[bytes] = []
        for number in range(12):
            # longer ones, which take a way of their own, are among them
            text = "x" * (20_000 if number % 5 == 0 else 10)
            bodies += [await alice.forwarded(bob.did, {"n": number, "text": text}), b"noise"]
        # to a key that is not here
        bodies.append((await alice.pack(PING, to=bob.did)).encode())
        assert await answered(mediator, bodies) == [202, 400] * 12 + [400]
        delivery = await bob.ask(f"{P3}/delivery-request", {"limit": 100})
        numbers = [body["n"] for body in await bob.contents(delivery)]
        assert sorted(numbers) == list(range(12))


async def test_messages_of_both_versions_arrive_together(tmp_path: Path) -> None:
    async with mediating(tmp_path, v1_too=True) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        keys = alice.party.secrets
        assert isinstance(keys, InMemorySecrets)
        assert mediator.verkey is not None
        key = await v1.create_verkey(keys)
        ping = {"@type": "https://didcomm.org/trust_ping/1.0/ping", "@id": "1"}
        old = await v1.pack(alice.party.resolvers_config, ping, [mediator.verkey], key)
        bodies = [await alice.forwarded(bob.did, {}), old.text.encode()]
        assert await answered(mediator, bodies) == [202, 202]


async def test_a_sender_that_does_not_resolve_keeps_no_other_waiting(tmp_path: Path) -> None:
    """Its message waits for its document alone."""
    resolved = anyio.Event()
    slow: list[str] = []

    class Slow:
        async def resolve(self, did: str) -> DIDDocument | None:
            if did in slow:
                await resolved.wait()
            return LocalResolver().resolve(did)

    party = DIDCommMessaging(secrets=InMemorySecrets(), resolver=Slow())
    did = await party.create_peer_did(service_endpoint=URL)
    store = SqliteMediatorStore(tmp_path / "mediator.db")
    mediator = Mediator(party, did, store, base_url=URL)
    alice, bob, carol = [await Wallet.new(mediator) for _ in range(3)]
    await bob.enroll()
    slow.append(carol.did)
    late = (await carol.pack(f"{M3}/mediate-request")).encode()
    statuses: list[int] = []

    async def send_late() -> None:
        statuses.append((await mediator.receive(late, carol.connection)).status)

    forwards = [await alice.forwarded(bob.did, {"n": number}) for number in range(3)]
    async with anyio.create_task_group() as group:
        group.start_soon(send_late)
        with anyio.fail_after(10):
            assert await answered(mediator, forwards) == [202] * 3
        assert statuses == []
        resolved.set()
    assert statuses == [200]
    await mediator.aclose()


async def test_a_request_that_is_given_up_takes_no_other_with_it(tmp_path: Path) -> None:
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        bodies = [await alice.forwarded(bob.did, {"n": number}) for number in range(3)]
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(mediator.receive, bodies[0])
                await checkpoint()
                scope.cancel()
        assert await answered(mediator, bodies[1:]) == [202, 202]


async def test_messages_of_one_turn_are_unpacked_by_few_calls_of_the_core(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anyio_backend_name: str
) -> None:
    sizes: list[int] = []

    def counted(operations: list[Any], threads: int | None) -> Batch:
        sizes.append(len(operations))
        return Batch(operations, threads)

    monkeypatch.setattr("pydidcomm._driver.unpacked_together.Batch", counted)
    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        bodies = [await alice.forwarded(bob.did, {"n": number}) for number in range(25)]
        sizes.clear()
        assert await answered(mediator, bodies) == [202] * 25
    # trio has no turn of its loop to wait for
    assert sizes == ([] if anyio_backend_name == "trio" else [10, 10, 5])


async def test_a_call_of_the_core_that_fails_takes_no_message_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        def __init__(self, operations: list[Any], threads: int | None) -> None:
            pass

        def run(self) -> None:
            problem = "a fault of the core"
            raise RuntimeError(problem)

        def results(self) -> list[Any]:
            return []

    async with mediating(tmp_path) as mediator:
        alice, bob = await Wallet.new(mediator), await Wallet.new(mediator)
        await bob.enroll()
        bodies = [await alice.forwarded(bob.did, {"n": number}) for number in range(3)]
        monkeypatch.setattr("pydidcomm._driver.unpacked_together.Batch", Failing)
        with anyio.fail_after(10):
            assert await answered(mediator, [*bodies, b"noise"]) == [202, 202, 202, 400]


async def test_a_refusal_is_logged_in_the_context_of_its_own_message(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    request: ContextVar[int] = ContextVar("request")
    logged: list[int] = []

    class Noting(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            logged.append(request.get())
            return True

    async with mediating(tmp_path) as mediator:

        async def receive(number: int) -> None:
            request.set(number)
            await mediator.receive(b"noise")

        noting, logger = Noting(), logging.getLogger("pydidcomm")
        logger.addFilter(noting)
        with caplog.at_level(logging.WARNING, "pydidcomm"):
            async with anyio.create_task_group() as group:
                for number in range(3):
                    group.start_soon(receive, number)
        logger.removeFilter(noting)
    assert sorted(logged) == [0, 1, 2]


def test_an_event_loop_that_has_ended_is_not_kept(tmp_path: Path) -> None:
    ended: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def made() -> tuple[Mediator, bytes]:
        party = DIDCommMessaging()
        did = await party.create_peer_did(service_endpoint=URL)
        mediator = Mediator(party, did, SqliteMediatorStore(tmp_path / "mediator.db"), base_url=URL)
        alice = await Wallet.new(mediator)
        # for a DID that is not registered, which its sender does not learn
        return mediator, await alice.forwarded(alice.did, {})

    async def receive() -> int:
        ended.append(weakref.ref(asyncio.get_running_loop()))
        return (await mediator.receive(body)).status

    mediator, body = asyncio.run(made())
    # a mediator may be used in one loop after the other
    assert [asyncio.run(receive()) for _ in range(2)] == [202, 202]
    gc.collect()
    assert [loop() for loop in ended] == [None, None]
    asyncio.run(mediator.aclose())
