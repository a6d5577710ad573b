"""What Prometheus learns from the gateway.

Labels name agents that exist, or nothing: whatever a client makes up must not become a series, and
the series of an agent go with it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from importlib.metadata import version
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_contract.v1alpha1.budget import MICRO

Key = tuple[str, str]
"""Namespace and name of an agent."""

_AGENT: Final = ("namespace", "agent")
_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
_CLIENT_CLOSED_REQUEST: Final = 499
_STATUSES: Final = {*(status.value for status in HTTPStatus), _CLIENT_CLOSED_REQUEST}


@dataclass(slots=True)
class _Series:
    """One agent's series: looking them up by label for every chat costs more than counting."""

    seconds: Histogram
    first_byte: Histogram
    input_tokens: Counter
    output_tokens: Counter
    cost: Counter
    running: int = 0
    ended: dict[tuple[Outcome, int], Counter] = field(default_factory=dict)


class GatewayMetrics:
    """Counts into ``registry``; one instance per registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._series: dict[Key, _Series] = {}
        self._leaving: frozenset[Key] = frozenset()
        self._requests = Counter(
            "quarterdeck_gateway_requests_total",
            "Chats by how they ended.",
            (*_AGENT, "outcome", "status"),
            registry=registry,
        )
        self._seconds = _seconds(
            "request_duration",
            "Seconds from the head of a chat request to the end of its answer.",
            registry,
        )
        self._first_byte = _seconds(
            "time_to_first_byte",
            "Seconds from the head of a chat request to the first byte of the worker's answer.",
            registry,
        )
        self._inflight = Gauge(
            "quarterdeck_gateway_inflight_requests", "Chats now running.", _AGENT, registry=registry
        )
        self._tokens = Counter(
            "quarterdeck_gateway_tokens_total",
            "Tokens as providers counted them.",
            (*_AGENT, "direction"),
            registry=registry,
        )
        self._cost = Counter(
            "quarterdeck_gateway_cost_usd_total", "What chats cost.", _AGENT, registry=registry
        )
        self._retries = Counter(
            "quarterdeck_gateway_upstream_retries_total",
            "Chats sent to another replica because one failed before its first byte.",
            _AGENT,
            registry=registry,
        )
        self._ejections = Counter(
            "quarterdeck_gateway_replica_ejections_total",
            "Replicas set aside for a moment because they refused a connection.",
            _AGENT,
            registry=registry,
        )
        self._ledger_failures = Counter(
            "quarterdeck_gateway_ledger_failures_total",
            "Usage records that could not be written.",
            registry=registry,
        )
        _tell_build(registry)

    def started(self, namespace: str, agent: str) -> None:
        """A chat was routed to an agent; ``finished`` or ``abandoned`` follows."""
        self._of((namespace, agent)).running += 1

    def retried(self, namespace: str, agent: str) -> None:
        """A replica failed and another one is asked."""
        self._retries.labels(namespace, agent).inc()

    def ejected(self, namespace: str, agent: str) -> None:
        """A replica refused a connection and is set aside."""
        self._ejections.labels(namespace, agent).inc()

    def abandoned(self, namespace: str, agent: str) -> None:
        """Instead of ``finished``: the chat ended, and nothing could be made out of it."""
        self._of((namespace, agent)).running -= 1
        self.ledger_failed()

    def finished(self, record: UsageRecord, first_byte_seconds: float | None) -> None:
        """The chat of ``record`` ended; ``first_byte_seconds`` is None when no byte came."""
        key = record.namespace, record.agent
        series = self._of(key)
        series.running -= 1
        series.seconds.observe(record.seconds)
        if first_byte_seconds is not None:
            series.first_byte.observe(first_byte_seconds)
        series.input_tokens.inc(record.input_tokens or 0)
        series.output_tokens.inc(record.output_tokens or 0)
        series.cost.inc(record.cost_micro_usd / MICRO)
        self._ended(key, series, record.outcome, record.status).inc()

    def unrouted(self, outcome: Outcome, status: int) -> None:
        """A chat ended before it was known which agent it is for."""
        self._requests.labels("", "", outcome.value, _label(status)).inc()

    def ledger_failed(self) -> None:
        """A record was lost."""
        self._ledger_failures.inc()

    def keep(self, agents: Collection[Key]) -> None:
        """Remove the series of agents that are not among ``agents`` for the second time, so that
        their last counts were scraped; those with a chat still running stay."""
        gone = {key for key in self._series if key not in agents}
        for key in gone & self._leaving:
            if not self._series[key].running:
                self._remove(key)
        self._leaving = frozenset(gone)

    def _remove(self, key: Key) -> None:
        series = self._series.pop(key)
        for outcome, status in series.ended:
            self._requests.remove(*key, outcome.value, _label(status))
        for direction in ("input", "output"):
            self._tokens.remove(*key, direction)
        for metric in (
            self._seconds,
            self._first_byte,
            self._inflight,
            self._cost,
            self._retries,
            self._ejections,
        ):
            metric.remove(*key)

    def _ended(self, key: Key, series: _Series, outcome: Outcome, status: int) -> Counter:
        ended = series.ended.get((outcome, status))
        if ended is None:
            ended = self._requests.labels(*key, outcome.value, _label(status))
            series.ended[outcome, status] = ended
        return ended

    def _of(self, key: Key) -> _Series:
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series(
                seconds=self._seconds.labels(*key),
                first_byte=self._first_byte.labels(*key),
                input_tokens=self._tokens.labels(*key, "input"),
                output_tokens=self._tokens.labels(*key, "output"),
                cost=self._cost.labels(*key),
            )
            # Zeros from the first chat on: what a counter begins with is no increase.
            self._retries.labels(*key)
            self._ejections.labels(*key)
            self._ended(key, series, Outcome.COMPLETED, 200)
            self._inflight.labels(*key).set_function(lambda: float(series.running))
        return series


def _label(status: int) -> str:
    """A worker of somebody's own may invent statuses: those have one series for each class."""
    return str(status) if status in _STATUSES else f"{status // 100}xx"


def _tell_build(registry: CollectorRegistry) -> None:
    build = Info("quarterdeck_build", "The version that runs.", ["component"], registry=registry)
    build.labels("gateway").info({"version": version("quarterdeck")})


def _seconds(what: str, text: str, registry: CollectorRegistry) -> Histogram:
    name = f"quarterdeck_gateway_{what}_seconds"
    return Histogram(name, text, _AGENT, buckets=_SECONDS, registry=registry)
