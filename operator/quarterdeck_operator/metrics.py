"""What the engine reports about itself, under the names that dashboards for controllers expect.

The names and buckets are controller-runtime's, so an existing dashboard works unchanged. The
engine knows only the Protocol: a laptop runs without Prometheus.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_QUEUE_BUCKETS: Final = (1e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300)
_RECONCILE_BUCKETS: Final = (5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class EngineMetrics(Protocol):
    """Told about every step of a key's way; ``name`` is the kind in lower case."""

    def depth(self, name: str, change: int) -> None:
        """So many keys more (or fewer) are waiting to be worked on."""

    def added(self, name: str) -> None:
        """A key that was not waiting yet was added."""

    def retried(self, name: str) -> None:
        """A key comes back after a failure."""

    def started(self, name: str, waited: float) -> None:
        """A worker took the key after ``waited`` seconds in the queue."""

    def reconciled(self, name: str, result: str, seconds: float) -> None:
        """The reconciler returned; ``result`` is success, requeue_after, requeue or error."""


class NullEngineMetrics:
    """Counts nothing."""

    def depth(self, name: str, change: int) -> None:
        """Forget it."""

    def added(self, name: str) -> None:
        """Forget it."""

    def retried(self, name: str) -> None:
        """Forget it."""

    def started(self, name: str, waited: float) -> None:
        """Forget it."""

    def reconciled(self, name: str, result: str, seconds: float) -> None:
        """Forget it."""


class PrometheusEngineMetrics:
    """Counts into ``registry``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        queue, reconcile = ["name"], ["controller"]
        self._depth = Gauge("workqueue_depth", "Keys waiting.", queue, registry=registry)
        self._adds = Counter("workqueue_adds_total", "Keys added.", queue, registry=registry)
        self._retries = Counter(
            "workqueue_retries_total", "Keys added again after a failure.", queue, registry=registry
        )
        self._queued = Histogram(
            "workqueue_queue_duration_seconds",
            "Time a key waits before a worker takes it.",
            queue,
            registry=registry,
            buckets=_QUEUE_BUCKETS,
        )
        self._worked = Histogram(
            "workqueue_work_duration_seconds",
            "Time a worker spends on a key.",
            queue,
            registry=registry,
            buckets=_QUEUE_BUCKETS,
        )
        self._results = Counter(
            "controller_runtime_reconcile_total",
            "Reconciles by result.",
            [*reconcile, "result"],
            registry=registry,
        )
        self._errors = Counter(
            "controller_runtime_reconcile_errors_total",
            "Reconciles that failed.",
            reconcile,
            registry=registry,
        )
        self._seconds = Histogram(
            "controller_runtime_reconcile_time_seconds",
            "Time per reconcile.",
            reconcile,
            registry=registry,
            buckets=_RECONCILE_BUCKETS,
        )

    def depth(self, name: str, change: int) -> None:
        """See EngineMetrics."""
        self._depth.labels(name).inc(change)

    def added(self, name: str) -> None:
        """See EngineMetrics."""
        self._adds.labels(name).inc()

    def retried(self, name: str) -> None:
        """See EngineMetrics."""
        self._retries.labels(name).inc()

    def started(self, name: str, waited: float) -> None:
        """See EngineMetrics."""
        self._queued.labels(name).observe(waited)

    def reconciled(self, name: str, result: str, seconds: float) -> None:
        """See EngineMetrics."""
        self._worked.labels(name).observe(seconds)
        self._results.labels(name, result).inc()
        self._seconds.labels(name).observe(seconds)
        if result == "error":
            self._errors.labels(name).inc()


class ResourceCollector(Collector):
    """Counts resources by kind and Ready when scraped, so that reconciling need not keep book."""

    def __init__(self, counts: Callable[[], Mapping[tuple[str, str], int]]) -> None:
        """``counts`` gives the number of resources by (kind, status of Ready)."""
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """One gauge."""
        gauge = GaugeMetricFamily(
            "quarterdeck_resources",
            "Resources by kind and status of their Ready condition.",
            labels=["kind", "ready"],
        )
        for labels, count in self._counts().items():
            gauge.add_metric(labels, count)
        yield gauge
