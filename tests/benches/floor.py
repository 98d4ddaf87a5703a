"""The least that a Python program of this shape takes: what is left of an operation without the library."""

from __future__ import annotations

from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from contestants import Awaited

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from contestants import CoroutineBook
    from material import Material

FLOOR = "floor"


class Recorder:
    """A book that notes what it is asked."""

    def __init__(self, book: CoroutineBook) -> None:
        self._book = book
        self.asked: list[tuple[str, Any]] = []

    async def resolve(self, did: str) -> Any:  # noqa: ANN401, parsed or not
        """The document of the DID."""
        self.asked.append(("resolve", did))
        return await self._book.resolve(did)

    async def get_key(self, kid: str) -> Any:  # noqa: ANN401, parsed or not
        """The secret of that kid."""
        self.asked.append(("get_key", kid))
        return await self._book.get_key(kid)

    async def get_keys(self, kids: list[str]) -> list[str]:
        """The kids that are held."""
        self.asked.append(("get_keys", kids))
        return await self._book.get_keys(kids)


class Bare:
    """A party whose only method asks what an operation asks, and calls one function written in C."""

    def __init__(self, book: CoroutineBook, asked: list[tuple[str, Any]], result: str) -> None:
        self._book = book
        self._dids = [argument for method, argument in asked if method == "resolve"]
        self._kids = [argument for method, argument in asked if method == "get_key"]
        self._several = [argument for method, argument in asked if method == "get_keys"]
        self._made = {result: result}

    async def act(self, message: str, *, config: object = None) -> str | None:
        """What the operation results in, which is there already."""
        book = self._book
        for did in self._dids:
            await book.resolve(did)
        for kids in self._several:
            await book.get_keys(kids)
        for kid in self._kids:
            await book.get_key(kid)
        return self._made.get(message)


class Floor:
    """The time of a coroutine method that awaits the same answers and calls one function of C.

    No library with awaited resolvers takes less on top of its primitives.
    """

    name = FLOOR

    def __init__(self, material: Material, book: CoroutineBook) -> None:
        self.material = material
        self._book = book
        self._calls: dict[str, Callable[[], Awaitable[Any]]] = {}

    async def _call(self, operation: str) -> Callable[[], Awaitable[Any]]:
        if operation not in self._calls:
            recorder = Recorder(self._book)
            await Awaited(self.name, self.material, recorder, recorder).result(operation)
            bare = Bare(self._book, recorder.asked, operation)
            self._calls[operation] = lambda: bare.act(operation, config=None)
        return self._calls[operation]

    async def median(self, operation: str, calls: int) -> float:
        """The median of that many calls, each awaited."""
        call = await self._call(operation)
        times: list[int] = []
        for _ in range(calls):
            start = perf_counter_ns()
            await call()
            times.append(perf_counter_ns() - start)
        return median(times) / 1000

    async def result(self, operation: str) -> str:
        """What the library makes, since nothing is made here."""
        return await Awaited(self.name, self.material, self._book, self._book).result(operation)


def on_top_of(limit: str, times: dict[str, dict[str, list[float]]]) -> None:
    """Adds the limit to each floor: a program takes both."""
    for contestants in times.values():
        if FLOOR in contestants and limit in contestants:
            both = zip(contestants[limit], contestants[FLOOR], strict=True)
            contestants[FLOOR] = [least + bare for least, bare in both]
