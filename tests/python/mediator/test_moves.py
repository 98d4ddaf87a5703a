"""A recipient that rotates its DID at one process, and is in live mode at another."""

from pathlib import Path

import anyio
import pytest

from pydidcomm import DIDCommMessaging, Message
from pydidcomm.mediator import Mediator, Recipient, SqliteMediatorStore
from pydidcomm.mediator.connection import Connection
from support.mediation import P4, URL, Wallet
from support.mediator_stores import KINDS, Open, Share

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]
SECONDS = 20.0


@pytest.fixture(params=KINDS)
def opened(request: pytest.FixtureRequest, share: Share) -> Open:
    return share(request.param)


class MovingStore(SqliteMediatorStore):
    """Another process rotates the DID of a recipient while it asks for live mode."""

    moving: tuple[str, str] | None = None

    async def last(self, recipient: Recipient) -> int:
        if self.moving is not None:
            await self.move(*self.moving, 1_800_000_000.0)
        return await super().last(recipient)


async def test_live_mode_of_a_did_that_is_rotated_meanwhile_does_not_begin(tmp_path: Path) -> None:
    party, store = DIDCommMessaging(), MovingStore(tmp_path / "mediator.db")
    mediator = Mediator(party, await party.create_peer_did(service_endpoint=URL), store, base_url=URL)
    bob = await Wallet.new(mediator)
    await bob.enroll()

    async def write(text: str) -> None:
        raise NotImplementedError(text)

    bob.connection = Connection(write)
    store.moving = (bob.did, await bob.party.create_peer_did())
    report = await bob.ask(f"{P4}/live-delivery-change", {"live_delivery": True})
    assert report.body["code"] == "e.p.req.not-enrolled"
    assert bob.connection.live == []
    await mediator.aclose()


@pytest.mark.spec("CMX-12", "LIVE-14")
@pytest.mark.parametrize("joined", [False, True])
async def test_live_mode_follows_a_rotation_that_another_process_has_handled(
    joined: bool,  # noqa: FBT001, a parameter
    opened: Open,
) -> None:
    party = DIDCommMessaging()
    did = await party.create_peer_did(service_endpoint=URL)
    one = Mediator(party, did, await opened(), base_url=URL)
    other = Mediator(party, did, await opened(), base_url=URL)
    alice, bob = await Wallet.new(other), await Wallet.new(one)
    await bob.enroll()
    new = await bob.party.create_peer_did()
    if joined:
        # the new DID has a grant of its own, and both are one recipient after the rotation
        before = Wallet(other, bob.party, new)
        await before.enroll()
    pushed: list[str] = []
    arrived = anyio.Event()

    async def write(text: str) -> None:
        pushed.append(text)
        arrived.set()

    woken = anyio.Event()
    bob.connection = Connection(write, lambda: woken.set())  # noqa: PLW0108, it changes
    await bob.ask(f"{P4}/live-delivery-change", {"live_delivery": True})
    message = Message(type=f"{P4}/status-request")
    packed = await bob.party.rotate(to=did, old=bob.did, new=new, message=message)
    assert (await other.receive(packed.message.encode(), Connection())).status == 202
    assert (await alice.forward(bob.did, {"n": 1})).status == 202

    async def push() -> None:
        nonlocal woken
        while True:
            await woken.wait()
            woken = anyio.Event()
            await one.push(bob.connection)

    async with anyio.create_task_group() as group:
        group.start_soon(one.run)
        group.start_soon(push)
        with anyio.fail_after(SECONDS):
            await arrived.wait()
        group.cancel_scope.cancel()
    received = await bob.party.unpack(pushed[0])
    assert received.metadata.recipient == new
    assert await bob.contents(received.message) == [{"n": 1}]
    for mediator in (one, other):
        await mediator.aclose()
