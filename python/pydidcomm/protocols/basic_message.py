"""Basic message 2.0: a text for people.

Example:
    >>> from pydidcomm.protocols import Received, Trust
    >>> from pydidcomm.protocols.basic_message import BasicMessage, Text
    >>> sent = BasicMessage().begin(Text(content="Hallo"), peer="r1", to="did:example:bob",
    ...     frm="did:example:alice", now=1_700_000_000, lang="de").send[0].message
    >>> received = Received(message=sent, sender="did:example:alice", recipient="did:example:bob",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_001)
    >>> step = BasicMessage().receive(received, None, 1_700_000_001)
    >>> step.events[0].data, step.send
    (Text(content='Hallo'), ())
"""

from dataclasses import dataclass
from typing import Final

from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, begins, on

__all__ = ["PIURI", "BasicMessage", "Text"]

PIURI: Final = "https://didcomm.org/basicmessage/2.0"
"""The protocol identifier URI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Body, type=f"{PIURI}/message"):
    """A text for people; the header `lang` names its language.

    Attributes:
        content: The text.
    """

    content: str


class BasicMessage(Protocol, piuri=PIURI, roles=("sender", "receiver")):
    """Basic message 2.0 in both roles; it has no states and no answers.

    Events: "message" with the `Text`; "no-created-time" if the required `created_time` is missing.
    """

    @begins(role="sender")
    def start(self, thread: Conversation, text: Text) -> None:
        """Send a text.

        Args:
            thread: The thread.
            text: The text.
        """
        thread.send(text)

    @on("message", role="receiver")
    def message(self, thread: Conversation, text: Text) -> None:
        """Report a text to the program.

        Args:
            thread: The thread.
            text: The text.
        """
        if thread.message.created_time is None:
            thread.emit("no-created-time")
        thread.emit("message", text)
