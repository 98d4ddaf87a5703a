"""A message that a protocol sends, before it is packed.

Example:
    >>> from pydidcomm import Message
    >>> from pydidcomm.protocols.outgoing import Outgoing
    >>> hello = Message(type="https://example.org/greeting/1.0/hello", id="one")
    >>> Outgoing(message=hello, to="did:example:bob", frm="did:example:alice").message.id
    'one'
"""

from dataclasses import dataclass

from pydidcomm import Message

__all__ = ["Outgoing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to send; its id stays the same in every attempt.

    `message.expires_time` ends the attempts. Pack it when it is sent: keys, endpoints and `from_prior` are
    then the ones in force.

    Attributes:
        message: The plaintext message.
        to: The recipient's DID.
        frm: Our DID; None where the message is anonymous.
        anonymous: Whether the message is anoncrypted though it has a sender.
        connection: The connection that it may leave on: the one that brought the request.
        protect_sender: Whether the envelope hides the sender from all but the recipient.
    """

    message: Message
    to: str
    frm: str | None
    anonymous: bool = False
    connection: str | None = None
    protect_sender: bool = False
