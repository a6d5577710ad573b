"""Metrics of the client and its watches. Requests go under client-go's names, so that dashboards
for Kubernetes controllers fit.

client-go's ``host`` label is left out: there is one API server. The kind is added instead, since
"which of my resources makes the requests" is the question asked.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from quarterdeck_kube.informer import Informer

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


class WatchCollector(Collector):
    """Tells, when scraped, how fresh ``informers`` are; of several for one kind the stalest.

    ``prefix`` begins the metrics' names: ``quarterdeck_gateway``.
    """

    label_names: Final = ("kind",)

    def __init__(self, prefix: str, informers: Iterable[Informer]) -> None:
        self._prefix = prefix
        self._informers = tuple(informers)

    def collect(self) -> Iterator[Metric]:
        """Two gauges by kind."""
        seen = GaugeMetricFamily(
            f"{self._prefix}_watch_last_seen_timestamp_seconds",
            "When a watch last heard of the Kubernetes API: a page, an event or a bookmark.",
            labels=self.label_names,
        )
        synced = GaugeMetricFamily(
            f"{self._prefix}_watch_synced",
            "1 once all objects of a kind that existed at the start have been seen.",
            labels=self.label_names,
        )
        passed = time.time() - time.monotonic()
        for kind in sorted({informer.resource.kind for informer in self._informers}):
            same = [each for each in self._informers if each.resource.kind == kind]
            seen.add_metric([kind], passed + min(each.last_seen for each in same))
            synced.add_metric([kind], float(all(each.synced for each in same)))
        yield seen
        yield synced
