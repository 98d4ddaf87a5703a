"""The conformance suite of stores of an agent. It needs no test framework.

Each of `CHECKS` is a coroutine function that takes an empty store, and raises an AssertionError that names
the rule. Each of `REOPENING_CHECKS` is for stores that outlive the process, and takes a function that opens
the same store at each call. `suite` runs all of `CHECKS`.

Example:
    With pytest and anyio, for a store of your own:

        @pytest.mark.parametrize("name", CHECKS)
        async def test_my_store(name, tmp_path):
            async with MyStore(tmp_path / "store") as store:
                await CHECKS[name](store)
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final

from pydidcomm.stores.store import Store
from pydidcomm.stores.testing import _growth, _inbox, _outbox, _state
from pydidcomm.stores.testing._common import Check
from pydidcomm.stores.testing._growth import ReopeningCheck

__all__ = ["CHECKS", "REOPENING_CHECKS", "suite"]

CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {**_inbox.CHECKS, **_outbox.CHECKS, **_state.CHECKS, **_growth.CHECKS}
)
"""The checks by name; each takes an empty store."""

REOPENING_CHECKS: Final[Mapping[str, ReopeningCheck]] = MappingProxyType(_growth.REOPENING)
"""The checks for stores that outlive the process; each takes a function that opens the store."""


async def suite(make_store: Callable[[], Awaitable[Store]]) -> None:
    """Run all of `CHECKS`, each on its own store, which is closed afterwards.

    Args:
        make_store: Returns a new, empty store.

    Raises:
        AssertionError: The store breaks a rule; a note names the check.

    Example:
        >>> import asyncio
        >>> from pydidcomm.stores import MemoryStore
        >>> from pydidcomm.stores.testing import suite
        >>> async def make_store():
        ...     return MemoryStore()
        >>> asyncio.run(suite(make_store))
    """
    for name, check in CHECKS.items():
        store = await make_store()
        try:
            await check(store)
        except AssertionError as error:
            error.add_note(f"in the check {name!r}")
            raise
        finally:
            await store.aclose()
