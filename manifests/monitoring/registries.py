"""The registries of all planes as their main modules compose them, with nothing behind them.

Only names, labels and help texts are read from these; a test compares them with what running
planes really expose.
"""

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector

from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.metrics import GatewayMetrics
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.alerts.metrics import AlertMetrics
from quarterdeck_gateway.audit.metrics import AuditMetrics
from quarterdeck_gateway.health.metrics import dependency_gauge
from quarterdeck_gateway.identity.metrics import DoorMetrics
from quarterdeck_kube.prometheus import PrometheusRequestMetrics, WatchCollector
from quarterdeck_operator.metrics import (
    PrometheusEngineMetrics,
    ResourceCollector,
    SeenCollector,
    tell_build,
    tell_leader,
)
from quarterdeck_worker.metrics import WorkerMetrics


def gateway() -> CollectorRegistry:
    """What a gateway of a cluster exposes; one of a laptop has no watches and no client."""
    registry = CollectorRegistry()
    GatewayMetrics(registry)
    AdmissionMetrics(registry)
    DrainMetrics(registry)
    AuditMetrics(registry)
    AlertMetrics(registry)
    DoorMetrics(registry)
    dependency_gauge(registry)
    PrometheusRequestMetrics(registry)
    registry.register(WatchCollector("quarterdeck_gateway", ()))
    ProcessCollector(registry=registry)
    return registry


def operator() -> CollectorRegistry:
    """What an operator exposes."""
    registry = CollectorRegistry()
    PrometheusEngineMetrics(registry)
    PrometheusRequestMetrics(registry)
    registry.register(ResourceCollector(dict))
    registry.register(SeenCollector(lambda: 0.0, ()))
    registry.register(WatchCollector("quarterdeck_operator", ()))
    tell_build(registry)
    tell_leader(registry, "", lambda: False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


def worker() -> CollectorRegistry:
    """What a worker exposes."""
    metrics = WorkerMetrics(CollectorRegistry())
    metrics.describe_process()
    return metrics.registry
