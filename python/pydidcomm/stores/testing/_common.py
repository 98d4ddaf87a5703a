"""Functions that the checks of stores share."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from pydidcomm._driver.questions import gather
from pydidcomm.protocols.thread import Thread
from pydidcomm.stores.errors import StoreConflictError
from pydidcomm.stores.records import Done, Incoming, OutboxItem, Page
from pydidcomm.stores.store import Store

__all__ = [
    "NOW",
    "PROTOCOL",
    "Check",
    "call_at_once",
    "each_page",
    "ids",
    "incoming",
    "keys",
    "outgoing",
    "refused",
    "require",
    "thread",
]


Check = Callable[[Store], Awaitable[None]]

NOW: Final = 1_700_000_000
PROTOCOL: Final = "https://example.org/chat/1.0"
MOST_PAGES: Final = 1000


def require(condition: object, rule: str) -> None:
    """Raise AssertionError with the rule unless the condition holds."""
    if not condition:
        message = f"the store breaks a rule: {rule}"
        raise AssertionError(message)


def incoming(key: str, lane: str = "lane", *, at: int = NOW, expires: int | None = None) -> Incoming:
    """A message, whose body is its key."""
    return Incoming(
        key=key, lane=lane, received=key.encode(), at=at, expires=expires, relationship=f"of {lane}"
    )


def outgoing(name: str, lane: str = "lane", **members: Any) -> OutboxItem:  # noqa: ANN401, of any field
    """A message to be sent."""
    return OutboxItem(id=name, lane=lane, to="did:example:bob", message=name.encode(), **members)


def thread(thid: str, state: str = "open", *, peer: str = "bob", **members: Any) -> Thread:  # noqa: ANN401
    """A thread of the protocol of the checks."""
    return Thread(peer=peer, protocol=PROTOCOL, thid=thid, role="sender", state=state, **members)


async def keys(store: Store, now: int = NOW) -> list[str]:
    """The keys of the messages that can be handled."""
    return [item.key for item in await store.waiting(now)]


async def ids(store: Store, now: int = NOW) -> list[str]:
    """The ids of the messages that can be sent."""
    return [item.id for item in await store.due(now)]


async def refused(store: Store, done: Done) -> bool:
    """Whether the commit raises StoreConflictError."""
    try:
        await store.commit(done)
    except StoreConflictError:
        return True
    return False


async def each_page(read: Callable[[str | None, int], Awaitable[Page[Any]]], limit: int) -> list[Any]:
    """The items of all pages; checks that none is longer than the limit."""
    found: list[Any] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = await read(after, limit)
        require(len(page) <= limit, "a page has at most `limit` items")
        if not page:
            require(page.after == after, "an empty page has the `after` of its call")
            return found
        require(page.after is not None, "a page with items has an `after`")
        found += page
        after = page.after
    message = "the store breaks a rule: the last page is followed by an empty one"
    raise AssertionError(message)


async def call_at_once(calls: list[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """The results of concurrent calls, or their exceptions."""
    return await gather(calls, len(calls))
