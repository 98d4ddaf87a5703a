"""A store that fails for a while, as with a full disk: nothing is refused for good, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import httpx2
import pytest

from pydidcomm import DIDCommMessaging, Message
from pydidcomm.agent import Limits
from pydidcomm.protocols.basic_message import Text
from pydidcomm.secrets import SecretsUnavailableError
from pydidcomm.stores import MemoryStore, StoreUnavailableError
from support.agents import SECONDS, eventually, met, new_agent

if TYPE_CHECKING:
    from pydidcomm.stores import InboxItem, Incoming, OutboxItem, Page, Relationship
    from pydidcomm.stores.records import OutboxState

ERRORS = pytest.mark.parametrize(
    "error", [StoreUnavailableError("full"), SecretsUnavailableError("away")], ids=["store", "secrets"]
)


class FailingStore(MemoryStore):
    """Raises from the verbs of `failing`; `once_due` is raised when a message is packed."""

    def __init__(self) -> None:
        super().__init__()
        self.failing: dict[str, Exception] = {}
        self.once_due: Exception | None = None

    async def accept(self, incoming: Incoming) -> bool:
        if "accept" in self.failing:
            raise self.failing["accept"]
        return await super().accept(incoming)

    async def relationship(self, id: str) -> Relationship | None:  # noqa: A002, as in the Protocol
        error = self.failing.pop("relationship", None)
        if error is not None:
            raise error
        return await super().relationship(id)

    async def due(self, now: int, limit: int = 100) -> list[OutboxItem]:
        found = await super().due(now, limit)
        if found and self.once_due is not None:
            self.failing["relationship"], self.once_due = self.once_due, None
        return found


@ERRORS
async def test_a_message_that_the_store_does_not_take_is_left_to_its_sender(error: Exception) -> None:
    store = FailingStore()
    heard: list[str] = []
    bob = new_agent(store)

    @bob.on
    async def hear(text: Text) -> None:
        heard.append(text.content)

    async with bob, httpx2.AsyncClient() as client:
        messaging, to = DIDCommMessaging(), await bob.did()
        frm = await messaging.create_peer_did(service_endpoint="http://127.0.0.1:9/")
        message = Message(type=Text.type, body={"content": "hi"}, frm=frm, to=[to])
        packed = await messaging.pack(message, to=to, frm=frm)
        assert bob.endpoint is not None
        request: dict[str, Any] = {"content": packed.text, "headers": {"content-type": packed.media_type}}
        store.failing["accept"] = error
        refused = await client.post(bob.endpoint, **request)
        store.failing.clear()
        accepted = await client.post(bob.endpoint, **request)

        async def over() -> bool:
            return bool(heard)

        await eventually(over)
    assert (refused.status_code, accepted.status_code, heard) == (503, 202, ["hi"])


@ERRORS
async def test_a_message_that_cannot_be_packed_now_is_sent_later(error: Exception) -> None:
    store = FailingStore()
    async with new_agent(store) as alice, new_agent() as bob:
        friend, _ = await met(alice, bob)
        store.once_due = error
        sending = await friend.send(Text(content="hi"))
        await sending.sent(timeout=SECONDS)
    assert store.once_due is None
    assert not store.failing


class SlowStore(MemoryStore):
    """Takes longer than a handler may."""

    async def settle(self, outbox_id: str, state: OutboxState, **options: Any) -> None:  # noqa: ANN401
        if state == "acknowledged":
            await anyio.sleep(1.0)
        await super().settle(outbox_id, state, **options)


async def test_a_request_gets_its_answer_though_the_store_takes_longer_than_a_handler_may() -> None:
    bob = new_agent()

    @bob.on
    async def hear(text: Text) -> Text:
        return text

    alice = new_agent(SlowStore(), limits=Limits(handler_seconds=0.5))
    async with alice, bob:
        friend, _ = await met(alice, bob)
        answer = await friend.request(Text(content="hi"), answer=Text, timeout=SECONDS, please_ack=[""])
    assert answer == Text(content="hi")


class ForeignStore(MemoryStore):
    """A store of a program, which raises its own exceptions once from each verb that is named."""

    def __init__(self) -> None:
        super().__init__()
        self.failing: set[str] = set()

    def _fail(self, verb: str) -> None:
        if verb in self.failing:
            self.failing.discard(verb)
            raise ConnectionResetError(verb)

    async def waiting(self, now: int, limit: int = 100, *, after: str | None = None) -> Page[InboxItem]:
        self._fail("waiting")
        return await super().waiting(now, limit, after=after)

    async def due(self, now: int, limit: int = 100) -> list[OutboxItem]:
        self._fail("due")
        return await super().due(now, limit)

    async def settle(self, outbox_id: str, state: OutboxState, **options: Any) -> None:  # noqa: ANN401
        self._fail("settle")
        await super().settle(outbox_id, state, **options)

    async def postpone(self, inbox_key: str, **options: Any) -> None:  # noqa: ANN401
        self._fail("postpone")
        await super().postpone(inbox_key, **options)

    async def park(self, inbox_key: str, error: str) -> None:
        self._fail("park")
        await super().park(inbox_key, error)


@pytest.mark.parametrize("verb", ["waiting", "due", "settle", "postpone", "park"])
async def test_an_agent_goes_on_after_a_store_has_raised_an_exception_of_its_own(verb: str) -> None:
    store = ForeignStore()
    calls: list[str] = []
    bob = new_agent(store, limits=Limits(attempts=2))

    @bob.on
    async def hear(text: Text) -> Text:
        calls.append(text.content)
        if text.content == "bad":
            raise ValueError(text)
        return text

    async with new_agent() as alice, bob:
        friend, _ = await met(alice, bob)
        store.failing = {verb}
        await friend.send(Text(content="bad"))

        async def parked() -> bool:
            return bool(await bob.parked())

        await eventually(parked)
        answer = await friend.request(Text(content="good"), answer=Text, timeout=SECONDS)
    assert answer.content == "good"
    assert not store.failing
