"""OpenTelemetry spans of a mediator, if OpenTelemetry is installed. Extra: `otel`.

Spans contain names, sizes, outcomes and error classes, but no DID, body or error text. A `traceparent` header
is ignored: otherwise any peer could choose what is recorded.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final, Protocol

__all__ = ["Span", "is_recording", "span"]


class Span(Protocol):
    """The methods of a span that a mediator uses."""

    def set_attribute(self, key: str, value: str | int) -> object:
        """Set an attribute."""
        ...


class _Nothing:
    """The span without OpenTelemetry."""

    def set_attribute(self, key: str, value: str | int) -> None:
        """Do nothing."""


def _opentelemetry() -> Any:  # noqa: ANN401, a module
    try:
        from opentelemetry import trace  # noqa: PLC0415, the extra `otel`
    except ImportError:
        return None
    return trace


_TRACE: Final[Any] = _opentelemetry()
# it uses the provider of the program, even if that is set later
_TRACER: Final[Any] = None if _TRACE is None else _TRACE.get_tracer("pydidcomm.mediator")
_NOTHING: Final[AbstractContextManager[Span]] = nullcontext(_Nothing())


def span(name: str) -> AbstractContextManager[Span]:
    """Return a span for a block, as a child of the current span.

    Args:
        name: The name, to which `didcomm.mediator.` is prepended.

    Example:
        >>> from pydidcomm.mediator.tracing import span
        >>> with span("receive") as current:
        ...     _ = current.set_attribute("didcomm.size", 100)
    """
    return _record(name) if is_recording() else _NOTHING


def is_recording() -> bool:
    """Return whether the program has set a provider; spans without one cost time for nothing."""
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
