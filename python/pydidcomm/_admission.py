"""What the application is asked about a message once everything about it is proved: is it let in?"""

from typing import Any

from pydidcomm._core import UnpackResult
from pydidcomm._drive import now
from pydidcomm.config import ResolversConfig, UnpackConfig
from pydidcomm.errors import PolicyError, ReplayedMessageError


async def admitted(
    received: UnpackResult, resolvers: ResolversConfig, config: UnpackConfig | None
) -> UnpackResult:
    """The message, if its sender is allowed and it did not come before."""
    allowed = None if config is None else config.allowed_senders
    if callable(allowed):
        sender = received.metadata.sender
        answer: Any = sender is not None and allowed(sender)
        _check_sender(sender, await answer if hasattr(answer, "__await__") else answer)
    if resolvers.replay_window is not None:
        seen: Any = resolvers.replay_window.seen(*received.replay_key)
        _check_seen(received, await seen if hasattr(seen, "__await__") else seen)
    return received


def admitted_sync(
    received: UnpackResult, resolvers: ResolversConfig, config: UnpackConfig | None
) -> UnpackResult:
    """The message, if its sender is allowed and it did not come before."""
    allowed = None if config is None else config.allowed_senders
    if callable(allowed):
        sender = received.metadata.sender
        _check_sender(sender, sender is not None and now(allowed(sender)))
    if resolvers.replay_window is not None:
        _check_seen(received, now(resolvers.replay_window.seen(*received.replay_key)))
    return received


def _check_sender(sender: str | None, allowed: object) -> None:
    if not allowed:
        demand = "allowed_senders"
        raise PolicyError(demand, sender)


def _check_seen(received: UnpackResult, seen: object) -> None:
    if seen:
        raise ReplayedMessageError(received.message.id, received.metadata.sender)
