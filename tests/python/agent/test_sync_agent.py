"""The agent of programs without an event loop."""

from __future__ import annotations

import inspect
import logging
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import agent as asynchronous
from pydidcomm import sync
from pydidcomm.agent import Context, Limits, Router
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.stores import MemoryStore
from pydidcomm.sync.agent import Agent, Friend, Invited, Sending
from support.agents import LOOPBACK, SECONDS

if TYPE_CHECKING:
    from pydidcomm.protocols import Event


def new_agent(listen: str | None = "http://127.0.0.1:0/didcomm") -> Agent:
    return Agent(MemoryStore(), listen=listen, allow=LOOPBACK, protocols=[TrustPing(), BasicMessage()])


def echo() -> Agent:
    agent = new_agent()

    @agent.on
    def hear(text: Text) -> Text:
        return Text(content=f"you said {text.content}")

    return agent


def test_two_agents_talk_without_an_event_loop() -> None:
    with new_agent() as alice, echo() as bob:
        invitation = bob.invite(goal="talk")
        friend = alice.accept(invitation.url, label="Bob")
        of_bob = invitation.accepted(timeout=SECONDS)
        assert friend.ping(timeout=SECONDS) > 0
        answer = friend.request(Text(content="hi"), answer=Text, timeout=SECONDS)
        sending = friend.send(Text(content="hi"), please_ack=True)
        sending.acknowledged(timeout=SECONDS)
        assert friend.rotate() == friend.relationship().ours
        assert [one.id for one in bob.friends()] == [of_bob.id]
        assert bob.friend(of_bob.id) == of_bob
        assert bob.friend("unknown") is None
        again = bob.invitation(invitation.id)
        assert again is not None
        assert again.message.id == invitation.id
    assert answer == Text(content="you said hi")
    assert (type(friend), type(invitation), type(sending)) == (Friend, Invited, Sending)


def test_events_come_as_an_iterator_that_waits() -> None:
    with new_agent() as alice, echo() as bob, bob.events() as events:
        alice.accept(bob.invite().url)
        first: Event = next(events)
    assert first.name == "relationship"


def test_a_handler_that_is_a_plain_function_calls_the_agent() -> None:
    heard: list[str] = []
    bob = new_agent()

    @bob.on
    def hear(text: Text, ctx: Context) -> Text:
        assert ctx.relationship is not None
        friend = bob.friend(ctx.relationship.id)
        assert friend is not None
        friend.send(Text(content="first"))
        return Text(content=text.content)

    alice = new_agent()

    @alice.on
    def note(text: Text) -> None:
        heard.append(text.content)

    with alice, bob:
        invitation = bob.invite()
        friend = alice.accept(invitation.url)
        invitation.accepted(timeout=SECONDS)
        answer = friend.request(Text(content="second"), answer=Text, timeout=SECONDS)
        until = time.monotonic() + SECONDS
        while not heard and time.monotonic() < until:
            time.sleep(0.01)
    assert (heard, answer) == (["first"], Text(content="second"))


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, KeyboardInterrupt])
def test_a_handler_that_raises_is_seen_where_logging_is_not_configured_and_the_agent_goes_on(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # the handlers of pytest are on the root logger
    monkeypatch.setattr(logging.getLogger("pydidcomm"), "propagate", False)
    bob = Agent(MemoryStore(), listen="http://127.0.0.1:0/", allow=LOOPBACK, limits=Limits(attempts=1))

    @bob.on
    def hear(text: Text) -> Text:
        if text.content == "fail":
            raise error
        return text

    with new_agent() as alice, bob, bob.events() as events:
        friend = alice.accept(bob.invite().url)
        friend.send(Text(content="fail"))
        assert "parked" in (event.name for event in events)
        assert friend.request(Text(content="hi"), answer=Text, timeout=SECONDS) == Text(content="hi")
    shown = capsys.readouterr().err
    assert (shown.count("is parked after 1 attempts"), error.__name__ in shown) == (1, True)


@pytest.mark.parametrize("answer", [str, dict[str, str], Text | str])
def test_a_handler_whose_annotation_says_that_it_answers_with_no_message_is_refused(answer: Any) -> None:  # noqa: ANN401
    def hear(text: Text) -> Any:  # noqa: ANN401
        return text.content

    hear.__annotations__["return"] = answer
    with pytest.raises(TypeError, match=r"hear` must return a .* not (str|dict)"):
        Router().on(hear)
    hear.__annotations__["return"] = Text | None
    Router().on(hear)


def test_the_handlers_of_a_router_and_those_registered_while_it_runs_are_called() -> None:
    router = Router()
    seen: list[str] = []

    @router.around
    async def middleware(ctx: Context, call_next: Any) -> None:  # noqa: ANN401
        seen.append(ctx.message.type)
        await call_next()

    bob = new_agent()
    bob.include(router)
    with new_agent() as alice, bob:
        friend = alice.accept(bob.invite().url)

        @bob.on
        def hear(text: Text) -> Text:
            return text

        friend.request(Text(content="hi"), answer=Text, timeout=SECONDS)
    assert Text.type in seen


def test_a_call_outside_of_the_block_says_what_to_use() -> None:
    agent = new_agent(listen=None)
    with pytest.raises(RuntimeError, match="use it inside of `with agent:`"):
        agent.invite()
    with pytest.raises(RuntimeError, match="use it inside of `with agent:`"), agent.events():
        pass
    with agent, pytest.raises(RuntimeError, match="runs already"):
        agent.__enter__()
    with agent:
        assert agent.endpoint is None


def test_a_call_that_waits_in_another_thread_ends_with_the_agent() -> None:
    raised: list[BaseException] = []
    with new_agent(listen=None) as agent:
        invitation = agent.invite()

        def wait() -> None:
            try:
                invitation.accepted(timeout=SECONDS)
            except RuntimeError as error:
                raised.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        agent.did()
    thread.join(SECONDS)
    assert [str(error) for error in raised] == ["the agent has stopped"]


def test_an_error_of_the_program_ends_the_agent_and_passes_unchanged() -> None:
    agent = new_agent(listen=None)
    with pytest.raises(ZeroDivisionError), agent:
        _ = 1 / 0
    with pytest.raises(RuntimeError, match="does not run"):
        agent.did()


@pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends a process there")
def test_run_ends_in_order_at_a_signal() -> None:
    agent, sent = new_agent(listen=None), threading.Event()

    def send() -> None:
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
                sent.set()
                os.kill(os.getpid(), signal.SIGTERM)
                return
            time.sleep(0.01)

    thread = threading.Thread(target=send)
    thread.start()
    agent.run()
    thread.join()
    assert sent.is_set()
    with pytest.raises(RuntimeError, match="does not run"):
        agent.did()


@pytest.mark.parametrize("name", ["Agent", "Friend", "Invited", "Sending"])
def test_a_face_has_every_public_method_with_its_arguments(name: str) -> None:
    one, face = getattr(asynchronous, name), getattr(sync.agent, name)
    own = {each for each in dir(one) if not each.startswith("_")} - {"app"}
    assert own <= set(dir(face))
    for each in sorted(own - {"run"}):
        ours, theirs = getattr(face, each), getattr(one, each)
        if inspect.isfunction(theirs):
            assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)
            assert not inspect.iscoroutinefunction(ours)


def test_the_sync_package_exports_the_agent() -> None:
    assert sync.Agent is Agent
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = getattr(sync, "Nothing")  # noqa: B009
