"""Replays: a repeated message is refused for as long as the window contains it."""

from __future__ import annotations

import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import anyio
import anyio.lowlevel
import pytest

from pydidcomm import (
    DIDCommMessaging,
    InMemoryReplayWindow,
    ReplayedMessageError,
    ReplayEntry,
    UnpackConfig,
    short_form,
    sync,
)
from pydidcomm.errors import UntrustedMessageError
from support import forge
from support.forge import plaintext
from support.parties import hello, results

if TYPE_CHECKING:
    from support.parties import Documents, Party

ALICE, BOB = "did:example:alice", "did:example:bob"


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def test_a_replay_is_refused_and_a_forgery_is_not_recorded(
    documents: Documents, alice: Party, bob: Party, mallory: Party
) -> None:
    window = InMemoryReplayWindow(capacity=10)
    recipient = DIDCommMessaging(bob.secrets, documents, replay_window=window)
    message = plaintext(from_=alice.did, to=[bob.did])
    with pytest.raises(UntrustedMessageError):
        await recipient.unpack(forge.encrypt(message, bob.agreement, sender=mallory.key))
    for sender in (alice.key, None):
        await recipient.unpack(forge.encrypt(message, bob.agreement, sender=sender))
        with pytest.raises(ReplayedMessageError) as caught:
            await recipient.unpack(forge.encrypt(message, bob.agreement, sender=sender))
        assert (caught.value.message_id, caught.value.did) == ("one", alice.did if sender else None)


def test_without_a_replay_window_every_copy_is_accepted(
    documents: Documents, alice: Party, bob: Party
) -> None:
    packed = forge.encrypt(plaintext(from_=alice.did, to=[bob.did]), bob.agreement, sender=alice.key)
    for _ in range(2):
        documents.unpack(bob, packed)


class Window:
    """A window that is awaited, and may hang after it has remembered."""

    def __init__(self) -> None:
        self.known: dict[str, ReplayEntry] = {}
        self.hangs = False

    async def seen(self, entry: ReplayEntry, /) -> bool:
        known = self.known.setdefault(entry.digest, entry)
        if self.hangs:
            await anyio.sleep_forever()
        return known.delivery != entry.delivery

    async def forget(self, entry: ReplayEntry, /) -> None:
        await anyio.lowlevel.checkpoint()
        if self.known[entry.digest].delivery == entry.delivery:
            del self.known[entry.digest]


async def test_a_window_can_be_awaited() -> None:
    window = Window()
    alice, bob = DIDCommMessaging(), DIDCommMessaging(replay_window=window)
    frm, to = await alice.create_peer_did(), await bob.create_peer_did()
    packed = await alice.pack(hello(id="one", expires_time=2_000_000_000), to=to, frm=frm)
    received = await bob.unpack(packed.message, config=UnpackConfig(now=1_516_269_022))
    (entry,) = window.known.values()
    assert entry == ReplayEntry.of(received, at=1_516_269_022)
    assert (entry.sender, entry.recipient, entry.id) == (short_form(frm), short_form(to), "one")
    assert (entry.expires_time, entry.received) == (2_000_000_000, 1_516_269_022)
    with pytest.raises(ReplayedMessageError):
        await bob.unpack(packed.message)


def test_without_an_event_loop_a_window_that_has_to_be_awaited_is_a_type_error(
    documents: Documents, alice: Party, bob: Party
) -> None:
    recipient = sync.DIDCommMessaging(bob.secrets, documents, replay_window=Window())
    packed = forge.encrypt(plaintext(from_=alice.did, to=[bob.did]), bob.agreement, sender=alice.key)
    with pytest.raises(TypeError, match="plain functions"):
        recipient.unpack(packed)


@pytest.mark.parametrize("many", [False, True])
async def test_a_message_whose_unpack_is_cancelled_can_be_delivered_again(*, many: bool) -> None:
    window = Window()
    alice, bob = DIDCommMessaging(), DIDCommMessaging(replay_window=window)
    frm, to = await alice.create_peer_did(), await bob.create_peer_did()
    packed = [(await alice.pack(hello(id=name), to=to, frm=frm)).message for name in ("one", "two")]
    window.hangs = True
    with anyio.move_on_after(0.1):
        await (bob.unpack_many(packed) if many else bob.unpack(packed[0]))
    window.hangs = False
    assert window.known == {}
    assert (await bob.unpack(packed[0])).message.id == "one"
    # a replay that is cancelled does not make the window forget the message
    window.hangs = True
    with anyio.move_on_after(0.1):
        await bob.unpack(packed[0])
    window.hangs = False
    with pytest.raises(ReplayedMessageError):
        await bob.unpack(packed[0])


async def test_a_cancelled_batch_releases_its_recorded_messages() -> None:
    class Second(Window):
        async def seen(self, entry: ReplayEntry, /) -> bool:
            self.hangs = entry.id == "two"
            return await super().seen(entry)

    window = Second()
    alice, bob = DIDCommMessaging(), DIDCommMessaging(replay_window=window)
    frm, to = await alice.create_peer_did(), await bob.create_peer_did()
    packed = [(await alice.pack(hello(id=name), to=to, frm=frm)).message for name in ("one", "two")]
    with anyio.move_on_after(0.1):
        results(await bob.unpack_many(packed))
    assert window.known == {}


@pytest.mark.parametrize("anonymous", [False, True])
def test_one_message_to_two_of_our_dids_is_two_messages(*, anonymous: bool) -> None:
    alice, host = sync.DIDCommMessaging(), sync.DIDCommMessaging(replay_window=InMemoryReplayWindow())
    frm, tenants = alice.create_peer_did(), [host.create_peer_did(), host.create_peer_did()]
    news = hello(id="one")
    sender = None if anonymous else frm
    for packed in results(alice.pack_to_each(news, to=tenants, frm=sender, anonymous=anonymous)):
        assert host.unpack(packed.message).message.id == "one"
    with pytest.raises(ReplayedMessageError):
        host.unpack(alice.pack(news, to=tenants[0], frm=sender, anonymous=anonymous).message)


def test_a_message_whose_replay_entry_is_forgotten_is_accepted_again() -> None:
    window = InMemoryReplayWindow()
    party = sync.DIDCommMessaging(replay_window=window)
    did = party.create_peer_did()
    packed = party.pack(hello(), to=did, frm=did).message
    entry = ReplayEntry.of(party.unpack(packed), at=0)
    window.forget(dataclasses.replace(entry, delivery="another"))
    with pytest.raises(ReplayedMessageError):
        party.unpack(packed)
    window.forget(entry)
    window.forget(entry)
    party.unpack(packed)


# the window in memory


def entry(sender: str | None, name: str, delivery: str | None = None) -> ReplayEntry:
    """A delivery of a message, another one at each call."""
    return ReplayEntry(
        sender=sender,
        recipient=BOB,
        id=name,
        digest=f"{sender} {name}",
        expires_time=None,
        received=0,
        delivery=delivery or uuid4().hex,
    )


def test_a_sender_evicts_only_its_own_messages() -> None:
    window = InMemoryReplayWindow(capacity=2)
    assert not window.seen(entry(BOB, "a"))
    assert [window.seen(entry(ALICE, name)) for name in "abcab"] == [False] * 5
    assert window.seen(entry(ALICE, "b"))
    assert window.seen(entry(BOB, "a"))
    assert not window.seen(entry(BOB, "b"))


def test_anonymous_messages_share_one_quota() -> None:
    window = InMemoryReplayWindow(capacity=2)
    assert not window.seen(entry(ALICE, "a"))
    assert [window.seen(entry(None, name)) for name in "abcdef"] == [False] * 6
    assert window.seen(entry(ALICE, "a"))
    assert window.seen(entry(None, "f"))
    assert not window.seen(entry(None, "a"))


def test_a_full_window_forgets_the_oldest_message_of_all() -> None:
    window = InMemoryReplayWindow(total=3)
    senders = [f"did:example:{number}" for number in range(4)]
    assert [window.seen(entry(sender, "a")) for sender in senders] == [False] * 4
    assert [window.seen(entry(sender, "a")) for sender in senders[1:]] == [True] * 3
    assert not window.seen(entry(senders[0], "a"))


@pytest.mark.parametrize("quota", [{"capacity": 2}, {"total": 2}])
def test_within_its_seconds_a_full_window_refuses_rather_than_forgets(
    clock: Clock, quota: dict[str, int]
) -> None:
    window = InMemoryReplayWindow(seconds=60, clock=clock, **quota)
    assert [window.seen(entry(ALICE, name)) for name in "abca"] == [False, False, True, True]
    clock.time += 60
    assert not window.seen(entry(ALICE, "c"))


def test_the_same_delivery_is_not_a_replay() -> None:
    window = InMemoryReplayWindow()
    assert [window.seen(entry(ALICE, "a", "1")) for _ in range(2)] == [False, False]
    assert window.seen(entry(ALICE, "a", "2"))


def test_a_message_is_forgotten_when_its_seconds_are_over(clock: Clock) -> None:
    window = InMemoryReplayWindow(seconds=60, clock=clock)
    for sender in (ALICE, None):
        clock.time = 1000
        assert not window.seen(entry(sender, "a"))
        clock.time = 1030
        assert not window.seen(entry(sender, "b"))
        clock.time = 1059.5
        # another request does not renew it
        assert window.seen(entry(sender, "a"))
        clock.time = 1060
        assert not window.seen(entry(sender, "a"))
        assert window.seen(entry(sender, "b"))
        clock.time = 1090
        assert not window.seen(entry(sender, "b"))
        assert window.seen(entry(sender, "a"))
        clock.time = 5000
        assert not window.seen(entry(sender, "a"))
        clock.time = 1000
        window = InMemoryReplayWindow(seconds=60, clock=clock)


def test_a_clock_that_is_set_back_forgets_nothing(clock: Clock) -> None:
    window = InMemoryReplayWindow(seconds=60, clock=clock)
    assert not window.seen(entry(ALICE, "a"))
    clock.time = 0
    assert window.seen(entry(ALICE, "a"))


def test_by_default_nothing_is_forgotten_while_there_is_room(clock: Clock) -> None:
    window = InMemoryReplayWindow(clock=clock)
    assert not window.seen(entry(ALICE, "a"))
    clock.time = 2.0**60
    assert window.seen(entry(ALICE, "a"))


def test_a_received_message_may_come_again_when_the_window_has_forgotten_it(
    documents: Documents, alice: Party, bob: Party, clock: Clock
) -> None:
    window = InMemoryReplayWindow(seconds=60, clock=clock)
    recipient = sync.DIDCommMessaging(bob.secrets, documents, replay_window=window)
    packed = forge.encrypt(plaintext(from_=alice.did, to=[bob.did]), bob.agreement, sender=alice.key)
    recipient.unpack(packed)
    clock.time += 59
    with pytest.raises(ReplayedMessageError):
        recipient.unpack(packed)
    clock.time += 1
    recipient.unpack(packed)


@pytest.mark.parametrize(
    "arguments", [{"capacity": 0}, {"capacity": -1}, {"total": 0}, {"seconds": 0}, {"seconds": -0.5}]
)
def test_a_window_without_room_or_time_is_refused(arguments: dict[str, Any]) -> None:
    (name,) = arguments
    with pytest.raises(ValueError, match=f"`{name}` must be positive"):
        InMemoryReplayWindow(**arguments)


class Slow(str):
    """A digest that lets other threads in whenever a window looks at it."""

    __slots__ = ()

    def __hash__(self) -> int:
        time.sleep(0.001)
        return super().__hash__()


def test_exactly_one_of_many_threads_records_a_message_first() -> None:
    window = InMemoryReplayWindow()
    entries = [dataclasses.replace(entry(ALICE, "a"), digest=Slow(number // 8)) for number in range(80)]
    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(window.seen, entries))
    assert seen.count(False) == 10
