"""Answer the sender of a message, on the connection that the message arrived on."""

from pydidcomm import Message
from pydidcomm.protocols.outgoing import Outgoing
from pydidcomm.protocols.received import Received

__all__ = ["reply"]


def reply(received: Received, message: Message, to: str) -> Outgoing:
    """The outgoing message that answers a received one."""
    return Outgoing(
        message=message,
        to=to,
        frm=received.recipient,
        connection=None if received.return_route == "none" else received.connection,
        protect_sender=received.protect_sender,
    )
