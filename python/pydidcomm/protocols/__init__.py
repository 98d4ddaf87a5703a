"""Protocols as state machines without I/O, one module per protocol.

A protocol takes a received message, the stored state of its thread and the time, and returns a `Step`: the
new state, the messages to send, the events, the deadline. It opens no socket, reads no clock and awaits
nothing, so a program with its own event loop can use it without the agent.

To write another protocol, subclass `Protocol` (module `machine`).

Example:
    >>> from pydidcomm.protocols import Ping, Protocols, Received, Trust, TrustPing
    >>> ping = Ping().to_message(id="one", frm="did:example:alice", to=["did:example:bob"])
    >>> received = Received(message=ping, sender="did:example:alice", recipient="did:example:bob",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_000)
    >>> step = Protocols([TrustPing()]).find(ping.type).receive(received, None, 1_700_000_000)
    >>> [outgoing.message.thid for outgoing in step.send]
    ['one']
"""

from pydidcomm.protocols.acknowledgment import Empty, EmptyMessage
from pydidcomm.protocols.basic_message import BasicMessage, Text
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.discover_features import Disclose, DiscoverFeatures, Queries, Query
from pydidcomm.protocols.error_limit import ReportProblem
from pydidcomm.protocols.machine import Protocol, begins, on
from pydidcomm.protocols.out_of_band import OutOfBand
from pydidcomm.protocols.outgoing import Outgoing
from pydidcomm.protocols.problem import LocalProtocolError, Problem, RemoteProtocolError
from pydidcomm.protocols.problem_report import ProblemReport, ProblemReported
from pydidcomm.protocols.receipts import Receipts
from pydidcomm.protocols.received import Change, Received, Trust, received_from
from pydidcomm.protocols.registry import Protocols
from pydidcomm.protocols.thread import DONE, Event, Step, Thread, thread_id
from pydidcomm.protocols.trust_ping import Ping, PingResponse, TrustPing
from pydidcomm.protocols.user_profile import Profile, RequestProfile, UserProfile
from pydidcomm.protocols.versions import MessageType, agree, message_type

__all__ = [
    "DONE",
    "BasicMessage",
    "Body",
    "Change",
    "Conversation",
    "Disclose",
    "DiscoverFeatures",
    "Empty",
    "EmptyMessage",
    "Event",
    "LocalProtocolError",
    "MessageType",
    "OutOfBand",
    "Outgoing",
    "Ping",
    "PingResponse",
    "Problem",
    "ProblemReport",
    "ProblemReported",
    "Profile",
    "Protocol",
    "Protocols",
    "Queries",
    "Query",
    "Receipts",
    "Received",
    "RemoteProtocolError",
    "ReportProblem",
    "RequestProfile",
    "Step",
    "Text",
    "Thread",
    "Trust",
    "TrustPing",
    "UserProfile",
    "agree",
    "begins",
    "message_type",
    "on",
    "received_from",
    "thread_id",
]
