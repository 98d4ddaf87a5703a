"""Two programs that answer every message stop by themselves."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import anyio

from pydidcomm.agent import Agent, Limits
from pydidcomm.agent.loops import LoopGuard
from pydidcomm.protocols.basic_message import Text
from support.agents import SECONDS, met, new_agent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from pydidcomm.protocols import Event

ANSWERS = 20


def echo(heard: list[str], answers: int = ANSWERS) -> Agent:
    agent = new_agent(limits=Limits(answers_per_thread=answers))

    @agent.on
    async def hear(text: Text) -> Text:
        heard.append(text.content)
        return Text(content=text.content)

    return agent


async def looped(events: AsyncIterator[Event]) -> Event:
    with anyio.fail_after(SECONDS):
        while True:
            event = await anext(events)
            if event.name == "loop":
                return event


async def test_two_agents_that_echo_end_their_exchange_and_say_so(caplog: pytest.LogCaptureFixture) -> None:
    of_alice: list[str] = []
    of_bob: list[str] = []
    async with echo(of_alice, 10_000) as alice, echo(of_bob) as bob, bob.events() as events:
        friend, _ = await met(alice, bob)
        with caplog.at_level(logging.WARNING, "pydidcomm.agent"):
            await friend.send(Text(content="hi"), thid="one")
            event = await looped(events)
        assert (event.thid, event.peer is not None, event.data.body) == ("one", True, {"content": "hi"})
        # the handler got all of them, and another thread is not bounded by this one
        assert len(of_bob) == ANSWERS + 1
        await friend.send(Text(content="other"), thid="two")
        assert (await looped(events)).thid == "two"
    assert of_alice == ["hi"] * ANSWERS + ["other"] * ANSWERS
    warnings = [one.getMessage() for one in caplog.records if "answers_per_thread" in one.getMessage()]
    # one for each thread
    assert len(warnings) == 2


def test_a_thread_has_its_answers_again_after_the_window_and_peers_have_their_own() -> None:
    guard = LoopGuard(answers=2, seconds=60)
    assert [guard.count("r1", "t", now) for now in (0, 59, 60, 61)] == [1, 2, 1, 2]
    assert guard.count("r2", "t", 61) == 1
    assert guard.count("r1", "u", 61) == 1


def test_the_guard_remembers_a_bounded_number_of_threads() -> None:
    guard = LoopGuard(answers=2, seconds=60)
    guard.count("r1", "first", 0)
    for number in range(10_000):
        guard.count("r1", str(number), 0)
    assert guard.count("r1", "first", 0) == 1
    assert guard.count("r1", "9999", 0) == 2
