"""Handle one message: load state, dispatch, call the handler, commit the effects together with "done"."""

import logging
import math
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import anyio
from anyio import to_thread

from pydidcomm import Message
from pydidcomm.agent.consequences import after_profile, apply_report
from pydidcomm.agent.context import Context
from pydidcomm.agent.dispatch import Decision, ReportGuard, decide, thread_key
from pydidcomm.agent.effects import outbox_item
from pydidcomm.agent.events import Events
from pydidcomm.agent.loops import LoopGuard
from pydidcomm.agent.requests import Requests
from pydidcomm.agent.return_routes import ReturnRoutes
from pydidcomm.agent.router import Route, Router
from pydidcomm.protocols import (
    Body,
    Conversation,
    Event,
    Outgoing,
    Problem,
    Protocols,
    Received,
    Step,
    Thread,
    thread_id,
)
from pydidcomm.protocols.acknowledgment import (
    acknowledged_by,
    acknowledgment,
    ids_to_acknowledge,
    with_acknowledgment,
)
from pydidcomm.protocols.error_limit import ReportProblem
from pydidcomm.protocols.problem_report import ProblemReport
from pydidcomm.stores import Done, InboxItem, NoThread, Relationship, Store

if TYPE_CHECKING:
    from pydidcomm.stores.records import Expected

__all__ = ["Handling"]

LOG: Final = logging.getLogger("pydidcomm.agent")

_INTERRUPTED: Final = (
    "a handler in a thread must not raise KeyboardInterrupt: the agent runs on, the message is retried"
)


class Handling:
    """Handles messages of the inbox.

    Args:
        store: The store of state and effects.
        protocols: The protocols of the program.
        router: The handlers of the program.
        requests: The pending requests.
        routes: The connections that wait for an answer.
        events: Receives events once the effects are stored.
        loops: Counts the answers of handlers.
        clock: Returns the time, in seconds since the epoch.
    """

    def __init__(  # noqa: PLR0913, the parts that it joins
        self,
        *,
        store: Store,
        protocols: Protocols,
        router: Router,
        requests: Requests,
        routes: ReturnRoutes,
        events: Events,
        loops: LoopGuard,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._routes = routes
        self._protocols = protocols
        self._router = router
        self._requests = requests
        self._events = events
        self._clock = clock
        self._loops = loops
        self._reports = ReportGuard()
        self.outbox_changed: Callable[[], None] = lambda: None

    async def handle(self, item: InboxItem) -> None:
        """Handle a message.

        Args:
            item: The message.

        Raises:
            StoreConflictError: Another process has handled the message, or the thread was changed meanwhile.
            Exception: Any exception of the handler other than `Problem`.
        """
        received = Received.from_json(item.body)
        now = int(self._clock())
        relationship = None
        if received.relationship is not None:
            relationship = await self._store.relationship(received.relationship)
        if relationship is not None and relationship.state == "ended":
            await self._commit(Done(inbox_key=item.key))
            self._events.emit(Event("after-the-end", received.message, peer=relationship.id))
            return
        key = thread_key(received, self._protocols)
        thread = None if key is None else await self._store.thread(*key)
        waiter = self._requests.find(received)
        decision = decide(received, thread, now, self._protocols, self._router, awaited=waiter is not None)
        expected: tuple[Expected, ...] = ()
        if key is not None and decision.step is not None and decision.step.thread is not None:
            # a deadline may change the thread concurrently
            expected = (NoThread(*key) if thread is None else thread,)
        acknowledged = await self._find_acknowledged(received)
        context = _context(received, relationship, item.key, thread, now)
        send, problem = await self._run(decision, context, relationship)
        steps = [] if decision.step is None else [decision.step]
        if problem is not None:
            steps.append(await self._report(problem, received, now))
            send = (*send, *steps[-1].send)
        send = _add_acknowledgment(received, send, now)
        others = await apply_report(received, self._store, self._protocols, now)
        profiled = after_profile(relationship, decision.step, now)
        done = Done(
            inbox_key=item.key,
            threads=(
                *(step.thread for step in steps if step.thread is not None),
                *(after for _, after in others),
            ),
            relationships=() if profiled is None else (profiled,),
            outbox=tuple(
                outbox_item(one, received.relationship, wants_ack=bool(one.message.please_ack))
                for one in send
            ),
            records=tuple(context.value.records),
            expected=(
                *expected,
                *(before for before, _ in others),
                *(() if profiled is None or relationship is None else (relationship,)),
            ),
        )
        self._routes.bind(received.connection, [one.message.id for one in send if one.connection])
        # shielded from the timeout of the handler: effects that may be stored must also be published
        with anyio.CancelScope(shield=True):
            await self._store.commit(done)
            for outbox_id in acknowledged:
                await self._store.settle(outbox_id, "acknowledged")
        if send:
            self.outbox_changed()
        if waiter is not None:
            waiter.resolve(received)
        events = [event for step in steps for event in step.events]
        peer = received.relationship or received.sender
        self._events.emit(*events, *(Event("acknowledged", one, peer=peer) for one in acknowledged))

    async def wake(self, thread: Thread) -> None:
        """Handle the deadline of a thread; of several processes, the first commit wins.

        Args:
            thread: The thread, as it was read.

        Raises:
            StoreConflictError: The thread was changed meanwhile.
        """
        protocol = self._protocols.find(f"{thread.protocol}/x")
        if protocol is None:
            await self._commit(Done(threads=(replace(thread, wake_at=None),), expected=(thread,)))
            return
        step = protocol.wake(thread, int(self._clock()))
        if step.problem is not None:
            LOG.warning("the deadline of thread %s of %s: %s", thread.thid, thread.protocol, step.problem)
            await self._commit(Done(threads=(replace(thread, wake_at=None),), expected=(thread,)))
            return
        relationship = thread.peer if await self._store.relationship(thread.peer) else None
        await self._commit(
            Done(
                threads=() if step.thread is None else (step.thread,),
                outbox=tuple(outbox_item(one, relationship) for one in step.send),
                expected=(thread,),
            )
        )
        if step.send:
            self.outbox_changed()
        self._events.emit(*step.events)

    async def _commit(self, done: Done) -> None:
        # a cancelled commit may or may not have been stored
        with anyio.CancelScope(shield=True):
            await self._store.commit(done)

    async def _run(
        self, decision: Decision, context: "_Collected", relationship: Relationship | None
    ) -> tuple[tuple[Outgoing, ...], Problem | None]:
        """Call the handler; return the messages to send and the problem to report."""
        sent = () if decision.step is None else decision.step.send
        if decision.problem is not None or decision.route is None:
            return sent, decision.problem
        try:
            await self._call(decision.route, decision.body, context, relationship)
        except Problem as problem:
            context.value.records.clear()
            return sent, problem
        return (*sent, *self._limit_answers(context)), None

    def _limit_answers(self, context: "_Collected") -> tuple[Outgoing, ...]:
        """Return the answers of a handler; none if the thread has too many already."""
        answers, received = context.outgoing(), context.value.received
        peer = received.relationship or received.sender
        if not answers or peer is None:
            return answers
        count = self._loops.count(peer, context.value.thid, int(self._clock()))
        if count <= self._loops.answers:
            return answers
        if count == self._loops.answers + 1:
            text = "thread %s of %s: answers are dropped after %s (`Limits.answers_per_thread`)"
            LOG.warning(text, context.value.thid, peer, self._loops.answers)
        self._events.emit(Event("loop", received.message, thid=context.value.thid, peer=peer))
        return ()

    async def _report(self, problem: Problem, received: Received, now: int) -> Step:
        """Return the step that reports a problem; an empty step if the sender gets no report."""
        LOG.info("message %s of %s: %s", received.message.id, received.sender, problem)
        peer = received.relationship or received.sender
        reporting = self._protocols.find(ProblemReport.type)
        if peer is None or not isinstance(reporting, ReportProblem) or not self._reports.allows(peer, now):
            return Step()
        thread = await self._store.thread(peer, reporting.piuri, thread_id(received.message))
        return reporting.report(problem, received, thread, now)

    async def _call(
        self, route: Route, body: Body | None, context: "_Collected", relationship: Relationship | None
    ) -> None:
        by_type: dict[type, Any] = {
            Context: context.value,
            Relationship: relationship,
            Received: context.value.received,
        }
        arguments = {name: by_type[kind] for name, kind in route.arguments}
        arguments[route.message] = context.value.message if body is None else body

        async def call() -> None:
            answer: Any
            if route.is_async:
                answer = await _await(route.handler(**arguments))
            else:
                # a synchronous handler may block, which would stop the event loop
                answer = await to_thread.run_sync(
                    lambda: _call_handler(route.handler, arguments), abandon_on_cancel=True
                )
            if answer is None:
                return
            if not isinstance(answer, Body | Message):
                problem = (
                    f"a handler must return a typed message, a Message or None, got {type(answer).__name__}"
                )
                raise TypeError(problem)
            context.value.reply(answer)

        nested = call
        for middleware in reversed(self._router.middleware):
            nested = _wrap(middleware, context.value, nested)
        try:
            await nested()
        except KeyboardInterrupt as error:
            if threading.current_thread() is threading.main_thread():
                # it may come from Ctrl+C
                raise
            raise RuntimeError(_INTERRUPTED) from error

    async def _find_acknowledged(self, received: Received) -> tuple[str, ...]:
        """Return the ids of our messages to this peer that the message acknowledges."""
        if received.relationship is None or received.sender is None:
            return ()
        found: list[str] = []
        for one in acknowledged_by(received.message):
            item = await self._store.outgoing(one)
            if item is not None and item.relationship == received.relationship and item.wants_ack:
                found.append(item.id)
        return tuple(found)


class _Collected:
    """The context of a handler, and the messages that it has collected."""

    def __init__(self, conversation: Conversation, context: Context) -> None:
        self._conversation = conversation
        self.value = context

    def outgoing(self) -> tuple[Outgoing, ...]:
        return self._conversation.step().send


def _context(
    received: Received, relationship: Relationship | None, key: str, thread: Thread | None, now: int
) -> _Collected:
    state = Thread(
        peer=received.relationship or received.sender or "",
        protocol=received.message.type.rpartition("/")[0],
        thid=thread_id(received.message),
        role="",
        state="",
        pthid=received.message.pthid,
        to=received.sender,
        frm=received.recipient,
        languages=() if thread is None else thread.languages,
    )
    conversation = Conversation(thread=state, now=now, received=received, stored=thread is not None)
    return _Collected(conversation, Context(conversation, received, relationship, key))


def _wrap(
    middleware: Callable[[Context, Callable[[], Awaitable[None]]], Awaitable[None]],
    context: Context,
    inner: Callable[[], Awaitable[None]],
) -> Callable[[], Any]:
    return lambda: middleware(context, inner)


def _call_handler(handler: Callable[..., object], arguments: dict[str, Any]) -> object:
    try:
        return handler(**arguments)
    except KeyboardInterrupt as error:
        # in the event loop it would end the program, and again at each start, with the same message
        raise RuntimeError(_INTERRUPTED) from error


async def _await(answer: Any) -> Any:  # noqa: ANN401, what the handler returns
    try:
        return await answer
    except anyio.get_cancelled_exc_class() as error:
        if anyio.current_effective_deadline() == -math.inf:
            raise
        # from a task that the handler itself cancelled; as a cancellation it would never count as an attempt
        problem = (
            "a handler must not raise the cancellation of its own task or scope: catch it in the handler"
        )
        raise RuntimeError(problem) from error


def _add_acknowledgment(received: Received, send: tuple[Outgoing, ...], now: int) -> tuple[Outgoing, ...]:
    """Add the requested acknowledgment (`ack`) to an answer, or as a message of its own."""
    ids = ids_to_acknowledge(received, {})
    if not ids:
        return send
    thid = thread_id(received.message)
    for number, one in enumerate(send):
        if one.to == received.sender and thread_id(one.message) == thid:
            carrying = replace(one, message=with_acknowledgment(one.message, ids))
            return (*send[:number], carrying, *send[number + 1 :])
    pure = acknowledgment(received, ids, now=now)
    return send if pure is None else (*send, pure)
