"""Marks on the methods of a protocol: which message a method handles, and which it begins a thread with.

`pydidcomm.protocols.machine` shows them in use.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Final, TypeVar, get_type_hints

from pydidcomm.protocols.body import Body
from pydidcomm.protocols.received import Trust

Method = TypeVar("Method", bound=Callable[..., None])

_MARK: Final = "_pydidcomm_protocol"


@dataclass(frozen=True, slots=True, kw_only=True)
class On:
    """What `on` says of a method."""

    name: str
    trust: Trust
    role: str | None
    states: tuple[str, ...] | None
    quiet: bool
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Begins:
    """What `begins` says of a method."""

    role: str


def on(  # noqa: PLR0913, options by name
    name: str,
    *,
    trust: Trust = Trust.AUTHENTICATED,
    role: str | None = None,
    state: str | tuple[str, ...] | None = None,
    quiet: bool = False,
    expired: bool = False,
) -> Callable[[Method], Method]:
    """Mark a method of a protocol as what a message does: `(self, thread: Conversation, body: ...) -> None`.

    The annotation of the last argument is the typed message.

    Args:
        name: The name of the message in its type.
        trust: How well the sender has to be proved.
        role: The role that we have in a thread with this message; None for any.
        state: The states in which the message is expected; None for any, the start included. The start of a
            thread is the empty string.
        quiet: Whether the message is ignored, with an event, where it is not expected; otherwise it is a
            problem.
        expired: Whether the message is handled after its `expires_time`.
    """

    def mark(method: Method) -> Method:
        states = (state,) if isinstance(state, str) else state
        found = On(name=name, trust=trust, role=role, states=states, quiet=quiet, expired=expired)
        setattr(method, _MARK, found)
        return method

    return mark


def begins(*, role: str) -> Callable[[Method], Method]:
    """Mark a method of a protocol as the start of a thread by our side, with a message of its annotation.

    The method sends the message: `(self, thread: Conversation, body: ...) -> None`.

    Args:
        role: The role that we have in the thread.
    """

    def mark(method: Method) -> Method:
        setattr(method, _MARK, Begins(role=role))
        return method

    return mark


def mark_of(method: object) -> On | Begins | None:
    """The mark of an attribute of a class; None where it has none."""
    mark: On | Begins | None = getattr(method, _MARK, None)
    return mark


def body_of(method: Callable[..., None]) -> type[Body]:
    """The typed message that the last parameter of a method is annotated with."""
    *_, last = signature(method).parameters
    body = get_type_hints(method).get(last)
    if not (isinstance(body, type) and issubclass(body, Body)):
        problem = f"`{method.__qualname__}` must annotate `{last}` with a typed message, a subclass of Body"
        raise TypeError(problem)
    return body
