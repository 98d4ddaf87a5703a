"""`Context`: the sender, the relationship, and the actions of a handler."""

from typing import Any

from pydidcomm import Message
from pydidcomm.protocols import Body, Conversation, Outgoing, Received, Trust
from pydidcomm.stores import Record, Relationship

__all__ = ["Context"]


class Context:
    """The context of one message while it is handled.

    Replies and records are committed in one transaction with the mark "done", or not at all.

    Attributes:
        received: The message, with its verified sender.
        relationship: The relationship with the sender, or None.
        once: An idempotency key for effects outside of the store: the same for each attempt to handle one
            message, and different for each message.
    """

    def __init__(
        self, conversation: Conversation, received: Received, relationship: Relationship | None, once: str
    ) -> None:
        self._conversation = conversation
        self.received = received
        self.relationship = relationship
        self.once = once
        self.records: list[Record] = []

    @property
    def message(self) -> Message:
        """The plaintext message."""
        return self.received.message

    @property
    def sender(self) -> str | None:
        """The verified DID of the sender; None only in handlers for `Trust.ANONYMOUS`."""
        return self.received.sender

    @property
    def trust(self) -> Trust:
        """The level of authentication of the sender."""
        return self.received.trust

    @property
    def thid(self) -> str:
        """The thread id of the message, in lower case."""
        return self._conversation.thid

    def reply(self, body: Body | Message, **headers: Any) -> Outgoing | None:  # noqa: ANN401, those of Message
        """Answer the message, in addition to the answer that the handler returns.

        Args:
            body: The answer.
            headers: Further arguments of `Message`.

        Returns:
            The message that will be sent; None if the sender is anonymous, and nothing is sent.
        """
        return self._conversation.reply(body, **headers)

    def store(self, record: Record) -> None:
        """Store a record in the same transaction.

        Args:
            record: The record, with a small value.
        """
        self.records.append(record)
