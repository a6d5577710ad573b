"""What the engine reports about itself, under the names that dashboards for controllers expect.

The names and buckets are controller-runtime's, so an existing dashboard works unchanged. The
engine knows only the Protocol: a laptop runs without Prometheus.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from typing import Final, NamedTuple, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
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
        self._queued = _queue_seconds(
            "queue_duration", "Time a key waits before a worker takes it.", registry
        )
        self._worked = _queue_seconds("work_duration", "Time a worker spends on a key.", registry)
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
        self._active = Gauge(
            "controller_runtime_active_workers",
            "Workers that are reconciling now.",
            reconcile,
            registry=registry,
        )
        self._succeeded = Gauge(
            "quarterdeck_operator_last_reconcile_success_timestamp_seconds",
            "When a reconcile last ended without an error.",
            reconcile,
            registry=registry,
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
        self._active.labels(name).inc()

    def reconciled(self, name: str, result: str, seconds: float) -> None:
        """See EngineMetrics."""
        self._worked.labels(name).observe(seconds)
        self._results.labels(name, result).inc()
        self._seconds.labels(name).observe(seconds)
        self._active.labels(name).dec()
        if result == "error":
            self._errors.labels(name).inc()
        else:
            self._succeeded.labels(name).set_to_current_time()


class Standing(NamedTuple):
    """How a resource stands, as its conditions say; the fields are the metric's labels."""

    namespace: str
    kind: str
    ready: str
    """``True``, ``False`` or ``Unknown``."""
    reason: str
    """Of the Ready condition: a word of ``reasons.py`` or of the Deployment; empty without one."""
    stalled: str
    """``True`` where a person must act."""


class ResourceCollector(Collector):
    """Counts resources by how they stand when scraped, so that reconciling need not keep book.

    Names are left out: there are as many series as namespaces have kinds and troubles.
    """

    label_names: Final = Standing._fields

    def __init__(self, counts: Callable[[], Mapping[Standing, int]]) -> None:
        """``counts`` gives the number of resources."""
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """One gauge."""
        gauge = GaugeMetricFamily(
            "quarterdeck_resources",
            "Resources by kind and by what their conditions Ready and Stalled say.",
            labels=self.label_names,
        )
        for labels, count in self._counts().items():
            gauge.add_metric(labels, count)
        yield gauge


class SeenCollector(Collector):
    """When the operator last listed its own kinds, which kopf watches without telling how it is."""

    label_names: Final = ("kind",)

    def __init__(self, listed_at: Callable[[], float], kinds: tuple[str, ...]) -> None:
        """``listed_at`` gives seconds since the epoch."""
        self._listed_at = listed_at
        self._kinds = kinds

    def collect(self) -> Iterator[Metric]:
        """One gauge by kind."""
        gauge = GaugeMetricFamily(
            "quarterdeck_operator_listed_timestamp_seconds",
            "When the operator last listed a kind of its own completely; it does every 5 minutes.",
            labels=self.label_names,
        )
        for kind in self._kinds:
            gauge.add_metric([kind], self._listed_at())
        yield gauge


def tell_build(registry: CollectorRegistry) -> None:
    """Say which version of the operator this is."""
    build = Info("quarterdeck_build", "The version that runs.", ["component"], registry=registry)
    build.labels("operator").info({"version": version("quarterdeck")})


def tell_leader(registry: CollectorRegistry, lease: str, leading: Callable[[], bool]) -> None:
    """Show whether this process holds ``lease``."""
    gauge = Gauge(
        "leader_election_master_status",
        "1 while this process holds the Lease.",
        ["name"],
        registry=registry,
    )
    gauge.labels(lease).set_function(leading)


def _queue_seconds(what: str, text: str, registry: CollectorRegistry) -> Histogram:
    name = f"workqueue_{what}_seconds"
    return Histogram(name, text, ["name"], registry=registry, buckets=_QUEUE_BUCKETS)
