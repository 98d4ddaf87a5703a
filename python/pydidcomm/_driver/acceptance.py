"""Check a verified message against the application's policy: allowed senders, replay protection."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, TypeVar

from pydidcomm._checks import kind_of
from pydidcomm._core import UnpackResult, V1Message, keep_long_form
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm._driver.operations import time_of
from pydidcomm._driver.questions import await_despite_cancellation, without_frames
from pydidcomm._log import log_refusal
from pydidcomm.config import ResolversConfig, UnpackConfig
from pydidcomm.errors import PolicyError, ReplayedMessageError
from pydidcomm.replay import ReplayEntry, ReplayWindow

__all__ = ["Received", "calls_out", "check_acceptance", "keep", "refusal", "take_back"]


Received = TypeVar("Received", UnpackResult, V1Message, "UnpackResult | V1Message")


def calls_out(resolvers: ResolversConfig, config: UnpackConfig | None) -> bool:
    """Return whether a message needs the replay window, `allowed_senders`, or a store of long forms."""
    return (
        resolvers.replay_window is not None
        or resolvers.store_long_forms is not None
        or (config is not None and callable(config.allowed_senders))
    )


async def check_acceptance(
    received: Received, resolvers: ResolversConfig, config: UnpackConfig | None
) -> Received:
    """Return the message; raise an exception if its sender is not allowed or it is a replay."""
    allowed = None if config is None else config.allowed_senders
    if callable(allowed):
        sender = _sender(received)
        answer: Any = sender is not None and allowed(sender)
        _check_sender(received, await answer if is_awaitable(answer) else answer)
    # before the window, so that a failing store leaves no entry there
    keep(received, resolvers)
    # where the resolver is that of a store of secrets
    stored: Any = None if resolvers.store_long_forms is None else resolvers.store_long_forms()
    if is_awaitable(stored):
        await stored
    window = resolvers.replay_window
    if window is not None:
        entry = _entry(received, resolvers, config)
        try:
            seen: Any = window.seen(entry)
            if is_awaitable(seen):
                seen = await seen
        except BaseException:
            # the window may contain the entry already, and the application does not get the message
            await _forget(window, entry)
            raise
        _check_seen(received, seen)
    return received


async def refusal(
    received: UnpackResult, resolvers: ResolversConfig, config: UnpackConfig | None
) -> Exception | None:
    """Return the exception with which the message is refused; None if it is accepted."""
    try:
        await check_acceptance(received, resolvers, config)
    except Exception as error:  # noqa: BLE001, it is the entry of this message
        return without_frames(error)
    return None


def keep(received: Received, resolvers: ResolversConfig) -> Received:
    """Stores the long form of a proved sender in memory, since later messages use the short form."""
    if resolvers.memory is not None and isinstance(received, UnpackResult):
        keep_long_form(resolvers.memory, received)
    return received


async def take_back(
    received: Iterable[UnpackResult], resolvers: ResolversConfig, config: UnpackConfig | None
) -> None:
    """Remove messages that the application will not get from the replay window."""
    if resolvers.replay_window is not None:
        for message in received:
            await _forget(resolvers.replay_window, _entry(message, resolvers, config))


async def _forget(window: ReplayWindow, entry: ReplayEntry) -> None:
    # the caller raises the original exception
    with suppress(Exception):
        answer: Any = window.forget(entry)
        if is_awaitable(answer):
            await await_despite_cancellation(answer)


def _entry(
    received: UnpackResult | V1Message, resolvers: ResolversConfig, config: UnpackConfig | None
) -> ReplayEntry:
    at = None if config is None else config.now
    return ReplayEntry.of(received, at=time_of(resolvers) if at is None else at)


def _sender(received: UnpackResult | V1Message) -> str | None:
    """Return the DID of the proved sender; the verkey in DIDComm v1."""
    return received.sender if isinstance(received, UnpackResult) else received.sender_verkey


def _did(received: UnpackResult | V1Message) -> str | None:
    return received.sender if isinstance(received, UnpackResult) else None


def _id(received: UnpackResult | V1Message) -> str:
    if isinstance(received, UnpackResult):
        return received.message.id
    # a plaintext of DIDComm v1 can be any bytes
    return received.id or received.replay_key[3]


def _check_sender(received: UnpackResult | V1Message, allowed: object) -> None:
    if not _is_true(allowed, "`allowed_senders`"):
        demand = "allowed_senders"
        raise log_refusal(PolicyError(demand, _did(received)))


def _check_seen(received: UnpackResult | V1Message, seen: object) -> None:
    if _is_true(seen, "`seen` of the replay window"):
        raise log_refusal(ReplayedMessageError(_id(received), _did(received)))


def _is_true(answer: object, function: str) -> bool:
    """Return the answer; raise TypeError unless it is a bool, since None would accept a replay."""
    if not isinstance(answer, bool):
        reason = f"{function} must return a bool, got {kind_of(answer)}"
        raise TypeError(reason)
    return answer
