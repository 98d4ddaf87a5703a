"""What the operator demands of a message beyond its proofs: policy, time, replays; and what it changes."""

from __future__ import annotations

import pytest

from pydidcomm import (
    DIDCommMessaging,
    InMemoryReplayWindow,
    Message,
    PeerEnded,
    PeerRotated,
    PolicyError,
    ReplayedMessageError,
    UnpackConfig,
    UnsupportedError,
    short_form,
    sync,
)
from world import hello

NOW = 1_700_000_000


def pair() -> tuple[sync.DIDCommMessaging, str, sync.DIDCommMessaging, str]:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    return alice, alice.create_peer_did(), bob, bob.create_peer_did()


@pytest.mark.spec("REQ-02", "REQ-03")
def test_each_demand_refuses_what_does_not_meet_it_and_takes_what_does() -> None:
    alice, frm, bob, to = pair()
    message = hello(to=[to])
    texts = {
        "plain": alice.pack_plaintext(message).packed_msg,
        "anonymous": alice.pack(message, to=to).message,
        "authcrypt": alice.pack(message, to=to, frm=frm).message,
        "signed": alice.pack_signed(message, sign_frm=frm).packed_msg,
        "anonymous, signed": alice.pack(message, to=to, sign_frm=frm).message,
    }
    meeting = {
        "require_encrypted": {"anonymous", "authcrypt", "anonymous, signed"},
        "require_authenticated": {"authcrypt", "signed", "anonymous, signed"},
        "require_signed": {"signed", "anonymous, signed"},
        "allowed_senders": {"authcrypt", "signed", "anonymous, signed"},
    }
    for demand, met in meeting.items():
        config = UnpackConfig(**{demand: {frm} if demand == "allowed_senders" else True})  # type: ignore[arg-type]
        for name, text in texts.items():
            if name in met:
                assert bob.unpack(text, config=config).message.body == message.body
            else:
                with pytest.raises(PolicyError) as caught:
                    bob.unpack(text, config=config)
                assert caught.value.demand == demand


def test_only_the_senders_that_are_allowed_are_let_in() -> None:
    alice, frm, bob, to = pair()
    text = alice.pack(hello(), to=to, frm=frm).message
    asked: list[str] = []

    def no_one(sender: str) -> bool:
        asked.append(sender)
        return False

    for config in (
        UnpackConfig(allowed_senders={to}),
        UnpackConfig(allowed_senders=()),
        UnpackConfig(allowed_senders=no_one),
    ):
        with pytest.raises(PolicyError):
            bob.unpack(text, config=config)
    assert asked == [frm]


def test_a_profile_that_nobody_speaks_is_refused() -> None:
    with pytest.raises(UnsupportedError):
        UnpackConfig(require_profile="didcomm/aip1")


@pytest.mark.spec("TIM-03", "TIM-04")
def test_an_expired_message_is_told_of_and_refused_on_demand() -> None:
    alice, frm, bob, to = pair()
    text = alice.pack(hello(expires_time=NOW), to=to, frm=frm).message
    for now, expired in ((NOW - 1, False), (NOW + 1, True)):
        assert bob.unpack(text, config=UnpackConfig(now=now)).metadata.expired is expired
    demand = UnpackConfig(now=NOW + 1, require_unexpired=True)
    with pytest.raises(PolicyError):
        bob.unpack(text, config=demand)
    in_time = UnpackConfig(now=NOW - 1, require_unexpired=True)
    assert bob.unpack(text, config=in_time).message.expires_time == NOW
    forever = Message(type="https://example.org/greeting/1.0/hello")
    assert not any(forever.is_expired(now) for now in (0, NOW, 2**53))


def test_a_clock_stands_for_the_time_of_every_message() -> None:
    alice, frm, _, _ = pair()
    bob = sync.DIDCommMessaging(clock=lambda: NOW + 1)
    text = alice.pack(hello(expires_time=NOW), to=bob.create_peer_did(), frm=frm).message
    assert bob.unpack(text).metadata.expired


def test_a_replay_is_refused_and_a_forgery_does_not_fill_the_window() -> None:
    alice, frm, _, _ = pair()
    bob = sync.DIDCommMessaging(replay_window=InMemoryReplayWindow())
    to = bob.create_peer_did()
    for text in (alice.pack(hello(), to=to, frm=frm).message, alice.pack(hello(), to=to).message):
        bob.unpack(text)
        with pytest.raises(ReplayedMessageError):
            bob.unpack(text)
    message = hello()
    refused = UnpackConfig(allowed_senders={to})
    text = alice.pack(message, to=to, frm=frm).message
    with pytest.raises(PolicyError):
        bob.unpack(text, config=refused)
    assert bob.unpack(text).message.id == message.id


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


def test_a_window_forgets_the_oldest_first() -> None:
    window = InMemoryReplayWindow(capacity=2)
    assert [window.seen("did:example:a", name) for name in "abcab"] == [False] * 5
    assert window.seen("did:example:a", "b")
    assert not window.seen("did:example:b", "b")


@pytest.mark.spec("ROT-01", "ROT-09")
def test_rotation_and_end_are_one_call_and_one_value() -> None:
    alice, old, bob, to = pair()
    new = alice.create_peer_did()
    assert bob.unpack(alice.pack(hello(), to=to, frm=old).message).relationship_change is None
    moved = bob.unpack(alice.rotate(to=to, old=old, new=new).message).relationship_change
    assert isinstance(moved, PeerRotated)
    assert (moved.old, moved.new) == (old, new)
    ended = bob.unpack(alice.end_relationship(to=to, frm=new).message).relationship_change
    assert isinstance(ended, PeerEnded)
    assert ended.did == new
