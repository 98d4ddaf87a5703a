"""The program that computes what many wallets take, and the page that shows its table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scale import Costs, Limits, Wallets, plan, simulated, table
from support.paths import ROOT

COSTS, LIMITS = Costs(), Limits()


def test_the_page_has_the_table_that_the_program_prints() -> None:
    page = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    assert "\n".join(table(COSTS, LIMITS)) in page


def test_the_page_has_the_prediction_that_the_program_prints() -> None:
    page = (ROOT / "docs/scale.md").read_text(encoding="utf-8")
    for processes in (1, 2):
        rate, _ = simulated(6_000, processes, COSTS, LIMITS)
        assert f"{rate:,.0f}" in page


@pytest.mark.parametrize(
    ("field", "factor"),
    [("forwards", 10), ("sockets", 10), ("rows", 10), ("database", 10), ("written", 10)],
)
def test_ten_times_the_wallets_take_ten_times_the_work(field: str, factor: int) -> None:
    small, large = (plan(Wallets(count=count), COSTS, LIMITS) for count in (10**7, 10**8))
    assert getattr(large, field) == pytest.approx(factor * getattr(small, field))


def test_wallets_that_are_always_connected_leave_no_queue_and_need_processes_for_sockets() -> None:
    made = plan(Wallets(count=10**7, online=1.0), COSTS, LIMITS)
    assert made.rows == 0
    assert made.processes == 10**7 / LIMITS.sockets
    assert made.bends == "sockets"


def test_a_small_disk_needs_more_databases() -> None:
    made = plan(Wallets(count=10**7), COSTS, replace(LIMITS, disk=10e6))
    assert made.databases == 8
    assert made.bends == "bytes that its disk writes"


def test_forwards_within_the_capacity_are_answered_as_they_come() -> None:
    rate, late = simulated(500, 1, COSTS, LIMITS)
    assert rate == pytest.approx(500, rel=0.05)
    # one forward, one commit, and what waits before it
    assert 2 <= late <= 20


def test_forwards_beyond_the_capacity_wait() -> None:
    rate, late = simulated(6_000, 1, COSTS, LIMITS)
    assert rate < 1 / COSTS.forward
    assert late > 1_000
