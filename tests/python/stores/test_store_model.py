"""Verbs in any order leave a store of an agent as a model of some lines says."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pydidcomm.stores import Done, Incoming, MemoryStore, OutboxItem, StoreConflictError
from pydidcomm.stores.askar import AskarStore
from support.verbs import run_verb

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from pydidcomm.stores import Store
    from pydidcomm.stores.records import OutboxState

pytestmark = pytest.mark.slow

RAW_KEY = AskarStore.generate_raw_key()
KEYS = st.sampled_from([f"message {number}" for number in range(8)])
LANES = st.sampled_from(["bob", "carol"])
SECONDS = st.integers(min_value=1, max_value=20)
START = 1_000


@dataclass
class Row:
    """A message of the model's inbox or outbox."""

    key: str
    lane: str
    state: str = "waiting"
    next_at: int = 0


def ready(rows: list[Row], now: int) -> list[Row]:
    """The first message of each lane that waits, where its time has come."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.state == "waiting":
            first.setdefault(row.lane, row)
    return [row for row in rows if first.get(row.lane) is row and row.next_at <= now]


class StoreMachine(RuleBasedStateMachine):
    """Calls verbs of a store, and follows them in two lists."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.store: Store = self.run(self.open())
        self.now = START
        self.inbox: list[Row] = []
        self.outbox: list[Row] = []

    async def open(self) -> Store:
        return MemoryStore()

    def run(self, verb: Awaitable[Any]) -> Any:  # noqa: ANN401, the answer of the verb
        return run_verb(self.runner, verb)

    def teardown(self) -> None:
        self.run(self.store.aclose())
        self.runner.close()

    def message(self, key: str, state: str) -> Row | None:
        return next((row for row in self.inbox if row.key == key and row.state == state), None)

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    @rule(key=KEYS, lane=LANES)
    def accept(self, key: str, lane: str) -> None:
        is_new = all(row.key != key for row in self.inbox)
        assert (
            self.run(self.store.accept(Incoming(key=key, lane=lane, received=b"{}", at=self.now))) == is_new
        )
        if is_new:
            self.inbox.append(Row(key, lane))

    @rule(key=KEYS, lane=LANES)
    def handle(self, key: str, lane: str) -> None:
        row = self.message(key, "waiting")
        lanes = [other for other in self.inbox if row and other.lane == row.lane and other.state == "waiting"]
        reply = f"reply to {key}"
        verb = self.store.commit(
            Done(
                inbox_key=key,
                outbox=(OutboxItem(id=reply, lane=lane, to="did:example:bob", message=b"{}"),),
                at=self.now,
            )
        )
        if row is None or lanes[0] is not row:
            with pytest.raises(StoreConflictError):
                self.run(verb)
            return
        self.run(verb)
        row.state = "done"
        if all(known.key != reply for known in self.outbox):
            self.outbox.append(Row(reply, lane))

    @rule(key=KEYS, seconds=SECONDS)
    def postpone(self, key: str, seconds: int) -> None:
        later = self.now + seconds
        self.run(self.store.postpone(key, attempts=1, next_at=later, error="busy", at=self.now))
        row = self.message(key, "waiting")
        if row is not None:
            row.next_at = later

    @rule(key=KEYS)
    def park(self, key: str) -> None:
        self.run(self.store.park(key, "broken"))
        row = self.message(key, "waiting")
        if row is not None:
            row.state = "parked"

    @rule(key=KEYS)
    def replay(self, key: str) -> None:
        row = self.message(key, "parked")
        assert self.run(self.store.replay(key)) == (row is not None)
        if row is not None:
            self.inbox.remove(row)
            self.inbox.append(Row(row.key, row.lane))

    @rule(key=KEYS, state=st.sampled_from(["sent", "failed", "acknowledged", "waiting"]), seconds=SECONDS)
    def settle(self, key: str, state: OutboxState, seconds: int) -> None:
        later = self.now + seconds if state == "waiting" else None
        verb = self.store.settle(f"reply to {key}", state, attempts=1, next_at=later, at=self.now)
        row = next((row for row in self.outbox if row.key == f"reply to {key}"), None)
        self.run(verb)
        if row is not None and row.state != "acknowledged":
            row.state, row.next_at = state, later or 0

    @invariant()
    def the_lists_are_those_of_the_model(self) -> None:
        waiting = self.run(self.store.waiting(self.now))
        late = {row.lane for row in self.inbox if row.state == "waiting" and row.next_at > self.now}
        assert [item.key for item in waiting] == [
            row.key for row in self.inbox if row.state == "waiting" and row.lane not in late
        ]
        parked = self.run(self.store.parked())
        assert {item.key for item in parked} == {row.key for row in self.inbox if row.state == "parked"}
        due = self.run(self.store.due(self.now))
        assert {item.id for item in due} == {row.key for row in ready(self.outbox, self.now)}
        for row in self.outbox:
            item = self.run(self.store.outgoing(row.key))
            assert item is not None
            assert item.state == row.state


class AskarMachine(StoreMachine):
    """The same on an encrypted file."""

    async def open(self) -> Store:
        self.folder = tempfile.TemporaryDirectory()
        return await AskarStore.open(Path(self.folder.name, "alice.db"), raw_key=RAW_KEY).__aenter__()

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


@pytest.mark.parametrize(("machine", "runs"), [(StoreMachine, 40), (AskarMachine, 6)])
def test_verbs_in_any_order_leave_what_the_model_says(machine: type[StoreMachine], runs: int) -> None:
    slow = [HealthCheck.too_slow]
    options = settings(max_examples=runs, stateful_step_count=30, deadline=None, suppress_health_check=slow)
    run_state_machine_as_test(machine, settings=options)
