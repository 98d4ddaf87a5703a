"""Protocols as state machines without I/O, one module a protocol.

A protocol takes a received message, the stored state of its thread and the time, and returns a `Step`: the
new state, the messages to send, the events, the deadline. It opens no socket, reads no clock and awaits
nothing, so a program with a loop of its own uses it as the agent does.

- `pydidcomm.protocols.machine`: `Protocol`, with `on` and `begins`, to write one.
- `pydidcomm.protocols.trust_ping`: trust ping 2.0.

Example:
    >>> from pydidcomm.protocols import Protocols, Received, Trust
    >>> from pydidcomm.protocols.trust_ping import Ping, TrustPing
    >>> ping = Ping().to_message(id="one", frm="did:example:alice", to=["did:example:bob"])
    >>> received = Received(message=ping, sender="did:example:alice", recipient="did:example:bob",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_000)
    >>> protocol = Protocols([TrustPing()]).find(ping.type)
    >>> step = protocol.receive(received, None, 1_700_000_000)
    >>> [outgoing.message.thid for outgoing in step.send]
    ['one']
"""

from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, begins, on
from pydidcomm.protocols.outgoing import Outgoing
from pydidcomm.protocols.problem import LocalProtocolError, Problem, RemoteProtocolError
from pydidcomm.protocols.received import Change, Received, Trust, received_from
from pydidcomm.protocols.registry import Protocols
from pydidcomm.protocols.thread import DONE, Event, Step, Thread, thread_id
from pydidcomm.protocols.versions import MessageType, agree, message_type

__all__ = [
    "DONE",
    "Body",
    "Change",
    "Conversation",
    "Event",
    "LocalProtocolError",
    "MessageType",
    "Outgoing",
    "Problem",
    "Protocol",
    "Protocols",
    "Received",
    "RemoteProtocolError",
    "Step",
    "Thread",
    "Trust",
    "agree",
    "begins",
    "message_type",
    "on",
    "received_from",
    "thread_id",
]
