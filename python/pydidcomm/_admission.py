"""What the application is asked about a message once everything about it is proved: is it let in?"""

from typing import Any, TypeVar

from pydidcomm._core import UnpackResult, V1Message
from pydidcomm._drive import now
from pydidcomm.config import ResolversConfig, UnpackConfig
from pydidcomm.errors import PolicyError, ReplayedMessageError

Received = TypeVar("Received", UnpackResult, V1Message, "UnpackResult | V1Message")


def asks_application(resolvers: ResolversConfig, config: UnpackConfig | None) -> bool:
    """Whether anybody is to be asked."""
    return resolvers.replay_window is not None or (config is not None and callable(config.allowed_senders))


async def admitted(received: Received, resolvers: ResolversConfig, config: UnpackConfig | None) -> Received:
    """The message, if its sender is allowed and it did not come before."""
    allowed = None if config is None else config.allowed_senders
    if callable(allowed):
        sender = _sender(received)
        answer: Any = sender is not None and allowed(sender)
        _check_sender(received, await answer if hasattr(answer, "__await__") else answer)
    if resolvers.replay_window is not None:
        seen: Any = resolvers.replay_window.seen(*received.replay_key)
        _check_seen(received, await seen if hasattr(seen, "__await__") else seen)
    return received


def admitted_sync(received: Received, resolvers: ResolversConfig, config: UnpackConfig | None) -> Received:
    """The message, if its sender is allowed and it did not come before."""
    allowed = None if config is None else config.allowed_senders
    if callable(allowed):
        sender = _sender(received)
        _check_sender(received, sender is not None and now(allowed(sender)))
    if resolvers.replay_window is not None:
        _check_seen(received, now(resolvers.replay_window.seen(*received.replay_key)))
    return received


def _sender(received: UnpackResult | V1Message) -> str | None:
    """The DID that is proved to be the sender; the verkey in DIDComm v1."""
    return received.sender if isinstance(received, UnpackResult) else received.sender_verkey


def _did(received: UnpackResult | V1Message) -> str | None:
    return received.sender if isinstance(received, UnpackResult) else None


def _id(received: UnpackResult | V1Message) -> str:
    if isinstance(received, UnpackResult):
        return received.message.id
    # a plaintext of DIDComm v1 can be any octets
    return received.id or received.replay_key[1]


def _check_sender(received: UnpackResult | V1Message, allowed: object) -> None:
    if not allowed:
        demand = "allowed_senders"
        raise PolicyError(demand, _did(received))


def _check_seen(received: UnpackResult | V1Message, seen: object) -> None:
    if seen:
        raise ReplayedMessageError(_id(received), _did(received))
