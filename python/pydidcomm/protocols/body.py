"""Typed messages: frozen dataclasses that are read from and written to the body of a message.

Example:
    >>> from dataclasses import dataclass
    >>> from pydidcomm.protocols.body import Body
    >>> @dataclass(frozen=True, slots=True, kw_only=True)
    ... class Offer(Body, type="https://example.org/sale/1.0/offer"):
    ...     price: int
    ...     note: str | None = None
    >>> message = Offer(price=7).to_message(to=["did:example:bob"])
    >>> message.type, message.body
    ('https://example.org/sale/1.0/offer', {'price': 7})
    >>> Offer.from_message(message)
    Offer(price=7, note=None)
"""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, ClassVar, Self

from pydidcomm import Message, same_message_type
from pydidcomm.protocols._codec import read, write

__all__ = ["Body"]


class Body:
    """The base of typed messages.

    A subclass is a frozen dataclass with its message type as a class argument. Its fields are the members of
    the body: `str`, `int`, `float`, `bool`, `Any`, `Literal[...]`, enums, `list[...]`, `tuple[..., ...]`,
    `Mapping[str, ...]` and other dataclasses, each also with `| None`.
    `field(metadata={"name": "feature-type"})` gives a member another name. A field that is None is left out.
    Members without a field are ignored, unless a field with `metadata={"others": True}` collects them. If
    `__post_init__` raises ValueError, a received body is malformed.

    Attributes:
        type: The message type URI.
    """

    __slots__ = ()

    type: ClassVar[str]

    def __init_subclass__(cls, *, type: str | None = None, **options: Any) -> None:  # noqa: A002, ANN401, the header's name
        """Store the message type URI of the class."""
        super().__init_subclass__(**options)
        # `@dataclass(slots=True)` creates the class a second time, without class arguments
        if type is not None:
            cls.type = type

    def to_message(self, *, thid: str | None = None, pthid: str | None = None, **headers: Any) -> Message:  # noqa: ANN401
        """A message of this type with this body.

        Args:
            thid: The thread id; None begins a thread.
            pthid: The id of the parent thread.
            headers: Further arguments of `Message`, for instance `to` and `attachments`.

        Raises:
            TypeError: The class is not a dataclass, or a value cannot be written as JSON.
            ValueError: A header has a form that the specification forbids.
        """
        return Message(type=self.type, body=self.to_body(), thid=thid, pthid=pthid, **headers)

    def to_body(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            TypeError: The class is not a dataclass.
        """
        _check(type(self))
        return write(self)

    @classmethod
    def from_message(cls, message: Message) -> Self:
        """Read the body of a message of this type, in any minor version.

        Args:
            message: A message of the type.

        Raises:
            MalformedMessageError: A member is missing or has another type.
            ValueError: The message has another type.
        """
        if not same_message_type(message.type, cls.type):
            problem = f"`message` must have the type {cls.type}, got {message.type}"
            raise ValueError(problem)
        return cls.from_body(message.body)

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Read a typed message from the JSON object of its body.

        Args:
            body: The members.

        Raises:
            MalformedMessageError: A member is missing or has another type.
        """
        _check(cls)
        return read(cls, body, "message.body")


def _check(cls: type[Body]) -> None:
    if not is_dataclass(cls):
        problem = f"{cls.__name__} must be a dataclass: write @dataclass(frozen=True) above the class"
        raise TypeError(problem)
