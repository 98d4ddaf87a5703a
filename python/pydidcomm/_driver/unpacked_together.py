"""Unpack what arrives in one turn of an event loop together.

One message after the other, each change between Python and the core finds the caches of the processor full of
the other's data, and each hands the interpreter lock over: a sixth of the work of a small message.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from weakref import ref

from pydidcomm._core import Batch, InMemorySecrets, Operation, UnpackResult, V1Message
from pydidcomm._driver import operations
from pydidcomm._driver.acceptance import check_acceptance
from pydidcomm._driver.drive import drive
from pydidcomm._driver.event_loop import running_loop
from pydidcomm._log import is_detailed, log_refusal
from pydidcomm.config import ResolversConfig, UnpackConfig
from pydidcomm.errors import DIDCommError

__all__ = ["UnpackedTogether"]


_LONGEST: Final = 8 * 1024
"""Bytes of a message that waits for others; a longer one would keep them waiting."""

_MOST: Final = 10
"""Messages that are unpacked together: they take half a millisecond, and the event loop goes on between."""


class UnpackedTogether:
    """Unpacks as `unpack` or `receive` does, several messages in one call of the core.

    A message that needs an answer of a resolver goes its own way: it keeps no other waiting.

    Args:
        resolvers: Where DID documents and secrets come from.
        config: What to demand of each message.
        v1: Whether DIDComm v1 is read too.
    """

    def __init__(self, resolvers: ResolversConfig, config: UnpackConfig, *, v1: bool) -> None:
        self._resolvers = resolvers
        self._config = config
        self._prepare: Callable[[ResolversConfig, bytes, UnpackConfig], Operation] = (
            operations.receive if v1 else operations.unpack
        )
        # other secrets are asked for each message
        self._gathers = type(resolvers.secrets_resolver) is InMemorySecrets
        self._gathered: _Gathered | None = None

    async def unpack(self, packed: bytes) -> UnpackResult | V1Message:
        """The message inside, and what was proved about it.

        Args:
            packed: The message as it arrived.

        Raises:
            DIDCommError: The message is refused; see `pydidcomm.unpack`.
        """
        operation = self._prepare(self._resolvers, packed, self._config)
        loop = self._loop() if len(packed) <= _LONGEST else None
        result: Any = None
        if loop is not None:
            gathered = self._gathered
            if gathered is None or gathered.loop() is not loop:
                gathered = self._gathered = _Gathered(loop)
            try:
                result = await gathered.put(operation, loop)
            except DIDCommError as error:
                # in the task of the message: a log record may have the span or request of its context
                log_refusal(error)
                raise
            if result is None:
                # it was begun, and waits for an answer, or another one failed the call
                operation = self._prepare(self._resolvers, packed, self._config)
        if result is None:
            result = await drive(operation, self._resolvers)
        received: UnpackResult | V1Message = await check_acceptance(result, self._resolvers, self._config)
        return received

    def _loop(self) -> Any:  # noqa: ANN401, of asyncio
        """The loop of asyncio that runs the caller; None where each message goes its own way."""
        module: Any = running_loop() if self._gathers and not is_detailed() else None
        return None if module is None or module.__name__ == "trio" else module.get_running_loop()


class _Gathered:
    """The operations of one event loop that are run next."""

    def __init__(self, loop: Any) -> None:  # noqa: ANN401, of asyncio
        # weak: a loop that has ended is not kept
        self.loop = ref(loop)
        self._waiting: list[tuple[Operation, Any]] = []

    def put(self, operation: Operation, loop: Any) -> Awaitable[Any]:  # noqa: ANN401, of asyncio
        """The result of an operation; None where it has to be run on its own."""
        future: Awaitable[Any] = loop.create_future()
        self._waiting.append((operation, future))
        if len(self._waiting) == 1:
            # what else arrives in this turn of the loop joins it
            loop.call_soon(self._run, loop)
        return future

    def _run(self, loop: Any) -> None:  # noqa: ANN401, of asyncio
        some, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        if self._waiting:
            loop.call_soon(self._run, loop)
        results: list[Any] = [None] * len(some)
        try:
            # to wake other threads takes longer than the work
            batch = Batch([operation for operation, _ in some], 1)
            batch.run()
            results = batch.results()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001, S110, a panic of the core too
            # each message is run on its own, and the one at fault raises the same again
            pass
        finally:
            for (_, future), result in zip(some, results, strict=True):
                # its task may be cancelled
                if future.done():
                    continue
                if isinstance(result, Exception):
                    future.set_exception(result)
                else:
                    future.set_result(result)
