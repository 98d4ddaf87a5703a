"""Protocols as state machines without I/O: a message and the time in, a `Step` out.

A protocol is a class whose methods are marked with `on` (what a message does) and `begins` (how our side
starts a thread). Nothing is sent, stored or awaited, and the time is an argument: a program with a loop of
its own, a test and the agent use the same machine.

Example:
    >>> from dataclasses import dataclass
    >>> from pydidcomm import Message
    >>> from pydidcomm.protocols import Body, Conversation, Protocol, Received, Trust, begins, on
    >>> @dataclass(frozen=True)
    ... class Ask(Body, type="https://example.org/quote/1.0/ask"):
    ...     item: str
    >>> @dataclass(frozen=True)
    ... class Quote(Body, type="https://example.org/quote/1.0/quote"):
    ...     price: int
    >>> class Quotes(Protocol, piuri="https://example.org/quote/1.0", roles=("buyer", "seller")):
    ...     @begins(role="buyer")
    ...     def start(self, thread: Conversation, ask: Ask) -> None:
    ...         thread.send(ask)
    ...         thread.set("waiting")
    ...     @on("ask", role="seller")
    ...     def ask(self, thread: Conversation, ask: Ask) -> None:
    ...         thread.reply(Quote(price=len(ask.item)))
    ...     @on("quote", role="buyer", state="waiting")
    ...     def quote(self, thread: Conversation, quote: Quote) -> None:
    ...         thread.finish("quote", quote)
    >>> buyer = Quotes().begin(Ask("tea"), peer="r1", to="did:example:s", frm="did:example:b", now=1_000)
    >>> ask = Received(message=buyer.send[0].message, sender="did:example:b", recipient="did:example:s",
    ...     trust=Trust.AUTHENTICATED, at=1_001)
    >>> seller = Quotes().receive(ask, None, 1_001)
    >>> seller.send[0].message.body, seller.send[0].message.thid == buyer.thread.thid
    ({'price': 3}, True)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any, ClassVar, Final, TypeVar, get_type_hints

from pydidcomm import Message
from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation, fresh_thread_id, opened
from pydidcomm.protocols.problem import LocalProtocolError, Problem, RemoteProtocolError
from pydidcomm.protocols.problem_report import ProblemCode, ProblemReport, ProblemReported
from pydidcomm.protocols.received import Received, Trust
from pydidcomm.protocols.thread import Event, Step, Thread, thread_id
from pydidcomm.protocols.versions import agree, message_type, same_name

__all__ = ["Protocol", "begins", "on"]

Method = TypeVar("Method", bound=Callable[..., None])

_MARK: Final = "_pydidcomm_protocol"


@dataclass(frozen=True, slots=True, kw_only=True)
class _On:
    """What `on` says of a method."""

    name: str
    trust: Trust
    role: str | None
    states: tuple[str, ...] | None
    quiet: bool
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begins:
    """What `begins` says of a method."""

    role: str


def on(  # noqa: PLR0913, options by name
    name: str,
    *,
    trust: Trust = Trust.AUTHENTICATED,
    role: str | None = None,
    state: str | tuple[str, ...] | None = None,
    quiet: bool = False,
    expired: bool = False,
) -> Callable[[Method], Method]:
    """Mark a method of a protocol as what a message does: `(self, thread: Conversation, body: ...) -> None`.

    The annotation of the last argument is the typed message.

    Args:
        name: The name of the message in its type.
        trust: How well the sender has to be proved.
        role: The role that we have in a thread with this message; None for any.
        state: The states in which the message is expected; None for any, the start included. The start of a
            thread is the empty string.
        quiet: Whether the message is ignored, with an event, where it is not expected; otherwise it is a
            problem.
        expired: Whether the message is handled after its `expires_time`.
    """

    def mark(method: Method) -> Method:
        states = (state,) if isinstance(state, str) else state
        found = _On(name=name, trust=trust, role=role, states=states, quiet=quiet, expired=expired)
        setattr(method, _MARK, found)
        return method

    return mark


def begins(*, role: str) -> Callable[[Method], Method]:
    """Mark a method of a protocol as the start of a thread by our side, with a message of its annotation.

    The method sends the message: `(self, thread: Conversation, body: ...) -> None`.

    Args:
        role: The role that we have in the thread.
    """

    def mark(method: Method) -> Method:
        setattr(method, _MARK, _Begins(role=role))
        return method

    return mark


class Protocol:
    """The base of protocols.

    A subclass names its identifier and its roles as arguments of the class:
    `class Quotes(Protocol, piuri="https://example.org/quote/1.0", roles=("buyer", "seller"))`.

    Attributes:
        piuri: The protocol identifier URI.
        roles: The roles of the protocol.
        messages: The typed messages that are handled or begin a thread, by message name.
    """

    piuri: ClassVar[str]
    roles: ClassVar[tuple[str, ...]] = ()
    messages: ClassVar[Mapping[str, type[Body]]] = {}
    _handlers: ClassVar[Mapping[str, tuple[_On, str, type[Body]]]] = {}
    _beginnings: ClassVar[Mapping[type[Body], tuple[_Begins, str]]] = {}

    def __init_subclass__(
        cls,
        *,
        piuri: str | None = None,
        roles: tuple[str, ...] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Takes the protocol identifier URI and the roles, and collects the marked methods."""
        super().__init_subclass__(**options)
        if piuri is not None:
            agree(piuri, piuri)
            cls.piuri = piuri
        if roles is not None:
            cls.roles = roles
        handlers, beginnings = dict(cls._handlers), dict(cls._beginnings)
        messages = dict(cls.messages)
        for attribute, method in vars(cls).items():
            mark = getattr(method, _MARK, None)
            if mark is None:
                continue
            body = _body_of(method)
            messages[message_type(body.type).name] = body
            if isinstance(mark, _On):
                messages[mark.name] = body
                handlers[same_name(mark.name)] = (mark, attribute, body)
            else:
                beginnings[body] = (mark, attribute)
        cls._handlers, cls._beginnings, cls.messages = handlers, beginnings, messages

    def receive(self, received: Received, thread: Thread | None, now: int) -> Step:
        """Handle a message of this protocol.

        Args:
            received: The message, with what was proved.
            thread: The stored state of the thread `(peer, piuri, thread_of(received.message))`; None where
                there is none.
            now: The time, in seconds since the epoch.

        Returns:
            What to store and to send. Where `problem` is set, nothing else changes.

        Raises:
            LocalProtocolError: The message is not of this protocol, or `thread` is another one.
        """
        message = received.message
        try:
            parts = message_type(message.type)
        except MalformedMessageError as error:
            raise LocalProtocolError(str(error)) from error
        if agree(self.piuri, parts.piuri) is None:
            problem = f"`received` must be a message of {self.piuri}, got {message.type}"
            raise LocalProtocolError(problem)
        self._check_thread(received, thread)
        found = self._handlers.get(same_name(parts.name))
        if found is None:
            return Step(problem=unsupported(message))
        mark, attribute, body = found
        if not received.trust.at_least(mark.trust):
            return Step(problem=_unauthenticated(mark.trust))
        if message.is_expired(now) and not mark.expired:
            return _ignored("expired", received)
        refused = _unexpected(mark, received, thread)
        if refused is not None:
            return refused
        try:
            parsed = body.from_body(message.body)
        except MalformedMessageError as error:
            return Step(
                problem=RemoteProtocolError("e.m.msg.malformed", "{1}: {2}.", [error.part, error.reason])
            )
        state = thread or opened(
            received, protocol=self.piuri, role=mark.role or "", thid=self.thread_of(message)
        )
        conversation = Conversation(thread=state, now=now, received=received, stored=thread is not None)
        return self._run(attribute, conversation, parsed)

    def begin(  # noqa: PLR0913, options by name
        self,
        body: Body | Message,
        *,
        peer: str,
        to: str,
        frm: str | None,
        now: int,
        pthid: str | None = None,
        expires_time: int | None = None,
        **headers: Any,  # noqa: ANN401
    ) -> Step:
        """Start a thread with a message of ours.

        Args:
            body: The first message.
            peer: The id of the relationship, or the peer's DID where there is none.
            to: The peer's DID.
            frm: Our DID.
            now: The time, in seconds since the epoch.
            pthid: The parent thread.
            expires_time: The deadline of the answer, in seconds since the epoch: it is written into the
                message, and `wake` is due at it.
            headers: Further arguments of `Message`, for instance `please_ack` and `attachments`.

        Raises:
            LocalProtocolError: The message cannot begin a thread of this protocol.
        """
        typed = self._typed(body)
        found = self._beginnings.get(type(typed))
        if found is None:
            problem = f"a message of type {typed.type} cannot begin a thread of {self.piuri}"
            raise LocalProtocolError(problem)
        mark, attribute = found
        if isinstance(body, Message):
            headers = {"attachments": body.attachments or None, "id": body.id, **headers}
        thread = Thread(
            peer=peer,
            protocol=self.piuri,
            thid=fresh_thread_id(headers),
            role=mark.role,
            state="",
            pthid=pthid,
            wake_at=expires_time,
            to=to,
            frm=frm,
        )
        first = {"expires_time": expires_time, **headers}
        step = self._run(attribute, Conversation(thread=thread, now=now, headers=first), typed)
        if step.problem is not None:
            raise LocalProtocolError(str(step.problem)) from step.problem
        return step

    def wake(self, thread: Thread, now: int) -> Step:
        """Act on the deadline of a thread.

        Args:
            thread: The stored state.
            now: The time, in seconds since the epoch.

        Returns:
            What to store and to send; nothing where the deadline has not come.

        Raises:
            LocalProtocolError: The thread is of another protocol.
        """
        if thread.protocol != self.piuri:
            problem = f"`thread` must be of {self.piuri}, got {thread.protocol}"
            raise LocalProtocolError(problem)
        if thread.wake_at is None or now < thread.wake_at:
            return Step()
        conversation = Conversation(thread=thread, now=now, stored=True)
        conversation.wake(None)
        return self._collect(conversation, self.woken)

    def woken(self, thread: Conversation) -> None:
        """What a deadline does: it ends the thread with the event "timeout". A protocol may do otherwise.

        Args:
            thread: The thread whose deadline has come.
        """
        thread.finish("timeout")

    def thread_of(self, message: Message) -> str:
        """The id under which the state is stored that a message acts on: that of its thread.

        Args:
            message: A message of this protocol.
        """
        return thread_id(message)

    def reported(self, received: Received, thread: Thread, now: int) -> Step:
        """Act on a problem report about a thread of this protocol, whose id is the report's `pthid`.

        Only the peer of the thread ends it: a report by another party, or one that proves no sender, is the
        event "problem-hint". An error with the scope `p` ends the thread, one with the name of a state
        returns to that state, all else leaves it; the event is "problem", with a `ProblemReported`.

        Args:
            received: The report.
            thread: The stored state.
            now: The time, in seconds since the epoch.
        """
        report = ProblemReport.from_message(received.message)
        event = Event("problem", ProblemReported(report), thread.thid, thread.peer)
        if received.sender is None or (received.relationship or received.sender) != thread.peer:
            return Step(events=(replace(event, name="problem-hint"),))
        conversation = Conversation(thread=thread, now=now, stored=True)
        code = ProblemCode.parse(report.code)
        if code.is_error and not thread.done:
            if code.scope == "p":
                conversation.finish()
            elif code.scope in self._states:
                conversation.set(code.scope)
        conversation.emit(event)
        return conversation.step()

    @property
    def _states(self) -> frozenset[str]:
        """The states that the marks of the methods name."""
        marks = (mark for mark, _, _ in self._handlers.values())
        return frozenset(state for mark in marks for state in mark.states or () if state)

    def _check_thread(self, received: Received, thread: Thread | None) -> None:
        """Refuses the thread of another peer: its state is not the sender's to change."""
        if thread is None:
            return
        key = (received.relationship or received.sender, self.piuri, self.thread_of(received.message))
        other = (thread.peer, thread.protocol, thread.thid)
        if other != key:
            problem = f"`thread` must be the one of the message {key}, got {other}"
            raise LocalProtocolError(problem)

    def _typed(self, body: Body | Message) -> Body:
        if isinstance(body, Body):
            return body
        for known in self._beginnings:
            if same_name(message_type(known.type).name) == same_name(body.type.rpartition("/")[2]):
                return known.from_message(body)
        problem = f"a message of type {body.type} cannot begin a thread of {self.piuri}"
        raise LocalProtocolError(problem)

    def _run(self, attribute: str, conversation: Conversation, body: Body) -> Step:
        return self._collect(conversation, lambda thread: getattr(self, attribute)(thread, body))

    @staticmethod
    def _collect(conversation: Conversation, method: Callable[[Conversation], None]) -> Step:
        try:
            method(conversation)
        except Problem as problem:
            return Step(problem=problem)
        return conversation.step()


def unsupported(message: Message) -> Problem:
    """The problem of a message that no protocol handles.

    Args:
        message: The message.
    """
    return RemoteProtocolError(
        "e.m.msg.unsupported", "The message type {1} is not supported.", [message.type]
    )


def _unauthenticated(required: Trust) -> Problem:
    comment = "The sender of the message must be proved: {1}."
    return RemoteProtocolError("e.m.trust.unauthenticated", comment, [required.value])


def _unexpected(mark: _On, received: Received, thread: Thread | None) -> Step | None:
    """The step for a message in a wrong role or state; None where it is expected."""
    state = "" if thread is None else thread.state
    fits_role = thread is None or mark.role is None or thread.role == mark.role
    if fits_role and (mark.states is None or state in mark.states):
        return None
    if mark.quiet or (thread is not None and thread.done) or thread is None:
        return _ignored("unexpected", received)
    if not fits_role:
        return Step(
            problem=RemoteProtocolError(
                "e.m.req.wrong-role", "The message is not for the role {1}.", [thread.role]
            )
        )
    return Step(
        problem=RemoteProtocolError(
            "e.m.req.wrong-state", "The message is not expected in the state {1}.", [state]
        )
    )


def _ignored(event: str, received: Received) -> Step:
    peer = received.relationship or received.sender
    return Step(events=(Event(event, received.message, thread_id(received.message), peer),))


def _body_of(method: Callable[..., None]) -> type[Body]:
    """The typed message that the last parameter of a method is annotated with."""
    *_, last = signature(method).parameters
    body = get_type_hints(method).get(last)
    if not (isinstance(body, type) and issubclass(body, Body)):
        problem = f"`{method.__qualname__}` must annotate `{last}` with a typed message, a subclass of Body"
        raise TypeError(problem)
    return body
