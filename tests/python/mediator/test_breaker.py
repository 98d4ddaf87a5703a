"""The breaker and the places of each host, as a table of times."""

import pytest

from pydidcomm.mediator.breaker import (
    FAILURES,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MOST_HOSTS,
    PLACES,
    SLOW_SECONDS,
    Hosts,
    Turn,
)

HOST = "next.example:443"


def hosts() -> Hosts:
    return Hosts(lambda: 1.0)


def fail(known: Hosts, times: int, at: float = 0.0) -> None:
    for _ in range(times):
        known.begin(HOST, at)
        known.end(HOST, at, at, up=False)


def succeed(known: Hosts, at: float = 0.0) -> None:
    known.begin(HOST, at)
    known.end(HOST, at, at, up=True)


@pytest.mark.spec("MFW-10")
def test_a_host_is_left_alone_after_failures_in_a_row() -> None:
    known = hosts()
    fail(known, FAILURES - 1)
    assert known.turn(HOST, 0.0)[0] is Turn.GO
    succeed(known)
    fail(known, FAILURES - 1)
    assert known.turn(HOST, 0.0)[0] is Turn.GO
    fail(known, 1)
    assert known.turn(HOST, 1.0) == (Turn.LATER, FIRST_PAUSE)
    assert (known.count_paused(1.0), known.count_paused(FIRST_PAUSE)) == (1, 0)
    assert known.turn("other.example:443", 1.0)[0] is Turn.GO


def test_one_message_tries_a_host_that_was_left_alone_and_a_failure_doubles_the_pause() -> None:
    known, now = hosts(), FIRST_PAUSE
    fail(known, FAILURES)
    assert known.turn(HOST, now)[0] is Turn.GO
    known.begin(HOST, now)
    assert known.turn(HOST, now) == (Turn.LATER, now + FIRST_PAUSE)
    known.end(HOST, now, now + 1, up=False)
    assert known.turn(HOST, now + 1) == (Turn.LATER, now + 1 + 2 * FIRST_PAUSE)
    for _ in range(20):
        now = known.turn(HOST, now + 2)[1]
        fail(known, 1, now)
    assert known.turn(HOST, now) == (Turn.LATER, now + LONGEST_PAUSE)
    now += LONGEST_PAUSE
    succeed(known, now)
    fail(known, FAILURES - 1, now)
    assert known.turn(HOST, now)[0] is Turn.GO


def test_a_host_has_some_places_and_a_slow_one_does_not_hold_up_the_rest() -> None:
    known = hosts()
    for _ in range(PLACES):
        assert known.turn(HOST, 0.0)[0] is Turn.GO
        known.begin(HOST, 0.0)
    assert known.turn(HOST, 0.0)[0] is Turn.WAIT
    assert known.turn(HOST, SLOW_SECONDS + 1)[0] is Turn.LATER
    known.end(HOST, 0.0, 0.5, up=True)
    assert known.turn(HOST, SLOW_SECONDS + 1)[0] is Turn.GO


def test_the_hosts_that_are_remembered_are_bounded() -> None:
    known = hosts()
    for number in range(MOST_HOSTS + 10):
        for _ in range(FAILURES):
            known.begin(f"{number}.example:443", 0.0)
            known.end(f"{number}.example:443", 0.0, 0.0, up=False)
    assert known.count_paused(0.0) == MOST_HOSTS
