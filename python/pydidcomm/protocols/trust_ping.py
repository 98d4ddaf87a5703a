"""Trust ping 2.0: check whether a peer answers, over a channel that proves both parties.

DIDComm v2.1, section "Trust Ping Protocol 2.0".

Example:
    >>> from pydidcomm.protocols import Received, Trust
    >>> from pydidcomm.protocols.trust_ping import Ping, TrustPing
    >>> ping = Ping().to_message(id="one", frm="did:example:alice", to=["did:example:bob"])
    >>> received = Received(message=ping, sender="did:example:alice", recipient="did:example:bob",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_000)
    >>> step = TrustPing().receive(received, None, 1_700_000_000)
    >>> step.send[0].message.type, step.send[0].message.thid
    ('https://didcomm.org/trust-ping/2.0/ping-response', 'one')
"""

from dataclasses import dataclass
from typing import Final

from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, begins, on

__all__ = ["PIURI", "Ping", "PingResponse", "TrustPing"]

PIURI: Final = "https://didcomm.org/trust-ping/2.0"
"""The protocol identifier URI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping(Body, type=f"{PIURI}/ping"):
    """A ping.

    Attributes:
        response_requested: Whether the receiver should answer.
    """

    response_requested: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PingResponse(Body, type=f"{PIURI}/ping-response"):
    """The answer to a ping."""


class TrustPing(Protocol, piuri=PIURI, roles=("sender", "receiver")):
    """Trust ping 2.0 in both roles.

    The sender's states are "waiting" and "done"; the receiver has none. Events: "ping" with the message,
    "ping-response" with the time until the answer, in whole seconds, "timeout".
    """

    @begins(role="sender")
    def start(self, thread: Conversation, ping: Ping) -> None:
        """Send a ping; `expires_time` of `begin` is the deadline of the answer.

        Args:
            thread: The thread.
            ping: The ping.
        """
        thread.send(ping)
        if ping.response_requested:
            thread.set("waiting", sent_at=thread.now)

    @on("ping", role="receiver")
    def ping(self, thread: Conversation, ping: Ping) -> None:
        """Answer a ping.

        Args:
            thread: The thread.
            ping: The ping.
        """
        thread.emit("ping", ping)
        if ping.response_requested:
            thread.reply(PingResponse())

    @on("ping-response", role="sender", state="waiting", quiet=True)
    def ping_response(self, thread: Conversation, _response: PingResponse) -> None:
        """End the thread with the answer.

        Args:
            thread: The thread.
            _response: The answer.
        """
        thread.finish("ping-response", thread.now - int(thread.data["sent_at"]))
