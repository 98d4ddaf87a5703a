"""Metrics of a mediator; labels contain no DIDs."""

import os
from pathlib import Path
from typing import Any, Final, Literal, Protocol

__all__ = ["Metrics", "NoMetrics", "PrometheusMetrics"]

CONTENT_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
"""The media type of `PrometheusMetrics.text`."""

# a group commit takes about 10 ms, a live delivery less than 20 ms
_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)

# name, help text, and how the values of several processes are combined
_LEVELS: Final[tuple[tuple[str, str, Literal["livesum", "livemax", "mostrecent"]], ...]] = (
    ("sockets", "Open WebSockets.", "livesum"),
    ("live_sessions", "DIDs in live mode.", "livesum"),
    ("onward_messages", "Messages in the queue of onward delivery.", "mostrecent"),
    ("onward_hosts_left_alone", "Hosts whose circuit breaker is open.", "livemax"),
    ("parked", "Parked messages: delivered too often without an acknowledgment.", "mostrecent"),
)


class Metrics(Protocol):
    """Receives the measurements of a mediator; implement it for another monitoring system."""

    def count(self, event: str, outcome: str, amount: int = 1) -> None:
        """Count an event.

        Args:
            event: "received", "forward", "request", "answer", "delivery", "rotation", "expiry" or "onward".
            outcome: The outcome of the event, for instance "stored".
            amount: The number of events.
        """
        ...

    def seconds(self, event: str, value: float) -> None:
        """Record a duration.

        Args:
            event: "forward" or "request".
            value: The duration, in seconds.
        """
        ...

    def level(self, name: str, value: float) -> None:
        """Set a current value.

        Args:
            name: "sockets", "live_sessions", "parked", "onward_messages" or "onward_hosts_left_alone".
            value: The value.
        """
        ...


class NoMetrics:
    """Discards all measurements."""

    def count(self, event: str, outcome: str, amount: int = 1) -> None:
        """Discard the value."""

    def seconds(self, event: str, value: float) -> None:
        """Discard the value."""

    def level(self, name: str, value: float) -> None:
        """Discard the value."""


class PrometheusMetrics:
    """Records metrics with `prometheus-client`, in a separate registry. Extra: `mediator`.

    If the environment variable `PROMETHEUS_MULTIPROC_DIR` names a folder, several processes report together.

    Example:
        >>> from pydidcomm.mediator.metrics import PrometheusMetrics
        >>> metrics = PrometheusMetrics()
        >>> metrics.count("forward", "stored")
        >>> 'pydidcomm_mediator_events_total{event="forward",outcome="stored"} 1.0' in metrics.text().decode()
        True
    """

    def __init__(self) -> None:
        """Start with all values at zero.

        Raises:
            ImportError: The extra `mediator` is not installed.
        """
        try:
            import prometheus_client as prometheus  # noqa: PLC0415, the extra `mediator`
        except ImportError as error:
            message = "PrometheusMetrics needs the extra `mediator`: pip install 'pydidcomm[mediator]'"
            raise ImportError(message, name="prometheus_client") from error
        self._registry = prometheus.CollectorRegistry()
        self._events = prometheus.Counter(
            "pydidcomm_mediator_events",
            "Events of the mediator, by outcome.",
            ("event", "outcome"),
            registry=self._registry,
        )
        self._times = prometheus.Histogram(
            "pydidcomm_mediator_seconds",
            "Durations of events, in seconds.",
            ("event",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        # a lookup of labels takes longer than counting
        self._counters: dict[tuple[str, str], Any] = {}
        self._histograms: dict[str, Any] = {}
        self._levels: dict[str, Any] = {
            name: prometheus.Gauge(
                f"pydidcomm_mediator_{name}", text, registry=self._registry, multiprocess_mode=together
            )
            for name, text, together in _LEVELS
        }

    def count(self, event: str, outcome: str, amount: int = 1) -> None:
        """Add to a counter."""
        counter = self._counters.get((event, outcome))
        if counter is None:
            counter = self._counters[event, outcome] = self._events.labels(event, outcome)
        counter.inc(amount)

    def seconds(self, event: str, value: float) -> None:
        """Add to a histogram."""
        histogram = self._histograms.get(event)
        if histogram is None:
            histogram = self._histograms[event] = self._times.labels(event)
        histogram.observe(value)

    def level(self, name: str, value: float) -> None:
        """Set a gauge."""
        self._levels[name].set(value)

    def text(self) -> bytes:
        """Return the metrics in the OpenMetrics text format."""
        from prometheus_client.openmetrics import exposition  # noqa: PLC0415, the extra

        written: Any = exposition
        text: bytes = written.generate_latest(_of_all_processes() or self._registry)
        return text


def _of_all_processes() -> Any:  # noqa: ANN401, a registry of prometheus-client
    """Return the metrics of all processes that share a folder; None if this process is alone."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return None
    from prometheus_client import CollectorRegistry, multiprocess  # noqa: PLC0415, the extra

    named: Any = multiprocess
    for path in Path(folder).glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        if not _runs(pid):
            # a dead process has no open sockets
            named.mark_process_dead(pid)
    registry = CollectorRegistry()
    named.MultiProcessCollector(registry)
    return registry


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
