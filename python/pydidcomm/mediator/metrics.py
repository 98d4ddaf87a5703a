"""Measurements of a mediator, without a DID in any label."""

from typing import Any, Final, Protocol

__all__ = ["Metrics", "NoMetrics", "PrometheusMetrics"]

CONTENT_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
"""The media type of `PrometheusMetrics.text`."""

# a group commit takes some 10 ms, a live delivery less than 20
_SECONDS: Final = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)


class Metrics(Protocol):
    """Where a mediator reports what it does; implement it for a system of your own."""

    def count(self, event: str, outcome: str, amount: int = 1) -> None:
        """Something happened: `forward`, `request`, `delivery`, `acknowledgment`, `expiry` or `onward`."""
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
        self._levels: dict[str, Any] = {
            name: prometheus.Gauge(f"pydidcomm_mediator_{name}", text, registry=self._registry)
            for name, text in (
                ("sockets", "Open WebSockets."),
                ("live_sessions", "DIDs in live mode."),
                ("working", "Messages in work."),
                ("onward_messages", "Messages that wait for an endpoint."),
                ("onward_hosts_left_alone", "Hosts that failed and are not sent to for a while."),
                ("parked", "Messages that were delivered too often without an acknowledgment."),
            )
        }

    def count(self, event: str, outcome: str, amount: int = 1) -> None:
        """Adds to a counter."""
        self._events.labels(event, outcome).inc(amount)

    def seconds(self, event: str, value: float) -> None:
        """Adds to a histogram."""
        self._times.labels(event).observe(value)

    def level(self, name: str, value: float) -> None:
        """Sets a gauge."""
        self._levels[name].set(value)

    def text(self) -> bytes:
        """The measurements in the form of OpenMetrics."""
        from prometheus_client.openmetrics import exposition  # noqa: PLC0415, the extra

        written: Any = exposition
        text: bytes = written.generate_latest(self._registry)
        return text
