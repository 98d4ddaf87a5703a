"""Decorators for the methods of a protocol: `on` marks message handlers, `begins` the starts of threads.

`pydidcomm.protocols.machine` has an example.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Final, TypeVar, get_type_hints

from pydidcomm.protocols.body import Body
from pydidcomm.protocols.received import Trust

__all__ = ["Begins", "On", "begins", "body_of", "mark_of", "on"]


_Method = TypeVar("_Method", bound=Callable[..., None])

_MARK: Final = "_pydidcomm_protocol"


@dataclass(frozen=True, slots=True, kw_only=True)
class On:
    """The options of `on` for a method."""

    name: str
    trust: Trust
    role: str | None
    states: tuple[str, ...] | None
    quiet: bool
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Begins:
    """The options of `begins` for a method."""

    role: str


def on(  # noqa: PLR0913, options by name
    name: str,
    *,
    trust: Trust = Trust.AUTHENTICATED,
    role: str | None = None,
    state: str | tuple[str, ...] | None = None,
    quiet: bool = False,
    expired: bool = False,
) -> Callable[[_Method], _Method]:
    """Mark a method of a protocol as the handler of a message.

    The method has the signature `(self, thread: Conversation, body: ...) -> None`; the annotation of the last
    argument is the typed message.

    Args:
        name: The name of the message, which is the last part of its type URI.
        trust: The least trust that the sender must have; a message below it is a problem.
        role: Our role in a thread with this message; None for any.
        state: The states in which the message is expected; None for any, the start included. The start of a
            thread is the empty string.
        quiet: Whether a message in another role or state is ignored, with the event "unexpected". Otherwise
            it is a problem, unless the thread is unknown or done.
        expired: Whether the message is handled after its `expires_time`; otherwise it is the event "expired".
    """

    def mark(method: _Method) -> _Method:
        states = (state,) if isinstance(state, str) else state
        found = On(name=name, trust=trust, role=role, states=states, quiet=quiet, expired=expired)
        setattr(method, _MARK, found)
        return method

    return mark


def begins(*, role: str) -> Callable[[_Method], _Method]:
    """Mark a method of a protocol as the start of a thread by our side.

    The method has the signature `(self, thread: Conversation, body: ...) -> None`, and sends the message.
    The annotation of the last argument is the typed message that the thread begins with.

    Args:
        role: Our role in the thread.
    """

    def mark(method: _Method) -> _Method:
        setattr(method, _MARK, Begins(role=role))
        return method

    return mark


def mark_of(method: object) -> On | Begins | None:
    """The mark of a method; None if it has none."""
    mark: On | Begins | None = getattr(method, _MARK, None)
    return mark


def body_of(method: Callable[..., None]) -> type[Body]:
    """The typed message in the annotation of a method's last parameter."""
    *_, last = signature(method).parameters
    body = get_type_hints(method).get(last)
    if not (isinstance(body, type) and issubclass(body, Body)):
        problem = f"`{method.__qualname__}` must annotate `{last}` with a typed message, a subclass of Body"
        raise TypeError(problem)
    return body
