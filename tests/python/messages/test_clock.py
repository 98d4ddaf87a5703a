"""One clock: what is written and what is read use `time.time`, looked up on each use."""

from __future__ import annotations

import time
from unittest import mock

import pytest

from pydidcomm import (
    FromPrior,
    InMemoryReplayWindow,
    Message,
    PolicyError,
    ReplayedMessageError,
    UnpackConfig,
)
from pydidcomm.sync import DIDCommMessaging
from support.parties import hello

DAY = 24 * 3600


def test_unpack_judges_expiry_by_time_time() -> None:
    bob = DIDCommMessaging()
    did = bob.create_peer_did()
    soon = int(time.time()) + 60
    packed = bob.pack(hello(expires_time=soon), to=did, frm=did).message
    assert not bob.unpack(packed).metadata.expired
    with mock.patch("time.time", return_value=float(soon + DAY)):
        assert bob.unpack(packed).metadata.expired
        with pytest.raises(PolicyError):
            bob.unpack(packed, config=UnpackConfig(require_unexpired=True))


@pytest.mark.parametrize("shift", [-DAY, DAY])
def test_a_rotation_made_and_read_at_a_frozen_time_is_proved(shift: int) -> None:
    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    old, new, to = alice.create_peer_did(), alice.create_peer_did(), bob.create_peer_did()
    with mock.patch("time.time", return_value=time.time() + shift):
        received = bob.unpack(alice.rotate(to=to, old=old, new=new).message)
        assert received.relationship_change is not None
        ended = bob.unpack(alice.end_relationship(to=to, frm=new).message)
        assert ended.relationship_change is not None


def test_a_message_and_a_claim_made_without_a_time_use_time_time() -> None:
    with mock.patch("time.time", return_value=1000.9):
        assert FromPrior(iss="did:example:old", sub="did:example:new").iat == 1000
        assert Message(type="https://example.org/x/1.0/y", expires_time=1000).is_expired()
        assert not Message(type="https://example.org/x/1.0/y", expires_time=1001).is_expired()


def test_a_replay_window_forgets_by_time_time() -> None:
    party = DIDCommMessaging(replay_window=InMemoryReplayWindow(seconds=60))
    packed = party.pack(hello(), to=party.create_peer_did()).message
    party.unpack(packed)
    with pytest.raises(ReplayedMessageError):
        party.unpack(packed)
    with mock.patch("time.time", return_value=time.time() + 61):
        party.unpack(packed)
