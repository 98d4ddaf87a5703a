"""Expiry: reported by the clock of the recipient, and refused on demand."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

import pydidcomm
from pydidcomm import DIDCommMessaging, Message, PolicyError, ResolversConfig, UnpackConfig, sync
from support import forge
from support.forge import plaintext
from support.parties import HELLO

if TYPE_CHECKING:
    from support.parties import Documents, Party

EXPIRES = 1_700_000_000
DEMAND = UnpackConfig(require_unexpired=True)


class Clock:
    """A clock that is set by hand, and counts how often it is read."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.read = 0

    def __call__(self) -> float:
        self.read += 1
        return self.now


def codes(received: pydidcomm.UnpackResult) -> list[str]:
    return [warning.code.value for warning in received.metadata.warnings]


def messages(alice: Party, bob: Party) -> list[dict[str, Any]]:
    message = plaintext(from_=alice.did, to=[bob.did], expires_time=EXPIRES)
    signed = forge.sign(message, alice.signing)
    return [
        message,
        signed,
        forge.encrypt(message, bob.agreement, sender=alice.key),
        forge.encrypt(signed, bob.agreement),
    ]


@pytest.mark.spec("TIM-04")
async def test_a_demand_is_judged_by_the_clock_that_is_given(
    documents: Documents, alice: Party, bob: Party
) -> None:
    clock = Clock(EXPIRES - 0.001)
    recipient = DIDCommMessaging(bob.secrets, documents, clock=clock)
    for packed in messages(alice, bob):
        clock.now = EXPIRES - 0.001
        received = await recipient.unpack(packed, config=DEMAND)
        assert not received.metadata.expired
        assert "expired" not in codes(received)
        clock.now = EXPIRES
        with pytest.raises(PolicyError) as caught:
            await recipient.unpack(packed, config=DEMAND)
        assert caught.value.demand == "require_unexpired"
        received = await recipient.unpack(packed)
        assert received.metadata.expired
        assert "expired" in codes(received)
        assert received.message.expires_time == EXPIRES


@pytest.mark.spec("TIM-04")
def test_every_operation_reads_the_clock_once_per_message(
    documents: Documents, alice: Party, bob: Party
) -> None:
    clock = Clock(EXPIRES)
    packed = messages(alice, bob)[2]
    resolvers = ResolversConfig(secrets_resolver=bob.secrets, did_resolver=documents, clock=clock)
    recipient = sync.DIDCommMessaging(bob.secrets, documents, clock=clock)
    for now, expired in ((EXPIRES, True), (EXPIRES - 1, False), (EXPIRES + 1, True)):
        clock.now = now
        assert sync.unpack(resolvers, packed).metadata.expired is expired
        assert recipient.unpack(packed).metadata.expired is expired
    assert clock.read == 6


async def test_the_time_of_a_config_comes_before_the_clock(
    documents: Documents, alice: Party, bob: Party
) -> None:
    clock = Clock(EXPIRES + 1)
    resolvers = ResolversConfig(secrets_resolver=bob.secrets, did_resolver=documents, clock=clock)
    packed = messages(alice, bob)[2]
    in_time = UnpackConfig(require_unexpired=True, now=EXPIRES - 1)
    assert not (await pydidcomm.unpack(resolvers, packed, in_time)).metadata.expired
    with pytest.raises(PolicyError):
        await pydidcomm.unpack(resolvers, packed, DEMAND)
    too_late = UnpackConfig(now=EXPIRES)
    assert sync.unpack(documents.of(bob), packed, too_late).metadata.expired


def test_the_default_clock_is_that_of_the_system(documents: Documents, bob: Party) -> None:
    now = int(time.time())
    for expires_time, expired in ((now - 5, True), (now + 3600, False)):
        received = documents.unpack(bob, plaintext(expires_time=expires_time))
        assert received.metadata.expired is expired
        assert received.message.is_expired(now) is expired


@pytest.mark.spec("TIM-03", "TIM-04")
def test_a_message_without_a_time_never_expires(documents: Documents, bob: Party) -> None:
    forever = UnpackConfig(require_unexpired=True, now=2**62)
    assert not documents.unpack(bob, plaintext(), forever).metadata.expired
    for now in (0, EXPIRES, 2**63):
        assert not Message(type=HELLO).is_expired(now)


def test_a_time_before_the_epoch_is_refused() -> None:
    with pytest.raises(ValueError, match="`now` must be at least 0, got -1"):
        UnpackConfig(now=-1)


def test_an_exception_of_the_clock_is_raised_unchanged(documents: Documents, bob: Party) -> None:
    error = OSError("no time signal")

    def clock() -> float:
        raise error

    with pytest.raises(OSError, match="time signal") as caught:
        sync.DIDCommMessaging(bob.secrets, documents, clock=clock).unpack(plaintext())
    assert caught.value is error
