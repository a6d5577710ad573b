"""Reads a registry as a catalogue: every metric with its type, unit, labels and meaning."""

from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric

BOUNDS: Final = {
    "action": "thresholds' actions; of audit events their kinds",
    "agent": "Agents that exist; empty for chats meant for none",
    "budget": "Budgets that exist",
    "code": "HTTP statuses and `<error>`; of models the worker's error codes",
    "component": "operator, gateway, worker",
    "controller": "our 4 kinds",
    "dependency": "agents, catalogue, database, spool, store",
    "direction": "input, output",
    "implementation": "1",
    "kind": "kinds that the plane watches; of spools usage and audit",
    "major": "1",
    "method": "HTTP methods",
    "minor": "1",
    "model": "Models of the agent",
    "name": "our 4 kinds; of the leader the Lease",
    "namespace": "namespaces with our resources",
    "outcome": "5 ends of a chat; of workers their error codes; of deliveries 3",
    "patchlevel": "1",
    "ready": "True, False, Unknown",
    "reason": "words of conditions; of refusals 4",
    "resource": "kinds that the plane asks for",
    "result": "success, requeue, requeue_after, error",
    "stalled": "True, False",
    "status": "HTTP statuses, others by class",
    "verdict": "4 verdicts of admission",
    "version": "versions that run",
}
"""What bounds the number of values of each label. A label without a bound fails the generator."""
_UNITS: Final = (
    ("_timestamp_seconds", "seconds since 1970"),
    ("_time_seconds", "seconds since 1970"),
    ("_seconds", "seconds"),
    ("_bytes", "bytes"),
    ("_usd", "USD"),
    ("_ratio", "0 to 1"),
    ("_up", "0 or 1"),
    ("_full", "0 or 1"),
    ("_ready", "0 or 1"),
    ("_synced", "0 or 1"),
    ("_status", "0 or 1"),
    ("_info", "1"),
)
_DURATION: Final = "controller_runtime_reconcile_time_seconds"
"""The one name whose ``_time_seconds`` is a duration; it is controller-runtime's."""


@dataclass(frozen=True)
class Entry:
    """One row of the table."""

    name: str
    """As rules and dashboards write it, without ``_bucket``, ``_sum`` and ``_count``."""
    type: str
    unit: str
    labels: tuple[str, ...]
    meaning: str


def catalogue(registry: CollectorRegistry) -> list[Entry]:
    """Everything that ``registry`` exposes, by name."""
    entries: dict[str, Entry] = {}
    for collector in _collectors(registry):
        for family in collector.collect():
            entries[name_of(family)] = _entry(family, _labels(collector, family))
    return [entries[name] for name in sorted(entries)]


def name_of(family: Metric) -> str:
    """The name under which samples of the family are found."""
    suffix = {"counter": "_total", "info": "_info"}.get(family.type, "")
    return family.name + suffix


def _entry(family: Metric, labels: tuple[str, ...]) -> Entry:
    name = name_of(family)
    kind = "gauge" if family.type == "info" else family.type
    return Entry(name, kind, _unit(name), labels, " ".join(family.documentation.split()))


def _unit(name: str) -> str:
    bare = name.removesuffix("_total")
    if name == _DURATION:
        return "seconds"
    return next((unit for suffix, unit in _UNITS if bare.endswith(suffix)), "count")


def _collectors(registry: CollectorRegistry) -> list[MetricWrapperBase]:
    # prometheus_client tells what is registered to nobody else.
    return list(registry._collector_to_names)  # type: ignore[arg-type]


def _labels(collector: MetricWrapperBase, family: Metric) -> tuple[str, ...]:
    declared: tuple[str, ...] = getattr(collector, "_labelnames", ())
    declared = declared or getattr(collector, "label_names", ())
    found = tuple(family.samples[0].labels) if family.samples else ()
    if family.type == "info":
        found = (*found, "version")
    return tuple(dict.fromkeys(label for label in (*declared, *found) if label != "le"))
