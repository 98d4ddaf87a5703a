"""Unpack messages from a queue concurrently, and yield the results in order."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
from contextlib import aclosing
from typing import Any, TypeAlias

from pydidcomm._core import UnpackResult
from pydidcomm._driver import operations
from pydidcomm._driver.drive import drive
from pydidcomm._driver.in_order import in_order
from pydidcomm._driver.questions import without_frames
from pydidcomm._driver.together import share_questions
from pydidcomm.config import ResolversConfig, UnpackConfig

__all__ = ["AT_ONCE", "PackedMessage", "unpack_in_order"]


PackedMessage: TypeAlias = str | bytes | Mapping[str, Any]
"""A message as it arrived."""

AT_ONCE = 64
"""The most messages in progress: more are not faster with most networks and databases."""


async def unpack_in_order(
    packed_msgs: AsyncIterable[PackedMessage] | Iterable[PackedMessage],
    resolvers: ResolversConfig,
    config: UnpackConfig | None,
    at_once: int,
) -> AsyncGenerator[UnpackResult | Exception, None]:
    """Yield the result of each message, or its exception, before the checks of the application."""
    common = share_questions(resolvers)

    async def one(packed_msg: PackedMessage) -> UnpackResult | Exception:
        try:
            result: UnpackResult = await drive(operations.unpack(resolvers, packed_msg, config), common)
        except Exception as error:  # noqa: BLE001, it is the outcome of this message
            return without_frames(error)
        return result

    async with aclosing(in_order(packed_msgs, one, at_once)) as entries:
        async for entry in entries:
            yield entry
