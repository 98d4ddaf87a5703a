"""Rate limits by source. No clock."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

__all__ = ["RateLimit", "RateLimiter"]

_MOST_SOURCES: Final = 100_000
"""Sources that are tracked; the least recently used one is evicted."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A token bucket.

    Attributes:
        per_second: The tokens that are added per second; each request takes one.
        burst: The capacity of the bucket.

    Raises:
        ValueError: `per_second` is not positive, or `burst` is less than 1.
    """

    per_second: float
    burst: int

    def __post_init__(self) -> None:
        if self.per_second <= 0 or self.burst < 1:
            message = f"`per_second` must be positive and `burst` at least 1, got {self}"
            raise ValueError(message)


class RateLimiter:
    """Limits the rate of requests from each source.

    Example:
        >>> from pydidcomm.mediator import RateLimit, RateLimiter
        >>> limiter = RateLimiter(RateLimit(per_second=0.5, burst=1))
        >>> limiter.wait("192.0.2.1", now=0.0), limiter.wait("192.0.2.1", now=1.0)
        (0.0, 1.0)
    """

    def __init__(self, limit: RateLimit) -> None:
        """Give each source a full bucket.

        Args:
            limit: The bucket of each source.
        """
        self._limit = limit
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, source: str, now: float) -> float:
        """Return the seconds until the source may send; 0.0 permits and counts the request.

        Args:
            source: The source, for instance an IP address.
            now: The monotonic time, in seconds.
        """
        tokens, before = self._buckets.pop(source, (float(self._limit.burst), now))
        tokens = min(self._limit.burst, tokens + (now - before) * self._limit.per_second)
        late = 0.0 if tokens >= 1 else (1 - tokens) / self._limit.per_second
        self._buckets[source] = (tokens if late else tokens - 1, now)
        if len(self._buckets) > _MOST_SOURCES:
            self._buckets.popitem(last=False)
        return late
