"""What the methods of a protocol collect: messages to send, events, and the new state of the thread.

Nothing is sent and nothing is stored here: `Protocol.receive` returns what was collected as a `Step`.

Example:
    >>> from pydidcomm.protocols import Conversation, Ping, Thread
    >>> conversation = Conversation(now=1_700_000_000, thread=Thread(
    ...     peer="r1", protocol="https://didcomm.org/trust-ping/2.0", thid="one", role="sender", state="",
    ...     to="did:example:bob", frm="did:example:alice"))
    >>> _ = conversation.send(Ping())
    >>> conversation.set("waiting")
    >>> step = conversation.step()
    >>> step.send[0].message.id, step.thread.state
    ('one', 'waiting')
"""

import uuid
from collections.abc import Mapping
from typing import Any

from pydidcomm import Message
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.outgoing import Outgoing
from pydidcomm.protocols.problem import LocalProtocolError
from pydidcomm.protocols.received import Received
from pydidcomm.protocols.sequencing import Orders
from pydidcomm.protocols.thread import DONE, Event, Step, Thread
from pydidcomm.protocols.versions import agree

__all__ = ["Conversation"]

_LANGUAGES = 16
"""The most languages of a peer that are remembered: `accept-lang` is a preference, and no dictionary."""


class Conversation:
    """One thread during one step of a protocol.

    Attributes:
        received: The message that is handled; None in `begin` and `wake`.
        now: The time of the step, in seconds since the epoch.
        peer: The id of the relationship, or the peer's proved DID; empty for an anonymous sender.
        thid: The thread id in lower case.
        pthid: The parent thread.
        role: Our role.
        state: Our state; empty at the start of a thread.
        data: What the protocol remembers; `set` changes it.
        to: The peer's DID; None for an anonymous sender.
        frm: Our DID.
        languages: The languages that the peer prefers, most preferred first.
        orders: The orders of the messages of the thread, where the protocol is sequenced.
    """

    def __init__(  # noqa: PLR0913, options by name
        self,
        *,
        thread: Thread,
        now: int,
        received: Received | None = None,
        stored: bool = False,
        headers: Mapping[str, Any] | None = None,
        orders: Orders | None = None,
    ) -> None:
        self.received = received
        self.now = now
        self.peer = thread.peer
        self.protocol = thread.protocol
        self.thid = thread.thid
        self.pthid = thread.pthid
        self.role = thread.role
        self.state = thread.state
        self.data: dict[str, Any] = dict(thread.data)
        self.to = thread.to
        self.frm = thread.frm
        self.languages = thread.languages
        self._wake_at = thread.wake_at
        self._headers = dict(headers or {})
        self._stored = stored
        self._changed = stored
        self.orders = orders
        self._send: list[Outgoing] = []
        self._events: list[Event] = []
        if received is not None and received.message.accept_lang:
            self.languages = received.message.accept_lang[:_LANGUAGES]

    @property
    def message(self) -> Message:
        """The message that is handled.

        Raises:
            LocalProtocolError: The step was not caused by a message.
        """
        return self._cause.message

    @property
    def proved_sender(self) -> str | None:
        """The DID that is proved to have sent the message that is handled; None where none is."""
        return None if self.received is None else self.received.sender

    @property
    def _cause(self) -> Received:
        if self.received is None:
            problem = "no message caused this step: use `send` in place of `reply`"
            raise LocalProtocolError(problem)
        return self.received

    def reply(self, body: Body | Message, **headers: Any) -> Outgoing | None:  # noqa: ANN401
        """Answer the message that is handled: to its sender, from the DID that it was addressed to.

        It may leave on the connection that brought the message, where `return_route` allows that. It has
        the sender protection of the message, and the lower minor version of the protocol.

        Args:
            body: The answer, or a message of which `to`, `frm`, `thid` and `created_time` are set.
            headers: Further arguments of `Message`.

        Returns:
            What will be sent; None where the sender is anonymous, so that nothing can be sent.
        """
        cause = self._cause
        to = cause.sender or cause.answer_to
        if to is None:
            return None
        outgoing = Outgoing(
            message=self._message(body, cause.message.thread, headers, to=to, frm=cause.recipient),
            to=to,
            frm=cause.recipient,
            connection=None if cause.return_route == "none" else cause.connection,
            protect_sender=cause.protect_sender,
        )
        self._send.append(outgoing)
        return outgoing

    def send(self, body: Body | Message, **headers: Any) -> Outgoing:  # noqa: ANN401
        """Send a message on this thread to its peer.

        Args:
            body: The message.
            headers: Further arguments of `Message`.

        Raises:
            LocalProtocolError: The peer is anonymous.
        """
        if self.to is None:
            problem = "the peer of this thread is anonymous: no DID to send to"
            raise LocalProtocolError(problem)
        thid = self.thid if self.received is None else self.received.message.thread
        message = self._message(body, thid, headers, to=self.to, frm=self.frm)
        outgoing = Outgoing(message=message, to=self.to, frm=self.frm)
        self._send.append(outgoing)
        return outgoing

    def _message(
        self, body: Body | Message, thid: str, headers: Mapping[str, Any], *, to: str, frm: str | None
    ) -> Message:
        """The message of the thread; the first one of a thread of ours has its id."""
        begins = self.received is None and not self._stored and not self._send
        identity: dict[str, Any] = {"id": thid} if begins else {"thid": thid}
        if self.received is not None and isinstance(body, Message) and body.id == self.received.message.id:
            # the message itself, sent back: the answer is another message
            identity["id"] = str(uuid.uuid4())
        defaults: dict[str, Any] = {"to": [to], "frm": frm, "created_time": self.now, "pthid": self.pthid}
        values = {**defaults, **identity, **(self._headers if begins else {}), **headers}
        message = body.replace(**values) if isinstance(body, Message) else body.to_message(**values)
        if self.orders is not None:
            self.orders, message = self.orders.stamped(message)
        return message if self.received is None else _in_version(message, self.received.message.type)

    def emit(self, event: Event | str, data: Any = None) -> None:  # noqa: ANN401
        """Report an event to the program.

        Args:
            event: The event, or its name.
            data: What happened, for instance the typed message.
        """
        made = event if isinstance(event, Event) else Event(event, data, self.thid, self.peer)
        self._events.append(made)

    def set(self, state: str | None = None, **data: Any) -> None:  # noqa: ANN401
        """Change the state of the thread, which is then stored.

        Args:
            state: The new state; None leaves it.
            data: Members of the thread's data to replace; None removes one.
        """
        self._changed = True
        self.state = self.state if state is None else state
        self.data = {name: value for name, value in {**self.data, **data}.items() if value is not None}

    def wake(self, at: int | None) -> None:
        """Set the deadline of the thread.

        Args:
            at: When `Protocol.wake` is due, in seconds since the epoch; None for never.
        """
        self._changed = True
        self._wake_at = at

    def finish(self, event: Event | str | None = None, data: Any = None) -> None:  # noqa: ANN401
        """End the thread.

        Args:
            event: An event to report, or its name.
            data: The data of the event.
        """
        self.set(DONE)
        self._wake_at = None
        if event is not None:
            self.emit(event, data)

    def step(self) -> Step:
        """What was collected."""
        if self.orders is not None:
            self.set(orders=self.orders.as_dict())
        thread = Thread(
            peer=self.peer,
            protocol=self.protocol,
            thid=self.thid,
            role=self.role,
            state=self.state,
            pthid=self.pthid,
            data=self.data,
            wake_at=self._wake_at,
            to=self.to,
            frm=self.frm,
            languages=self.languages,
        )
        # an anonymous peer has no state of its own: another one could name the same thread
        stored = thread if self._changed and self.peer else None
        return Step(thread=stored, send=tuple(self._send), events=tuple(self._events))


def _in_version(message: Message, theirs: str) -> Message:
    """The message in the minor version of the peer's message, where that is the lower one."""
    piuri, _, name = message.type.rpartition("/")
    try:
        agreed = agree(piuri, theirs.rpartition("/")[0]) or piuri
    except ValueError:
        # a type of another form has no versions
        return message
    return message if agreed == piuri else message.replace(type=f"{agreed}/{name}")


def opened(received: Received, *, protocol: str, role: str, thid: str) -> Thread:
    """The thread that a message begins.

    Args:
        received: The message.
        protocol: The protocol identifier URI.
        role: The role that we have.
        thid: The id under which its state is stored.
    """
    return Thread(
        peer=received.relationship or received.sender or "",
        protocol=protocol,
        thid=thid,
        role=role,
        state="",
        pthid=received.message.pthid,
        to=received.sender or received.answer_to,
        frm=received.recipient,
    )


def fresh_thread_id(headers: Mapping[str, Any]) -> str:
    """The id of a thread that we begin: that of its first message."""
    return str(headers.get("thid") or headers.get("id") or uuid.uuid4()).lower()
