"""Unpack messages from a queue in parts, each on several threads, in their order."""

from collections.abc import Generator, Iterable
from itertools import islice

from pydidcomm._core import UnpackResult
from pydidcomm._driver import operations
from pydidcomm._driver.unpack_in_order import PackedMessage
from pydidcomm.config import ResolversConfig, UnpackConfig
from pydidcomm.sync._driver.batch import drive_each

__all__ = ["AT_ONCE", "unpack_in_order"]

AT_ONCE = 1
"""How many messages are read before the first is handed out: a second one would hold up the first."""


def unpack_in_order(
    packed_msgs: Iterable[PackedMessage],
    resolvers: ResolversConfig,
    config: UnpackConfig | None,
    at_once: int,
) -> Generator[UnpackResult | Exception, None, None]:
    """Yield what each message unpacks to, or the exception, before the application is asked about it."""
    rest = iter(packed_msgs)
    while part := list(islice(rest, at_once)):
        yield from drive_each(operations.unpack_many(resolvers, part, config, None), resolvers)
