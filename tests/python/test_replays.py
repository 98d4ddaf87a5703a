"""Replays: a message that came before is refused, for as long as the window remembers it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import forge
from forge import plaintext
from pydidcomm import DIDCommMessaging, InMemoryReplayWindow, ReplayedMessageError, short_form, sync
from pydidcomm.errors import UntrustedMessageError
from world import hello

if TYPE_CHECKING:
    from world import Documents, Party

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


async def test_a_replay_is_refused_and_a_forgery_leaves_nothing(
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


def test_without_a_window_every_copy_is_taken(documents: Documents, alice: Party, bob: Party) -> None:
    packed = forge.encrypt(plaintext(from_=alice.did, to=[bob.did]), bob.agreement, sender=alice.key)
    for _ in range(2):
        documents.unpack(bob, packed)


class Window:
    """A window that is awaited."""

    def __init__(self) -> None:
        self.known: set[tuple[str | None, str]] = set()

    async def seen(self, sender: str | None, message_id: str, /) -> bool:
        known = (sender, message_id) in self.known
        self.known.add((sender, message_id))
        return known


async def test_a_window_can_be_awaited() -> None:
    window = Window()
    alice, bob = DIDCommMessaging(), DIDCommMessaging(replay_window=window)
    frm, to = await alice.create_peer_did(), await bob.create_peer_did()
    packed = await alice.pack(hello(id="one"), to=to, frm=frm)
    await bob.unpack(packed.message)
    assert window.known == {(short_form(frm), "one")}
    with pytest.raises(ReplayedMessageError):
        await bob.unpack(packed.message)


def test_without_an_event_loop_a_window_that_has_to_be_awaited_is_a_type_error(
    documents: Documents, alice: Party, bob: Party
) -> None:
    recipient = sync.DIDCommMessaging(bob.secrets, documents, replay_window=Window())
    packed = forge.encrypt(plaintext(from_=alice.did, to=[bob.did]), bob.agreement, sender=alice.key)
    with pytest.raises(TypeError, match="plain functions"):
        recipient.unpack(packed)


# the window in memory


def test_a_full_window_forgets_the_oldest_first() -> None:
    window = InMemoryReplayWindow(capacity=2)
    assert [window.seen(ALICE, name) for name in "abcab"] == [False] * 5
    assert window.seen(ALICE, "b")
    assert not window.seen(BOB, "b")


def test_a_message_is_forgotten_when_its_seconds_are_over(clock: Clock) -> None:
    window = InMemoryReplayWindow(seconds=60, clock=clock)
    for sender in (ALICE, None):
        clock.time = 1000
        assert not window.seen(sender, "a")
        clock.time = 1030
        assert not window.seen(sender, "b")
        clock.time = 1059.5
        # to be asked again does not make it younger
        assert window.seen(sender, "a")
        clock.time = 1060
        assert not window.seen(sender, "a")
        assert window.seen(sender, "b")
        clock.time = 1090
        assert not window.seen(sender, "b")
        assert window.seen(sender, "a")
        clock.time = 5000
        assert not window.seen(sender, "a")


def test_a_message_of_a_proved_sender_outlives_the_anonymous_ones() -> None:
    window = InMemoryReplayWindow(capacity=2)
    assert not window.seen(ALICE, "a")
    assert [window.seen(None, name) for name in "abcdef"] == [False] * 6
    assert window.seen(ALICE, "a")
    assert window.seen(None, "f")
    assert not window.seen(None, "a")


def test_a_clock_that_is_set_back_forgets_nothing(clock: Clock) -> None:
    window = InMemoryReplayWindow(seconds=60, clock=clock)
    assert not window.seen(ALICE, "a")
    clock.time = 0
    assert window.seen(ALICE, "a")


def test_by_default_nothing_is_forgotten_while_there_is_room(clock: Clock) -> None:
    window = InMemoryReplayWindow(clock=clock)
    assert not window.seen(ALICE, "a")
    clock.time = 2.0**60
    assert window.seen(ALICE, "a")


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


@pytest.mark.parametrize("arguments", [{"capacity": 0}, {"capacity": -1}, {"seconds": 0}, {"seconds": -0.5}])
def test_a_window_without_room_or_time_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="remembers nothing"):
        InMemoryReplayWindow(**arguments)


class Slow(str):
    """An id that lets other threads in whenever a window looks at it."""

    __slots__ = ()

    def __hash__(self) -> int:
        time.sleep(0.001)
        return super().__hash__()


def test_of_many_threads_one_is_the_first() -> None:
    window = InMemoryReplayWindow()
    names = [Slow(number // 8) for number in range(80)]
    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(window.seen, [ALICE] * len(names), names))
    assert seen.count(False) == 10
