"""The benchmarks measure what they say: every operation does its work, and the table counts right."""

from dataclasses import replace

import pytest

from contestants import NotDoneError, ours
from many import batch_row, spread_row
from material import make
from operations import OPERATIONS, TO_MANY, against
from rounds import calls_of, measure, verify
from table import LIMIT, OURS, slower, table

pytestmark = pytest.mark.slow

SMALL = [
    replace(operation, recipients=min(operation.recipients, 3))
    for operation in OPERATIONS
    if operation.size < 1000
]


async def test_every_benchmark_operation_works_asynchronously_and_synchronously() -> None:
    material, at_home = make("did:example", SMALL), make("did:peer", SMALL)
    for contestant in ours(material, at_home):
        for operation in SMALL:
            verify(contestant.material, operation.name, await contestant.result(operation.name))


def test_a_result_of_something_else_is_noticed() -> None:
    resolve = next(operation for operation in SMALL if operation.kind == "resolve")
    with pytest.raises(NotDoneError):
        verify(make("did:example", [resolve]), resolve.name, '{"id": "did:example:other"}')


async def test_each_round_has_a_median_of_each_contestant() -> None:
    signed = [operation for operation in SMALL if operation.name == "sign Ed25519"]
    material = make("did:example", signed)
    times = await measure(signed, ours(material, material)[2:3], rounds=2)
    assert len(times["sign Ed25519"]["sync"]) == 2


@pytest.mark.parametrize(
    ("time", "calls"), [(0.01, 200), (30, 100), (1000, 15), (10_000, 3), (50_000, 1)], ids=str
)
def test_a_sample_has_enough_calls_and_takes_no_longer_than_it_must(time: float, calls: int) -> None:
    assert calls_of(time) == calls


def test_the_table_contains_the_documented_figures() -> None:
    operation = replace(SMALL[0], name="pack", most=1.2, least=against(sicpa=4.5, rust=2))
    times = {
        "pack": {"limit": [10.0, 20.0], "pydidcomm": [11.0, 22.0], "sicpa": [44.0, 88.0], "rs": [33.0, 66.0]}
    }
    lines = table([operation], times, ["pydidcomm", "absent"]).splitlines()
    assert lines[2].split() == ["pack", "15.0", "1.10", "-", "at", "most", "1.20:", "1.10", "yes"]
    output = slower([operation], times, ["sicpa", "rs"], {"sicpa": ["sicpa"], "rust": ["rs", "absent"]})
    assert output.splitlines()[2].split("  ")[-2:] == ["at least 4.50: 4.00 NO", "at least 2.00: 3.00 yes"]


@pytest.mark.parametrize(("grant", "verdict"), [(2.0, "NO"), (1.2, "yes")])
def test_the_speed_up_of_threads_is_compared_with_that_of_the_machine(grant: float, verdict: str) -> None:
    batch = batch_row({1: [60.0, 66.0], 2: [50.0, 55.0]}, [grant, grant], 50.0)
    assert "two threads have 1.20 times the throughput of one" in batch
    assert f"two processes of the limit {grant:.2f} times" in batch
    assert batch.endswith(f"{1.2 / grant:.2f} {verdict}")
    assert batch_row({1: [60.0], 2: [31.0]}, [2.0], 50.0).endswith("0.97 yes")
    spread = spread_row({TO_MANY.name: {OURS: [90.0], LIMIT: [100.0]}}, [grant], 2)
    assert spread.endswith(f"{0.45 * grant:.2f} {verdict}")
