"""Nothing acknowledged is lost, nothing handled twice in effect."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import anyio
import httpx2
import pytest

from pydidcomm import DIDCommMessaging, FromPrior, Message, Packed
from pydidcomm.agent import Agent, Context, Limits
from pydidcomm.protocols.basic_message import Text
from pydidcomm.stores import Incoming, MemoryStore, Record, Store
from pydidcomm.stores.askar import AskarStore
from support.agents import SECONDS, eventually, met, new_agent
from support.server_process import free_port

if TYPE_CHECKING:
    from pathlib import Path

HI = Message(type=Text.type, body={"content": "hi"})


class Peer:
    """A peer that writes envelopes by hand."""

    def __init__(self) -> None:
        self.messaging = DIDCommMessaging()

    async def made(self, to: str, text: str = "hi", created_time: int | None = None) -> tuple[str, Packed]:
        did = await self.messaging.create_peer_did(service_endpoint="http://127.0.0.1:9/")
        message = Message(type=Text.type, body={"content": text}, frm=did, to=[to], created_time=created_time)
        return did, await self.messaging.pack(message, to=to, frm=did)


async def posted(agent: Agent, packed: Packed) -> httpx2.Response:
    assert agent.endpoint is not None
    async with httpx2.AsyncClient() as client:
        return await client.post(
            agent.endpoint, content=packed.text, headers={"content-type": packed.media_type}
        )


def hearing(heard: list[str], store: Store | str | None = None, **options: Any) -> Agent:  # noqa: ANN401
    agent = new_agent(store, **options)

    @agent.on
    async def hear(text: Text) -> None:
        heard.append(text.content)

    return agent


async def test_a_message_is_handled_once_however_often_it_arrives() -> None:
    heard: list[str] = []
    async with hearing(heard) as bob:
        _, packed = await Peer().made(await bob.did())
        statuses = {(await posted(bob, packed)).status_code for _ in range(5)}
        await posted(bob, (await Peer().made(await bob.did(), "end"))[1])

        async def over() -> bool:
            return "end" in heard

        await eventually(over)
    assert statuses == {202}
    assert Counter(heard) == {"hi": 1, "end": 1}


@pytest.mark.spec("AGT-07")
async def test_messages_of_a_thread_are_handled_in_order() -> None:
    heard: list[str] = []
    bob = new_agent()

    @bob.on
    async def hear(text: Text) -> None:
        # the earlier ones take longer
        await anyio.sleep(0.03 if int(text.content) < 5 else 0)
        heard.append(text.content)

    async with new_agent() as alice, bob:
        friend, _ = await met(alice, bob)
        for number in range(20):
            await friend.send(Text(content=str(number)), thid="talk")

        async def over() -> bool:
            return len(heard) == 20

        await eventually(over)
    assert heard == [str(number) for number in range(20)]


async def test_what_was_accepted_is_handled_after_a_restart_and_answered_once() -> None:
    store, port, entered = MemoryStore(), free_port(), anyio.Event()
    answers: list[str] = []
    bob = new_agent(store, port=port)
    alice = new_agent()

    @bob.on
    async def stopped(text: Text) -> Text:
        entered.set()
        await anyio.sleep_forever()
        return text

    @alice.on
    async def hear(text: Text) -> None:
        answers.append(text.content)

    async with alice:
        async with bob:
            friend, _ = await met(alice, bob)
            await friend.send(Text(content="hi"))
            await entered.wait()
        again = new_agent(store, port=port)

        @again.on
        async def echo(text: Text) -> Text:
            return Text(content=f"you said {text.content}")

        async with again:

            async def answered() -> bool:
                return bool(answers)

            await eventually(answered)
            await friend.ping(timeout=SECONDS)
    assert answers == ["you said hi"]


@pytest.mark.spec("REL-07")
async def test_what_was_to_be_sent_leaves_after_a_restart_of_both_sides(tmp_path: Path) -> None:
    heard: list[str] = []
    key = AskarStore.generate_raw_key()
    port, file = free_port(), tmp_path / "alice.db"
    stored = MemoryStore()
    async with new_agent(str(file), raw_key=key) as alice:
        async with new_agent(stored, port=port) as bob:
            friend, _ = await met(alice, bob)
        await friend.send(Text(content="late"))
    async with hearing(heard, store=stored, port=port), new_agent(str(file), raw_key=key) as alice:
        assert [one.id async for one in alice.friends()] == [friend.id]

        async def arrived() -> bool:
            return bool(heard)

        await eventually(arrived)
    assert heard == ["late"]


async def test_a_handler_that_fails_is_run_again_and_parked_and_replayed() -> None:
    calls: list[str] = []
    bob = new_agent(limits=Limits(attempts=2, handler_seconds=SECONDS))

    @bob.on
    async def hear(text: Text, ctx: Context) -> None:
        calls.append(ctx.once)
        if len(calls) < 3:
            raise RuntimeError(text.content)

    async with bob:
        await posted(bob, (await Peer().made(await bob.did()))[1])

        async def parked() -> bool:
            return bool(await bob.parked())

        await eventually(parked)
        assert len(calls) == 2
        item = (await bob.parked())[0]
        assert item.error == "RuntimeError"
        assert await bob.replay(item.key)

        async def handled() -> bool:
            return len(calls) == 3 and not await bob.parked()

        await eventually(handled)
    assert len(set(calls)) == 1


@pytest.mark.spec("AGT-14")
async def test_a_handler_that_takes_too_long_is_stopped_and_its_effects_are_dropped() -> None:
    store = MemoryStore()
    bob = new_agent(store, limits=Limits(attempts=1, handler_seconds=0.2))

    @bob.on
    async def hear(text: Text, ctx: Context) -> None:
        ctx.store(Record(kind="heard", key="x", value=text.content.encode()))
        await anyio.sleep_forever()

    async with bob:
        await posted(bob, (await Peer().made(await bob.did()))[1])

        async def parked() -> bool:
            return bool(await bob.parked())

        await eventually(parked)
    assert await store.record("heard", "x") is None


async def test_a_store_that_fails_gets_503_and_the_message_later() -> None:
    class Failing(MemoryStore):
        fails = True

        async def accept(self, incoming: Incoming) -> bool:
            if self.fails:
                raise OSError
            return await super().accept(incoming)

    heard: list[str] = []
    store = Failing()
    async with hearing(heard, store=store) as bob:
        _, packed = await Peer().made(await bob.did())
        assert (await posted(bob, packed)).status_code == 503
        store.fails = False
        assert (await posted(bob, packed)).status_code == 202

        async def over() -> bool:
            return heard == ["hi"]

        await eventually(over)


async def test_a_peer_with_too_many_waiting_messages_gets_503_and_others_are_served() -> None:
    bob = new_agent(limits=Limits(lanes_per_peer=1, waiting_per_peer=2, handler_seconds=SECONDS))
    going = anyio.Event()

    @bob.on
    async def hear(_text: Text) -> None:
        await going.wait()

    async with new_agent() as alice, bob:
        friend, _ = await met(alice, bob)
        statuses = [
            (await posted(bob, (await Peer().made(await bob.did()))[1])).status_code for _ in range(4)
        ]
        await friend.ping(timeout=SECONDS)
        going.set()
    assert statuses == [202, 202, 503, 503]


async def test_a_sender_that_is_not_proved_gets_no_relationship_and_no_handler() -> None:
    heard: list[str] = []
    async with new_agent() as alice, hearing(heard) as bob:
        friend, of_bob = await met(alice, bob)
        invitation = await bob.invite()
        public = invitation.message.frm
        assert public is not None
        mallory, claimed = Peer(), (await friend.relationship()).ours
        private = (await of_bob.relationship()).ours
        for to, pthid in ((public, invitation.id), (private, None)):
            forged = HI.replace(frm=claimed, to=[to], pthid=pthid, id=f"forged-{pthid}")
            packed = await mallory.messaging.pack(forged, to=to, anonymous=True)
            assert (await posted(bob, packed)).status_code == 202
        await friend.ping(timeout=SECONDS)
        assert [one.id async for one in bob.friends()] == [of_bob.id]
        with pytest.raises(TimeoutError):
            await invitation.accepted(timeout=0.2)
    assert heard == []


async def test_a_rotation_that_the_old_did_has_not_signed_changes_no_relationship() -> None:
    async with new_agent() as alice, new_agent() as bob:
        friend, of_bob = await met(alice, bob)
        mallory = Peer()
        private = (await of_bob.relationship()).ours
        did, _ = await mallory.made(private)
        own, _ = await mallory.made(private)
        # a rotation of mallory's own is proved, and of no relationship
        message = HI.replace(frm=did, to=[private], from_prior=FromPrior(iss=own, sub=did))
        await posted(bob, await mallory.messaging.pack(message, to=private, frm=did))
        await friend.ping(timeout=SECONDS)
        assert (await of_bob.relationship()).theirs == (await friend.relationship()).ours


async def test_an_answer_leaves_on_the_connection_that_asks_for_it() -> None:
    async with new_agent() as bob:
        to = await bob.did()
        peer = Peer()
        did = await peer.messaging.create_peer_did()
        ping = Message(
            type="https://didcomm.org/trust-ping/2.0/ping",
            frm=did,
            to=[to],
            custom_headers={"return_route": "all"},
        )
        answer = await posted(bob, await peer.messaging.pack(ping, to=to, frm=did))
        received = await peer.messaging.unpack(answer.content)
    assert answer.status_code == 200
    assert received.message.thid == ping.id


async def test_a_message_of_before_the_window_is_refused() -> None:
    heard: list[str] = []
    async with hearing(heard, limits=Limits(window=1000)) as bob:
        _, packed = await Peer().made(await bob.did(), created_time=1_000_000_000)
        assert (await posted(bob, packed)).status_code == 400
    assert heard == []


async def test_an_answer_that_is_too_late_for_its_connection_is_sent_to_the_endpoint() -> None:
    bob = new_agent(limits=Limits(answer_seconds=0.2))

    @bob.on
    async def hear(text: Text) -> Text:
        # longer than the server keeps the connection
        await anyio.sleep(1.5)
        return text

    async with new_agent() as alice, bob:
        friend, _ = await met(alice, bob)
        returning = {"custom_headers": {"return_route": "all"}}
        answer = await friend.request(Text(content="hi"), answer=Text, timeout=SECONDS, **returning)
    assert answer == Text(content="hi")
