"""Check the answers of the application in the synchronous package, which awaits nothing."""

from typing import Any

from pydidcomm._driver.event_loop import is_awaitable

__all__ = ["require_plain"]


def require_plain(answer: Any) -> Any:  # noqa: ANN401, the answer to any question
    """Return the answer; raise TypeError if it is awaitable."""
    if is_awaitable(answer):
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        message = (
            "in `pydidcomm.sync`, the methods of resolvers, secrets and replay windows must be plain "
            "functions, got a coroutine function: wrap a resolver in "
            "`pydidcomm.sync.network.BlockingResolver`, pass the attribute `sync` of a store of "
            "`pydidcomm.secrets`, or use `pydidcomm`"
        )
        raise TypeError(message)
    return answer
