"""Bounds of the time of many requests: each ends alone, and a cancellation from outside goes on."""

import anyio
import anyio.lowlevel
import pytest

from pydidcomm.mediator.deadlines import Deadlines

pytestmark = pytest.mark.anyio
LONG = 10.0


async def test_only_the_block_that_is_late_ends_and_the_code_after_it_goes_on() -> None:
    deadlines = Deadlines(0.05)
    ended: list[tuple[str, bool]] = []

    async def run(name: str, seconds: float) -> None:
        with deadlines.block() as block:
            await anyio.sleep(seconds)
        await anyio.lowlevel.checkpoint()
        ended.append((name, block.passed))

    async with anyio.create_task_group() as group:
        for name, seconds in (("late", LONG), ("in time", 0), ("late too", LONG)):
            group.start_soon(run, name, seconds)
    assert sorted(ended) == [("in time", False), ("late", True), ("late too", True)]


async def test_a_block_that_begins_while_another_one_is_open_ends_too() -> None:
    deadlines = Deadlines(0.2)
    passed: list[bool] = []

    async def run(before: float) -> None:
        await anyio.sleep(before)
        with deadlines.block() as block:
            await anyio.sleep(LONG)
        passed.append(block.passed)

    async with anyio.create_task_group() as group:
        group.start_soon(run, 0.0)
        group.start_soon(run, 0.1)
    assert passed == [True, True]


async def test_a_cancellation_from_outside_is_not_taken_for_the_end_of_the_time() -> None:
    deadlines = Deadlines(LONG)
    reached: list[str] = []
    with anyio.move_on_after(0.05) as scope:
        with deadlines.block():
            await anyio.sleep(LONG)
        reached.append("after the block")
    assert scope.cancelled_caught
    assert reached == []


async def test_an_exception_of_the_block_is_raised() -> None:
    deadlines = Deadlines(LONG)
    with pytest.raises(KeyError), deadlines.block():
        raise KeyError
    # nothing is left that could end later blocks
    with deadlines.block() as block:
        await anyio.lowlevel.checkpoint()
    assert not block.passed


def test_a_block_in_a_second_event_loop_ends_although_the_first_loop_left_a_timer() -> None:
    deadlines = Deadlines(0.2)

    async def run(seconds: float) -> bool:
        with deadlines.block() as block:
            await anyio.sleep(seconds)
        return block.passed

    async def in_time(seconds: float) -> bool:
        with anyio.fail_after(LONG):
            return await run(seconds)

    # the loop ends before the timer that it set
    assert not anyio.run(in_time, 0.0, backend="asyncio")
    assert anyio.run(in_time, 2 * LONG, backend="asyncio")
