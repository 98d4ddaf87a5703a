"""Protocols as state machines without I/O, one module a protocol.

A protocol takes a received message, the stored state of its thread and the time, and returns a `Step`: the
new state, the messages to send, the events, the deadline. It opens no socket, reads no clock and awaits
nothing, so a program with a loop of its own uses it as the agent does.

- `pydidcomm.protocols.machine`: `Protocol`, with `on` and `begins`, to write one.
- `pydidcomm.protocols.trust_ping`: trust ping 2.0.
- `pydidcomm.protocols.discover_features`: discover features 2.0.
- `pydidcomm.protocols.problem_report`, `.error_limit`: report problem 2.0.
- `pydidcomm.protocols.acknowledgment`: `please_ack`, `ack` and the empty message 1.0.
- `pydidcomm.protocols.basic_message`: basic message 2.0.
- `pydidcomm.protocols.user_profile`: user profile 1.0.
- `pydidcomm.protocols.receipts`: receipts 1.0.
- `pydidcomm.protocols.out_of_band`, `.web_redirect`: out-of-band 2.0.
- `pydidcomm.protocols.rotation`: the DIDs of a relationship, rotation and ending.
- `pydidcomm.protocols.localization`, `.sequencing`: the extensions l10n and advanced sequencing.

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
