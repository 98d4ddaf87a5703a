"""Answers of the application in the synchronous package, where nothing awaits."""

from typing import Any

from pydidcomm._driver.event_loop import is_awaitable


def require_plain(answer: Any) -> Any:  # noqa: ANN401, the answer to any question
    """Return the answer, or raise TypeError if it has to be awaited."""
    if is_awaitable(answer):
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        message = (
            "pydidcomm.sync takes resolvers, secrets and replay windows whose methods are plain functions, "
            "not coroutine functions: wrap a resolver in `pydidcomm.sync.network.BlockingResolver`, pass the "
            "attribute `sync` of a store of `pydidcomm.secrets`, or use `pydidcomm`"
        )
        raise TypeError(message)
    return answer
