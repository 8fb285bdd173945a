"""What this process counts of itself. No label holds an id or a name: there would be as many series as there are guilds
and people, and a monitoring system is no place for who they are."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, disable_created_metrics
from prometheus_client.metrics_core import Metric

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# When a counter began tells the monitoring system nothing that it cannot see, and doubles the series.
disable_created_metrics()


class Measures:
    """Of one application: two of them in a process do not count for each other."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "guildwright_http_requests",
            "Requests by method, route and status; the status of a client that left before its answer is `left`.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "guildwright_http_request_seconds",
            "Time from a request's head to the beginning of its answer.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._limited = Counter(
            "guildwright_http_rate_limited",
            "Requests refused with 429, by the limit that was reached.",
            ("limit",),
            registry=self._registry,
        )

    def answered(self, method: str, route: str, status: str, seconds: float) -> None:
        """`route` is a template, /api/v1/guilds/{guild_id}, and never what stood in its place."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)

    def limited(self, limit: str) -> None:
        self._limited.labels(limit).inc()

    def collect(self) -> Iterator[Metric]:
        """As a collector of prometheus-client gives it."""
        return iter(self._registry.collect())
