"""Which arrivals share one commit on SQLite."""

import threading
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio import to_thread
from anyio.lowlevel import checkpoint

from pydidcomm.mediator import Arrival, Placed, SqliteMediatorStore
from pydidcomm.mediator._sqlite_placing import place

pytestmark = pytest.mark.anyio
SECONDS = 10.0


async def test_what_follows_a_large_group_one_by_one_shares_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a message alone waits for no other."""
    sizes: list[int] = []
    entered, gate, looked, sent = (threading.Event() for _ in range(4))

    def counted(connection: Any, arrivals: list[Arrival], *others: Any) -> list[Placed]:  # noqa: ANN401, of the store
        sizes.append(len(arrivals))
        entered.set()
        assert gate.wait(SECONDS)
        return place(connection, arrivals, *others)

    def look(_seconds: float) -> None:
        looked.set()
        sent.wait(SECONDS)

    monkeypatch.setattr("pydidcomm.mediator.sqlite.place", counted)
    monkeypatch.setattr("pydidcomm.mediator._command_thread.sleep", look)
    async with SqliteMediatorStore(tmp_path / "mediator.db") as store, anyio.create_task_group() as group:

        def put(number: int) -> None:
            arrival = Arrival(next="did:example:bob", envelope=b"%d" % number, at=1.0)
            group.start_soon(store.place, arrival)

        put(0)
        assert await to_thread.run_sync(entered.wait, SECONDS)
        # eight arrive while the first is written; the look after them finds nothing more
        for number in range(1, 9):
            put(number)
        for _ in range(3):
            await checkpoint()
        sent.set()
        gate.set()
        assert await to_thread.run_sync(looked.wait, SECONDS)
        while len(sizes) < 2:  # noqa: ASYNC110, of a thread
            await anyio.sleep(0.01)
        assert sizes == [1, 8]
        looked.clear()
        sent.clear()
        put(9)
        assert await to_thread.run_sync(looked.wait, SECONDS)
        put(10)
        for _ in range(3):
            await checkpoint()
        sent.set()
    assert sizes == [1, 8, 2]
