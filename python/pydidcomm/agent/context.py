"""What a handler can know and do in addition to its message: sender, relationship, more messages."""

from typing import Any

from pydidcomm import Message
from pydidcomm.protocols import Body, Conversation, Outgoing, Received, Trust
from pydidcomm.stores import Record, Relationship

__all__ = ["Context"]


class Context:
    """One message while it is handled. What it collects is stored together with "done", or not at all.

    Attributes:
        received: The message with what was proved.
        relationship: The relationship with the sender; None where there is none.
        once: The same in each attempt for one message, and different for each message: a key for effects
            outside of the store, so that they happen once.
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
        """The DID that is proved to be the sender; None only in handlers for `Trust.ANONYMOUS`."""
        return self.received.sender

    @property
    def trust(self) -> Trust:
        """How well the sender is proved."""
        return self.received.trust

    @property
    def thid(self) -> str:
        """The thread of the message, in lower case."""
        return self._conversation.thid

    def reply(self, body: Body | Message, **headers: Any) -> Outgoing | None:  # noqa: ANN401, those of Message
        """Answer the message, as its handler does by what it returns; for more than one answer.

        Args:
            body: The answer.
            headers: Further arguments of `Message`.

        Returns:
            What will be sent; None where the sender is not proved.
        """
        return self._conversation.reply(body, **headers)

    def store(self, record: Record) -> None:
        """Store a small value in the same transaction.

        Args:
            record: The value.
        """
        self.records.append(record)
