"""Convert outgoing messages to items of the outbox."""

from pydidcomm.protocols import Outgoing
from pydidcomm.stores import OutboxItem

__all__ = ["outbox_item"]


def outbox_item(outgoing: Outgoing, relationship: str | None, *, wants_ack: bool = False) -> OutboxItem:
    """Return the outbox item of a message: its plaintext, which is packed when it is sent.

    Args:
        outgoing: The message.
        relationship: The id of the relationship, or None.
        wants_ack: Whether to repeat the message until the peer acknowledges it.
    """
    message = outgoing.message
    root = (message.pthid or message.thread).lower()
    return OutboxItem(
        id=message.id,
        lane=f"{relationship or outgoing.to} {root}",
        to=outgoing.to,
        frm=outgoing.frm,
        message=message.as_json().encode(),
        relationship=relationship,
        anonymous=outgoing.anonymous,
        protect_sender=outgoing.protect_sender,
        expires=message.expires_time,
        wants_ack=wants_ack,
    )
