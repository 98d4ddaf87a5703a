"""Measurements of a mediator, without a DID in any label."""

import os
from pathlib import Path
from typing import Any, Final, Literal, Protocol

__all__ = ["Metrics", "NoMetrics", "PrometheusMetrics"]

CONTENT_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
"""The media type of `PrometheusMetrics.text`."""

# a group commit takes some 10 ms, a live delivery less than 20
_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)

# name, text, and how the values of several processes are one
_LEVELS: Final[tuple[tuple[str, str, Literal["livesum", "livemax", "mostrecent"]], ...]] = (
    ("sockets", "Open WebSockets.", "livesum"),
    ("live_sessions", "DIDs in live mode.", "livesum"),
    ("working", "Messages in work.", "livesum"),
    ("onward_messages", "Messages that wait for an endpoint.", "mostrecent"),
    ("onward_hosts_left_alone", "Hosts that failed and are not sent to for a while.", "livemax"),
    ("parked", "Messages that were delivered too often without an acknowledgment.", "mostrecent"),
)


class Metrics(Protocol):
    """Where a mediator reports what it does; implement it for a system of your own."""

    def count(self, event: str, outcome: str, amount: int = 1) -> None:
        """Count what happened: `forward`, `request`, `delivery`, `acknowledgment`, `expiry` or `onward`."""
        ...

    def seconds(self, event: str, value: float) -> None:
        """How long something took, in seconds."""
        ...

    def level(self, name: str, value: float) -> None:
        """The present value of something: `live_sessions`, `sockets`, `parked`."""
        ...


class NoMetrics:
    """Reports nothing."""

    def count(self, event: str, outcome: str, amount: int = 1) -> None:
        """Does nothing."""

    def seconds(self, event: str, value: float) -> None:
        """Does nothing."""

    def level(self, name: str, value: float) -> None:
        """Does nothing."""


class PrometheusMetrics:
    """Counts with `prometheus-client`, in a registry of its own. Extra: `mediator`.

    Processes report together where the variable `PROMETHEUS_MULTIPROC_DIR` names a folder for them.

    Example:
        >>> from pydidcomm.mediator.metrics import PrometheusMetrics
        >>> metrics = PrometheusMetrics()
        >>> metrics.count("forward", "stored")
        >>> 'pydidcomm_mediator_events_total{event="forward",outcome="stored"} 1.0' in metrics.text().decode()
        True
    """

    def __init__(self) -> None:
        """Starts at zero.

        Raises:
            ImportError: The extra is not installed.
        """
        try:
            import prometheus_client as prometheus  # noqa: PLC0415, the extra `mediator`
        except ImportError as error:
            message = "PrometheusMetrics needs the extra `mediator`: pip install 'pydidcomm[mediator]'"
            raise ImportError(message, name="prometheus_client") from error
        self._registry = prometheus.CollectorRegistry()
        self._events = prometheus.Counter(
            "pydidcomm_mediator_events",
            "What the mediator did, by outcome.",
            ("event", "outcome"),
            registry=self._registry,
        )
        self._times = prometheus.Histogram(
            "pydidcomm_mediator_seconds",
            "How long it took, in seconds.",
            ("event",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        # a look at the labels takes longer than to count
        self._counters: dict[tuple[str, str], Any] = {}
        self._histograms: dict[str, Any] = {}
        self._levels: dict[str, Any] = {
            name: prometheus.Gauge(
                f"pydidcomm_mediator_{name}", text, registry=self._registry, multiprocess_mode=together
            )
            for name, text, together in _LEVELS
        }

    def count(self, event: str, outcome: str, amount: int = 1) -> None:
        """Adds to a counter."""
        counter = self._counters.get((event, outcome))
        if counter is None:
            counter = self._counters[event, outcome] = self._events.labels(event, outcome)
        counter.inc(amount)

    def seconds(self, event: str, value: float) -> None:
        """Adds to a histogram."""
        histogram = self._histograms.get(event)
        if histogram is None:
            histogram = self._histograms[event] = self._times.labels(event)
        histogram.observe(value)

    def level(self, name: str, value: float) -> None:
        """Sets a gauge."""
        self._levels[name].set(value)

    def text(self) -> bytes:
        """The measurements in the form of OpenMetrics."""
        from prometheus_client.openmetrics import exposition  # noqa: PLC0415, the extra

        written: Any = exposition
        text: bytes = written.generate_latest(_of_all_processes() or self._registry)
        return text


def _of_all_processes() -> Any:  # noqa: ANN401, a registry of prometheus-client
    """The measurements of the processes that share a folder; None where this process has its own."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return None
    from prometheus_client import CollectorRegistry, multiprocess  # noqa: PLC0415, the extra

    named: Any = multiprocess
    for path in Path(folder).glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        if not _runs(pid):
            # its sockets are closed
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
