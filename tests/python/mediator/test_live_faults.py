"""Live mode where something fails: clients that leave or read slowly, a broken store, a rotation."""

import socket
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from anyio import to_thread
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from pydidcomm import DIDCommMessaging, DIDDocument, LocalResolver, Message
from pydidcomm.mediator import Mediator, MediatorServer, Queued, SqliteMediatorStore
from pydidcomm.mediator.connection import Connection
from pydidcomm.mediator.records import Move
from support.application import serving_application
from support.mediation import P3, P4, URL, Wallet, mediating

pytestmark = pytest.mark.anyio
TYPE = {"content-type": "application/didcomm-encrypted+json"}
SECONDS = 20.0
CONNECTIONS = 20
ON = {"live_delivery": True}
# an envelope of half a megabyte: two are what one connection has room for
LARGE = "x" * 400_000


@pytest.fixture
async def mediator(tmp_path: Path) -> AsyncIterator[Mediator]:
    async with mediating(tmp_path) as made:
        yield made


@pytest.fixture
async def bob(mediator: Mediator) -> Wallet:
    made = await Wallet.new(mediator)
    await made.enroll()
    return made


@pytest.fixture
async def alice(mediator: Mediator) -> Wallet:
    return await Wallet.new(mediator)


def serving(mediator: Mediator, folder: Path) -> AbstractContextManager[int]:
    return serving_application(MediatorServer(mediator), folder, ssl_keyfile=None, ssl_certfile=None)


async def receive(client: ClientConnection) -> str | bytes:
    return await to_thread.run_sync(client.recv, SECONDS)


async def closed_with(client: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        await receive(client)
    return client.close_code


async def go_live(wallet: Wallet, client: ClientConnection) -> None:
    client.send(await wallet.pack(f"{P4}/live-delivery-change", ON))
    status = (await wallet.party.unpack(await receive(client))).message
    assert status.body["live_delivery"] is True


async def post(port: int, body: bytes) -> int:
    async with httpx2.AsyncClient() as client:
        return (await client.post(f"http://127.0.0.1:{port}/", content=body, headers=TYPE)).status_code


def narrow(port: int) -> socket.socket:
    """A socket that takes little: what is written to it soon waits."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.connect(("127.0.0.1", port))
    return made


@pytest.mark.spec("LIVE-13", "MFW-16")
async def test_a_client_that_leaves_in_the_middle_of_a_push_gets_the_message_again(
    mediator: Mediator,
    bob: Wallet,
    alice: Wallet,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with serving(mediator, tmp_path) as port:
        raw = narrow(port)
        with connect(f"ws://127.0.0.1:{port}", sock=raw, max_size=None, close_timeout=0.1) as client:
            await go_live(bob, client)
            for number in range(3):
                forward = await alice.forwarded(bob.did, {"n": number, "x": LARGE})
                assert await post(port, forward) == 202
            # the first envelope is on its way, and the client is gone before it has it
            raw.shutdown(socket.SHUT_RDWR)
        with connect(f"ws://127.0.0.1:{port}", max_size=None) as again:
            await go_live(bob, again)
            again.send(await bob.pack(f"{P4}/delivery-request", {"message_count_limit": 9}))
            delivery = (await bob.party.unpack(await receive(again))).message
            assert [each["n"] for each in await bob.contents(delivery)] == [0, 1, 2]
    assert not capfd.readouterr().err


@pytest.mark.spec("LIVE-15")
async def test_a_slow_reader_holds_up_no_other_and_a_bounded_number_of_bytes(
    mediator: Mediator, bob: Wallet, alice: Wallet, tmp_path: Path
) -> None:
    carol = await Wallet.new(mediator)
    await carol.enroll()
    with serving(mediator, tmp_path) as port:
        url = f"ws://127.0.0.1:{port}"
        with (
            connect(url, sock=narrow(port), max_size=None, max_queue=1, close_timeout=0.1) as slow,
            connect(url, max_size=None) as quick,
        ):
            await go_live(bob, slow)
            await go_live(carol, quick)
            for number in range(10):
                assert await post(port, await alice.forwarded(bob.did, {"n": number, "x": LARGE})) == 202
            for number in range(3):
                assert await post(port, await alice.forwarded(carol.did, {"n": number})) == 202
                pushed = (await carol.party.unpack(await receive(quick))).message
                assert await carol.contents(pushed) == [{"n": number}]
            # at most the envelopes that a session has room for are in memory, the others wait in the store
            async with SqliteMediatorStore(tmp_path / "mediator.db") as store:
                known = await store.recipient(bob.did)
                assert known is not None
                found = await store.deliver(known, count=100, size=1 << 30, at=0)
                assert sum(each.deliveries for each in found) <= 2
                assert len(found) == 10


class FailingStore(SqliteMediatorStore):
    """Fails in deliveries when it is switched, as the driver of another database does."""

    fails = False

    async def deliver(self, *arguments: Any, **options: Any) -> list[Queued]:  # noqa: ANN401, those of the store
        if self.fails:
            message = "the database is out of order"
            raise LookupError(message)
        return await super().deliver(*arguments, **options)


class FailingResolver:
    """Fails when it is switched, as a resolver of a network does."""

    fails = False

    async def resolve(self, did: str) -> DIDDocument | None:
        if self.fails:
            message = "the resolver is out of order"
            raise LookupError(message)
        return LocalResolver().resolve(did)


@pytest.mark.parametrize("broken", ["store", "resolver"])
async def test_a_push_that_fails_closes_the_socket_with_1013_and_keeps_the_message(
    broken: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    resolver, store = FailingResolver(), FailingStore(tmp_path / "failing.db")
    party = DIDCommMessaging(resolver=resolver)
    did = await party.create_peer_did(service_endpoint=URL)
    mediator = Mediator(party, did, store, base_url=URL)
    bob, alice = await Wallet.new(mediator), await Wallet.new(mediator)
    await bob.enroll()
    forward = await alice.forwarded(bob.did, {})
    with serving(mediator, tmp_path) as port, connect(f"ws://127.0.0.1:{port}") as client:
        await go_live(bob, client)
        failing = store if broken == "store" else resolver
        failing.fails = True
        assert await post(port, forward) == 202
        assert await closed_with(client) == 1013
        failing.fails = False
        assert (await bob.ask(f"{P3}/status-request")).body["message_count"] == 1
    assert not capfd.readouterr().err
    await mediator.aclose()


@pytest.mark.spec("CMX-12", "LIVE-10")
@pytest.mark.parametrize("same_socket", [True, False])
async def test_live_mode_follows_a_rotation_to_the_new_did(
    same_socket: bool,  # noqa: FBT001, a parameter
    mediator: Mediator,
    bob: Wallet,
    alice: Wallet,
) -> None:
    pushed: list[str] = []

    async def write(text: str) -> None:
        pushed.append(text)

    live = Connection(write)
    bob.connection = live
    await bob.ask(f"{P4}/live-delivery-change", ON)
    new = await bob.party.create_peer_did()
    packed = await bob.party.rotate(
        to=mediator.did, old=bob.did, new=new, message=Message(type=f"{P4}/status-request")
    )
    reply = await mediator.receive(packed.message.encode(), live if same_socket else Connection())
    # what the old DID said about answers holds for the new one
    assert reply.status == (200 if same_socket else 202)
    await alice.forward(bob.did, {"n": 1})
    await mediator.push(live)
    received = await bob.party.unpack(pushed[0])
    assert received.metadata.recipient == new
    assert await bob.contents(received.message) == [{"n": 1}]


class ForgetfulStore(SqliteMediatorStore):
    """Has no rotations to follow, as a process that was away for more than an hour finds them."""

    async def moves(self, after: int) -> list[Move]:
        return []


async def test_live_mode_of_a_did_that_cannot_be_followed_ends_without_a_push(tmp_path: Path) -> None:
    party, store = DIDCommMessaging(), ForgetfulStore(tmp_path / "mediator.db")
    mediator = Mediator(party, await party.create_peer_did(service_endpoint=URL), store, base_url=URL)
    bob, alice = await Wallet.new(mediator), await Wallet.new(mediator)
    await bob.enroll()
    pushed: list[str] = []

    async def write(text: str) -> None:
        pushed.append(text)

    bob.connection = Connection(write)
    await bob.ask(f"{P4}/live-delivery-change", ON)
    async with SqliteMediatorStore(tmp_path / "mediator.db") as other:
        assert await other.move(bob.did, await bob.party.create_peer_did(), 1_800_000_000.0)
    await alice.forward(bob.did, {"n": 1})
    with pytest.raises(LookupError, match="another process"):
        await mediator.push(bob.connection)
    assert pushed == []
    await mediator.aclose()


class Exploding:
    """A transport that fails with an exception that is no DIDCommError."""

    async def send(self, packed: object) -> None:
        message = f"no way to send {type(packed).__name__}"
        raise LookupError(message)


async def test_an_answer_that_no_endpoint_takes_ends_no_other_work(tmp_path: Path) -> None:
    async with mediating(tmp_path, sender=Exploding()) as mediator, anyio.create_task_group() as group:
        group.start_soon(mediator.run)
        bob = await Wallet.new(mediator, service_endpoint="https://bob.example/")
        for _ in range(6):
            reply = await bob.send("https://didcomm.org/trust-ping/2.0/ping", custom_headers={})
            assert reply.status == 202
            await anyio.sleep(0.01)
        assert await mediator.ready()
        group.cancel_scope.cancel()


@pytest.mark.spec("LIVE-13")
async def test_many_live_sessions_ask_the_store_one_after_the_other(mediator: Mediator, bob: Wallet) -> None:
    turn = 0
    woken: list[int] = []

    async def send(_: str) -> None:
        raise AssertionError

    # several connections of one recipient are as many sessions
    for _ in range(CONNECTIONS):
        bob.connection = Connection(send=send, wake=lambda: woken.append(turn))
        await bob.send(f"{P3}/live-delivery-change", ON)
    woken.clear()
    with anyio.fail_after(SECONDS):
        async with anyio.create_task_group() as group:
            group.start_soon(mediator.run)
            while len(woken) < CONNECTIONS:
                await anyio.sleep(0.001)
                turn += 1
            group.cancel_scope.cancel()
    # at the same time, many thousands would fill the queue of the store
    assert max(map(woken.count, woken)) <= CONNECTIONS // 2
