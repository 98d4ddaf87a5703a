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

    `message.expires_time` ends the attempts. Pack the message just before it is sent, so that keys, endpoints
    and `from_prior` are up to date.

    Attributes:
        message: The plaintext message.
        to: The recipient's DID.
        frm: Our DID; None for an anonymous message.
        anonymous: Whether the message is anoncrypted although it has a sender.
        connection: The id of the connection of the request, which the message may use; None for none.
        protect_sender: Whether the envelope hides the sender from all but the recipient.
    """

    message: Message
    to: str
    frm: str | None
    anonymous: bool = False
    connection: str | None = None
    protect_sender: bool = False
