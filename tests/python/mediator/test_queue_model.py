"""Verbs in any order leave the store of a mediator as a model of some lines says."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pydidcomm.mediator import (
    Action,
    Arrival,
    Limits,
    Placement,
    Recipient,
    RouteChange,
    RouteResult,
    SqliteMediatorStore,
)
from support.verbs import run_verb

if TYPE_CHECKING:
    from collections.abc import Awaitable

pytestmark = pytest.mark.slow

LIMITS = Limits(messages=5, bytes=40, age=100, routes=2)
OWNERS = ("did:example:bob", "did:example:carol")
ROUTES = ("did:example:one", "did:example:two", "did:example:three", "did:example:four")
ENVELOPES = [bytes([65 + number]) * (10 + 10 * (number % 2)) for number in range(7)]
LIVES = st.sampled_from([None, 0, 7, 50])
EVERY = st.sets(st.integers(0, 9), max_size=4)


@dataclass
class Waiting:
    """An envelope of the model's queue."""

    owner: str
    route: str
    envelope: bytes
    ends: float
    id: str = ""


class QueueMachine(RuleBasedStateMachine):
    """Calls verbs of a store, and follows them in a list and a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.now = 1_000.0
        self.store = self.run(self.open())
        self.recipients: dict[str, Recipient] = {
            did: self.run(self.store.grant(did, self.now)) for did in OWNERS
        }
        self.owners: dict[str, str] = {}
        self.queue: list[Waiting] = []
        self.acknowledged: set[tuple[str, bytes]] = set()

    async def open(self) -> SqliteMediatorStore:
        return SqliteMediatorStore(Path(self.folder.name, "mediator.db"), limits=LIMITS)

    def run(self, verb: Awaitable[Any]) -> Any:  # noqa: ANN401, the answer of the verb
        return run_verb(self.runner, verb)

    def teardown(self) -> None:
        self.run(self.store.aclose())
        self.runner.close()
        self.folder.cleanup()

    def size(self, owner: str) -> int:
        return sum(len(each.envelope) for each in self.of(owner))

    def of(self, owner: str) -> list[Waiting]:
        return [each for each in self.queue if each.owner == owner]

    @rule(did=st.sampled_from(ROUTES), owner=st.sampled_from(OWNERS), action=st.sampled_from(Action))
    def change(self, did: str, owner: str, action: Action) -> None:
        changed = self.run(
            self.store.change_routes(self.recipients[owner], [RouteChange(did, action)], self.now)
        )
        assert changed == [self.expected_change(did, owner, action)]

    def expected_change(self, did: str, owner: str, action: Action) -> RouteResult:
        known = self.owners.get(did)
        if action is Action.ADD:
            if known is not None:
                return RouteResult.NO_CHANGE if known == owner else RouteResult.CLIENT_ERROR
            if sum(each == owner for each in self.owners.values()) >= LIMITS.routes:
                return RouteResult.CLIENT_ERROR
            self.owners[did] = owner
            return RouteResult.SUCCESS
        if known != owner:
            # whether another has registered it is not revealed
            return RouteResult.NO_CHANGE
        del self.owners[did]
        return RouteResult.SUCCESS

    @rule(
        did=st.sampled_from(ROUTES),
        envelope=st.sampled_from(ENVELOPES),
        life=st.sampled_from([None, 0, 7, 50]),
    )
    def place(self, did: str, envelope: bytes, life: int | None) -> None:
        expires = None if life is None else self.now + life
        arrival = Arrival(next=did, envelope=envelope, at=self.now, expires=expires)
        placed = self.run(self.store.place(arrival))
        owner = self.owners.get(did)
        if life == 0:
            assert placed.outcome is Placement.EXPIRED
        elif owner is None:
            assert placed.outcome is Placement.UNKNOWN
        elif (did, envelope) in self.acknowledged or any(
            (each.route, each.envelope) == (did, envelope) for each in self.of(owner)
        ):
            assert placed.outcome is Placement.SEEN
        elif len(self.of(owner)) >= LIMITS.messages or self.size(owner) + len(envelope) > LIMITS.bytes:
            assert placed.outcome is Placement.FULL
        else:
            assert placed.outcome is Placement.STORED
            self.queue.append(Waiting(owner, did, envelope, arrival.ends(LIMITS.age)))

    @rule(owner=st.sampled_from(OWNERS), count=st.integers(1, 6), size=st.integers(1, 60))
    def deliver(self, owner: str, count: int, size: int) -> None:
        recipient = self.recipients[owner]
        found = self.run(self.store.deliver(recipient, count=count, size=size, at=self.now))
        fresh = [each for each in self.of(owner) if each.ends > self.now][:count]
        sizes = accumulate(len(each.envelope) for each in fresh)
        # at least one, however large it is
        expected = [
            each for each, total in zip(fresh, sizes, strict=True) if each is fresh[0] or total <= size
        ]
        assert [(each.route, each.envelope) for each in found] == [
            (each.route, each.envelope) for each in expected
        ]
        for each, queued in zip(expected, found, strict=True):
            # the same in every delivery
            assert each.id in {"", queued.id}
            each.id = queued.id

    @rule(owner=st.sampled_from(OWNERS), places=EVERY)
    def acknowledge(self, owner: str, places: set[int]) -> None:
        chosen = [self.queue[place] for place in sorted(places) if place < len(self.queue)]
        ids = [each.id for each in chosen if each.id]
        gone = [each for each in chosen if each.id and each.owner == owner]
        assert self.run(self.store.acknowledge(self.recipients[owner], ids, self.now)) == len(gone)
        self.queue = [each for each in self.queue if each not in gone]
        self.acknowledged |= {(each.route, each.envelope) for each in gone}

    @rule(seconds=st.integers(1, 30))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        over = [each for each in self.queue if each.ends <= self.now]
        assert self.run(self.store.expire(self.now, 100)) == len(over)
        self.queue = [each for each in self.queue if each.ends > self.now]

    @rule()
    def start_again(self) -> None:
        self.run(self.store.aclose())
        self.store = self.run(self.open())

    @invariant()
    def the_status_is_that_of_the_model(self) -> None:
        for owner, recipient in self.recipients.items():
            status = self.run(self.store.status(recipient))
            assert (status.count, status.bytes) == (len(self.of(owner)), self.size(owner))
        overview = self.run(self.store.overview())
        assert (overview.messages, overview.routes) == (len(self.queue), len(self.owners))


def test_verbs_in_any_order_leave_what_the_model_says() -> None:
    slow = [HealthCheck.too_slow]
    options = settings(max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=slow)
    run_state_machine_as_test(QueueMachine, settings=options)
