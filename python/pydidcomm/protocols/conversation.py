"""`Conversation`: collects the messages, the events and the new state of one step of a protocol.

It sends and stores nothing: `Protocol.receive` returns what was collected as a `Step`.

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
"""The maximum number of languages stored for a peer; a list of preferences needs only a few."""


class Conversation:
    """One thread during one step of a protocol.

    Attributes:
        received: The message that is handled; None in `begin` and `wake`.
        now: The time of the step, in seconds since the epoch.
        peer: The id of the relationship, or the peer's proved DID; empty for an anonymous sender.
        protocol: The protocol identifier URI.
        thid: The thread id in lower case.
        pthid: The id of the parent thread.
        role: Our role.
        state: Our state; empty at the start of a thread.
        data: The protocol's own data, a JSON object; `set` changes it.
        to: The peer's DID; None for an anonymous sender.
        frm: Our DID.
        languages: The languages that the peer prefers, most preferred first.
        orders: The sequence numbers of the thread; None if the protocol is not sequenced.
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
        """The proved sender of the handled message, a DID; None if there is none."""
        return None if self.received is None else self.received.sender

    @property
    def _cause(self) -> Received:
        if self.received is None:
            problem = "this step handles no received message: call `send` instead of `reply`"
            raise LocalProtocolError(problem)
        return self.received

    def reply(self, body: Body | Message, **headers: Any) -> Outgoing | None:  # noqa: ANN401
        """Answer the handled message: to its sender, from the DID that the message was sent to.

        The answer may use the connection of the message if `return_route` allows it. It protects the sender
        as the message did, and has the lower of the two parties' minor versions.

        Args:
            body: The answer; of a `Message`, `to`, `frm`, `thid`, `pthid` and `created_time` are replaced.
            headers: Further arguments of `Message`.

        Returns:
            The message to send; None if the sender is anonymous, so that no DID can be answered.

        Raises:
            LocalProtocolError: The step handles no received message.
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
            body: The message; of a `Message`, `to`, `frm`, `thid`, `pthid` and `created_time` are replaced.
            headers: Further arguments of `Message`.

        Returns:
            The message to send.

        Raises:
            LocalProtocolError: The peer is anonymous.
        """
        if self.to is None:
            problem = "the peer of this thread is anonymous: there is no DID to send to"
            raise LocalProtocolError(problem)
        thid = self.thid if self.received is None else self.received.message.thread
        message = self._message(body, thid, headers, to=self.to, frm=self.frm)
        outgoing = Outgoing(message=message, to=self.to, frm=self.frm)
        self._send.append(outgoing)
        return outgoing

    def _message(
        self, body: Body | Message, thid: str, headers: Mapping[str, Any], *, to: str, frm: str | None
    ) -> Message:
        """The message with the headers of the thread; the first one has the thread id as its own id."""
        begins = self.received is None and not self._stored and not self._send
        identity: dict[str, Any] = {"id": thid} if begins else {"thid": thid}
        if self.received is not None and isinstance(body, Message) and body.id == self.received.message.id:
            # the received message itself is sent back: the answer needs another id
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
        """Change the state and the data of the thread, so that the step stores them.

        Args:
            state: The new state; None keeps the present one.
            data: Members to set in the thread's data; None removes a member.
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
        """The step with what was collected so far."""
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
        # the state of an anonymous peer is not stored: another peer could use the same thread id
        stored = thread if self._changed and self.peer else None
        return Step(thread=stored, send=tuple(self._send), events=tuple(self._events))


def _in_version(message: Message, theirs: str) -> Message:
    """The message in the minor version of the peer's message, if that is the lower one."""
    piuri, _, name = message.type.rpartition("/")
    try:
        agreed = agree(piuri, theirs.rpartition("/")[0]) or piuri
    except ValueError:
        # the type is not a URI with a version
        return message
    return message if agreed == piuri else message.replace(type=f"{agreed}/{name}")


def open_thread(received: Received, *, protocol: str, role: str, thid: str) -> Thread:
    """The initial state of the thread that a message begins.

    Args:
        received: The message.
        protocol: The protocol identifier URI.
        role: Our role.
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
    """The id of a thread that we begin, which is the id of its first message."""
    return str(headers.get("thid") or headers.get("id") or uuid.uuid4()).lower()
