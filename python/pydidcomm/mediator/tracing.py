"""Spans of a mediator for OpenTelemetry, where it is installed. Extra: `otel`.

Spans have names, sizes, outcomes and classes of errors; no DID, body or text of an error. The trace of a
sender is not continued: a `traceparent` of any peer would decide what is recorded.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final, Protocol

__all__ = ["Span", "is_recording", "span"]


class Span(Protocol):
    """What a span takes."""

    def set_attribute(self, key: str, value: str | int) -> object:
        """Note a fact."""
        ...


class _Nothing:
    """The span where OpenTelemetry is not installed."""

    def set_attribute(self, key: str, value: str | int) -> None:
        """Does nothing."""


def _opentelemetry() -> Any:  # noqa: ANN401, a module
    try:
        from opentelemetry import trace  # noqa: PLC0415, the extra `otel`
    except ImportError:
        return None
    return trace


_TRACE: Final[Any] = _opentelemetry()
# it uses the provider that the program sets, also later
_TRACER: Final[Any] = None if _TRACE is None else _TRACE.get_tracer("pydidcomm.mediator")
_NOTHING: Final[AbstractContextManager[Span]] = nullcontext(_Nothing())


def span(name: str) -> AbstractContextManager[Span]:
    """A span from here to the end of the block, below the one that is open.

    Args:
        name: What is done, after `didcomm.mediator.`.

    Example:
        >>> from pydidcomm.mediator.tracing import span
        >>> with span("receive") as current:
        ...     _ = current.set_attribute("didcomm.size", 100)
    """
    return _record(name) if is_recording() else _NOTHING


def is_recording() -> bool:
    """Whether the program has set a provider by now: without one, spans record nothing and take time."""
    if _TRACE is None:
        return False
    return not isinstance(_TRACE.get_tracer_provider(), _TRACE.ProxyTracerProvider)


@contextmanager
def _record(name: str) -> Generator[Span]:
    # the text of an exception may name a DID
    options = {"record_exception": False, "set_status_on_exception": False}
    with _TRACER.start_as_current_span(f"didcomm.mediator.{name}", **options) as current:
        try:
            yield current
        except BaseException as error:
            current.set_attribute("error.type", type(error).__name__)
            raise
