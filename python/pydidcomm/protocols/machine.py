"""Protocols as state machines without I/O: a message and the time in, a `Step` out.

A protocol is a class whose methods are marked with `on` (handles a message) and `begins` (starts a thread by
our side). Nothing is sent, stored or awaited, and the time is an argument, so that the agent, a test and a
program with its own event loop can use the same class.

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

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from pydidcomm import Message
from pydidcomm.errors import MalformedMessageError
from pydidcomm.protocols._marks import Begins, On, begins, body_of, mark_of, on
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation, fresh_thread_id, open_thread
from pydidcomm.protocols.problem import LocalProtocolError, Problem, RemoteProtocolError
from pydidcomm.protocols.problem_report import ProblemCode, ProblemReport, ProblemReported
from pydidcomm.protocols.received import Received
from pydidcomm.protocols.sequencing import Orders
from pydidcomm.protocols.thread import Event, Step, Thread, thread_id
from pydidcomm.protocols.versions import agree, message_type, same_name

__all__ = ["Protocol", "begins", "on", "unsupported"]

UNAUTHENTICATED: Final = "e.m.trust.unauthenticated"
WRONG_ROLE: Final = "e.m.req.wrong-role"
WRONG_STATE: Final = "e.m.req.wrong-state"


class Protocol:
    """The base of protocols.

    A subclass has its identifier and its roles as class arguments:
    `class Quotes(Protocol, piuri="https://example.org/quote/1.0", roles=("buyer", "seller"))`.

    Attributes:
        piuri: The protocol identifier URI.
        roles: The roles of the protocol.
        sequenced: Whether its messages have the headers of advanced sequencing (class argument
            `sequenced=True`). Repeats are then ignored, and `Conversation.orders` shows gaps.
        messages: The typed messages that are handled or begin a thread, by message name.
    """

    piuri: ClassVar[str]
    roles: ClassVar[tuple[str, ...]] = ()
    sequenced: ClassVar[bool] = False
    messages: ClassVar[Mapping[str, type[Body]]] = {}
    _handlers: ClassVar[Mapping[str, tuple[On, str, type[Body]]]] = {}
    _beginnings: ClassVar[Mapping[type[Body], tuple[Begins, str]]] = {}

    def __init_subclass__(
        cls,
        *,
        piuri: str | None = None,
        roles: tuple[str, ...] | None = None,
        sequenced: bool | None = None,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Store the protocol identifier URI and the roles, and collect the marked methods."""
        super().__init_subclass__(**options)
        if piuri is not None:
            agree(piuri, piuri)
            cls.piuri = piuri
        if roles is not None:
            cls.roles = roles
        if sequenced is not None:
            cls.sequenced = sequenced
        handlers, beginnings = dict(cls._handlers), dict(cls._beginnings)
        messages = dict(cls.messages)
        for attribute, method in vars(cls).items():
            mark = mark_of(method)
            if mark is None:
                continue
            body = body_of(method)
            messages[message_type(body.type).name] = body
            if isinstance(mark, On):
                messages[mark.name] = body
                handlers[same_name(mark.name)] = (mark, attribute, body)
            else:
                beginnings[body] = (mark, attribute)
        cls._handlers, cls._beginnings, cls.messages = handlers, beginnings, messages

    def receive(self, received: Received, thread: Thread | None, now: int) -> Step:
        """Handle a message of this protocol.

        Args:
            received: The message and its proofs.
            thread: The stored state of the thread `(peer, piuri, thread_of(received.message))`; None if there
                is none.
            now: The time, in seconds since the epoch.

        Returns:
            What to store and to send. If `problem` is set, there is nothing to store or to send.

        Raises:
            LocalProtocolError: The message is not of this protocol, or `thread` is not its thread.
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
        try:
            return self._handle(same_name(parts.name), received, thread, now)
        except MalformedMessageError as error:
            comment = "{1}: {2}."
            return Step(problem=RemoteProtocolError("e.m.msg.malformed", comment, [error.part, error.reason]))
        except Problem as problem:
            return Step(problem=problem)

    def _handle(self, name: str, received: Received, thread: Thread | None, now: int) -> Step:
        message = received.message
        found = self._handlers.get(name)
        if found is None:
            raise unsupported(message)
        mark, attribute, body = found
        ignored = _reason_to_ignore(mark, received, thread, now)
        if ignored is not None:
            return _ignore(ignored, received)
        parsed = body.from_body(message.body)
        state = thread or open_thread(
            received, protocol=self.piuri, role=mark.role or "", thid=self.thread_of(message)
        )
        orders = self._orders(state)
        if orders is not None:
            orders, is_new = orders.seen(received.sender or "", message)
            if not is_new:
                return _ignore("repeated", received)
        conversation = Conversation(
            thread=state, now=now, received=received, stored=thread is not None, orders=orders
        )
        getattr(self, attribute)(conversation, parsed)
        return conversation.step()

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
            pthid: The id of the parent thread.
            expires_time: The deadline of the answer, in seconds since the epoch. It is written into the
                message, and `wake` is due then.
            headers: Further arguments of `Message`, for instance `please_ack` and `attachments`.

        Returns:
            What to store and to send.

        Raises:
            LocalProtocolError: The message cannot begin a thread of this protocol.
            MalformedMessageError: `body` is a `Message` whose body is malformed.
        """
        typed = self._read_body(body)
        found = self._beginnings.get(type(typed))
        if found is None:
            raise self._cannot_begin(typed.type)
        mark, attribute = found
        if isinstance(body, Message):
            headers = {**_headers_of(body), **headers}
            expires_time = body.expires_time if expires_time is None else expires_time
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
        conversation = Conversation(thread=thread, now=now, headers=first, orders=self._orders(thread))
        try:
            getattr(self, attribute)(conversation, typed)
        except Problem as problem:
            raise LocalProtocolError(str(problem)) from problem
        return conversation.step()

    def wake(self, thread: Thread, now: int) -> Step:
        """Act on the deadline of a thread.

        Args:
            thread: The stored state.
            now: The time, in seconds since the epoch.

        Returns:
            What to store and to send; nothing before the deadline.

        Raises:
            LocalProtocolError: The thread is of another protocol.
        """
        if thread.protocol != self.piuri:
            problem = f"`thread` must be of {self.piuri}, got {thread.protocol}"
            raise LocalProtocolError(problem)
        if thread.wake_at is None or now < thread.wake_at:
            return Step()
        conversation = Conversation(thread=thread, now=now, stored=True, orders=self._orders(thread))
        conversation.wake(None)
        try:
            self.woken(conversation)
        except Problem as problem:
            return Step(problem=problem)
        return conversation.step()

    def woken(self, thread: Conversation) -> None:
        """End the thread with the event "timeout" at its deadline; a protocol may override this.

        Args:
            thread: The thread whose deadline has come.
        """
        thread.finish("timeout")

    def thread_of(self, message: Message) -> str:
        """The id of the stored thread that a message acts on; by default the message's own thread.

        Args:
            message: A message of this protocol.
        """
        return thread_id(message)

    def reported(self, received: Received, thread: Thread, now: int) -> Step:
        """Act on a problem report about a thread of this protocol, whose id is the report's `pthid`.

        An error with the scope `p` ends the thread, and one whose scope is the name of a state returns the
        thread to that state; any other report leaves the state unchanged. The event is "problem", with a
        `ProblemReported`. A report of another party, or one without a proved sender, changes nothing and is
        the event "problem-hint".

        Args:
            received: The report.
            thread: The stored state.
            now: The time, in seconds since the epoch.

        Returns:
            What to store, and the event.

        Raises:
            MalformedMessageError: The body of the report is malformed.
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

    def _orders(self, thread: Thread) -> Orders | None:
        """The sequence numbers of a thread; None if the protocol is not sequenced."""
        if not self.sequenced:
            return None
        stored = thread.data.get("orders")
        return Orders() if stored is None else Orders.from_dict(stored)

    def _check_thread(self, received: Received, thread: Thread | None) -> None:
        """Raise if `thread` is another one: a message must not change the state of another peer's thread."""
        if thread is None:
            return
        key = (received.relationship or received.sender, self.piuri, self.thread_of(received.message))
        other = (thread.peer, thread.protocol, thread.thid)
        if other != key:
            problem = f"`thread` must be the thread of the message, {key}, got {other}"
            raise LocalProtocolError(problem)

    def _read_body(self, body: Body | Message) -> Body:
        if isinstance(body, Body):
            return body
        for known in self._beginnings:
            if same_name(message_type(known.type).name) == same_name(body.type.rpartition("/")[2]):
                return known.from_message(body)
        raise self._cannot_begin(body.type)

    def _cannot_begin(self, type: str) -> LocalProtocolError:  # noqa: A002, the header's name
        problem = f"`body` must begin a thread of {self.piuri}, and a message of type {type} cannot"
        return LocalProtocolError(problem)


_HEADERS = ("id", "attachments", "lang", "accept_lang", "please_ack", "ack", "custom_headers")


def _headers_of(message: Message) -> dict[str, Any]:
    """The headers of a program's message that are kept when it begins a thread."""
    return {name: getattr(message, name) for name in _HEADERS if getattr(message, name)}


def unsupported(message: Message) -> Problem:
    """The problem to report for a message that no protocol handles.

    Args:
        message: The message.
    """
    return RemoteProtocolError(
        "e.m.msg.unsupported", "The message type {1} is not supported.", [message.type]
    )


def _reason_to_ignore(mark: On, received: Received, thread: Thread | None, now: int) -> str | None:
    """The event for a message that is ignored without a problem; None if it is to be handled.

    Raises:
        RemoteProtocolError: The trust is too low, or the message is not expected in this role or state.
    """
    if not received.trust.at_least(mark.trust):
        comment = "The sender of the message must be proved: {1}."
        raise RemoteProtocolError(UNAUTHENTICATED, comment, [mark.trust.value])
    if received.message.is_expired(now) and not mark.expired:
        return "expired"
    state = "" if thread is None else thread.state
    fits_role = thread is None or mark.role is None or thread.role == mark.role
    if fits_role and (mark.states is None or state in mark.states):
        return None
    if mark.quiet or thread is None or thread.done:
        return "unexpected"
    if not fits_role:
        comment = "The message is not for the role {1}."
        raise RemoteProtocolError(WRONG_ROLE, comment, [thread.role])
    comment = "The message is not expected in the state {1}."
    raise RemoteProtocolError(WRONG_STATE, comment, [state])


def _ignore(event: str, received: Received) -> Step:
    peer = received.relationship or received.sender
    return Step(events=(Event(event, received.message, thread_id(received.message), peer),))
