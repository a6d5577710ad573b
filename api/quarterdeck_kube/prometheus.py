"""Request metrics under client-go's names, so that dashboards for Kubernetes controllers fit.

client-go's ``host`` label is left out: there is one API server. The kind is added instead, since
"which of my resources makes the requests" is the question asked.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)


class PrometheusRequestMetrics:
    """Counts into ``registry``; one instance per registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "rest_client_requests_total",
            "Requests to the Kubernetes API by status code, method and kind.",
            ("code", "method", "resource"),
            registry=registry,
        )
        self._duration = Histogram(
            "rest_client_request_duration_seconds",
            "Seconds until the Kubernetes API's response began.",
            ("method", "resource"),
            buckets=BUCKETS,
            registry=registry,
        )

    def observe(self, method: str, resource_kind: str, code: str, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(code, method, resource_kind).inc()
        self._duration.labels(method, resource_kind).observe(seconds)
