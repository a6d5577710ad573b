"""What Prometheus learns from the gateway.

Labels name agents that exist, or nothing: whatever a client makes up must not become a series.
"""

from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from quarterdeck_contract.usage import Outcome, UsageRecord

_AGENT: Final = ("namespace", "agent")
_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


@dataclass(frozen=True)
class _Series:
    """One agent's series: looking them up by label for every chat costs more than counting."""

    inflight: Gauge
    seconds: Histogram
    first_byte: Histogram
    input_tokens: Counter
    output_tokens: Counter
    cost: Counter


class GatewayMetrics:
    """Counts into ``registry``; one instance per registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._series: dict[tuple[str, str], _Series] = {}
        self._requests = Counter(
            "quarterdeck_gateway_requests_total",
            "Chats by how they ended.",
            (*_AGENT, "outcome", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "quarterdeck_gateway_request_seconds",
            "Seconds from the head of a chat request to the end of its answer.",
            _AGENT,
            buckets=_SECONDS,
            registry=registry,
        )
        self._first_byte = Histogram(
            "quarterdeck_gateway_time_to_first_byte_seconds",
            "Seconds from the head of a chat request to the first byte of the worker's answer.",
            _AGENT,
            buckets=_SECONDS,
            registry=registry,
        )
        self._inflight = Gauge(
            "quarterdeck_gateway_inflight", "Chats now running.", _AGENT, registry=registry
        )
        self._tokens = Counter(
            "quarterdeck_gateway_tokens_total",
            "Tokens as providers counted them.",
            (*_AGENT, "direction"),
            registry=registry,
        )
        self._cost = Counter(
            "quarterdeck_gateway_cost_micro_usd_total",
            "What chats cost, in millionths of a US dollar.",
            _AGENT,
            registry=registry,
        )
        self._retries = Counter(
            "quarterdeck_gateway_upstream_retries_total",
            "Chats sent to another replica because one failed before its first byte.",
            _AGENT,
            registry=registry,
        )
        self._ledger_failures = Counter(
            "quarterdeck_gateway_ledger_failures_total",
            "Usage records that could not be written.",
            registry=registry,
        )

    def started(self, namespace: str, agent: str) -> None:
        """A chat was routed to an agent; ``finished`` or ``abandoned`` follows."""
        self._of(namespace, agent).inflight.inc()

    def retried(self, namespace: str, agent: str) -> None:
        """A replica failed and another one is asked."""
        self._retries.labels(namespace, agent).inc()

    def abandoned(self, namespace: str, agent: str) -> None:
        """Instead of ``finished``: the chat ended, and nothing could be made out of it."""
        self._of(namespace, agent).inflight.dec()
        self.ledger_failed()

    def finished(self, record: UsageRecord, first_byte_seconds: float | None) -> None:
        """The chat of ``record`` ended; ``first_byte_seconds`` is None when no byte came."""
        agent = record.namespace, record.agent
        series = self._of(*agent)
        series.inflight.dec()
        series.seconds.observe(record.seconds)
        if first_byte_seconds is not None:
            series.first_byte.observe(first_byte_seconds)
        series.input_tokens.inc(record.input_tokens or 0)
        series.output_tokens.inc(record.output_tokens or 0)
        series.cost.inc(record.cost_micro_usd)
        self._requests.labels(*agent, record.outcome.value, str(record.status)).inc()

    def _of(self, namespace: str, agent: str) -> "_Series":
        series = self._series.get((namespace, agent))
        if series is None:
            series = self._series[namespace, agent] = _Series(
                inflight=self._inflight.labels(namespace, agent),
                seconds=self._seconds.labels(namespace, agent),
                first_byte=self._first_byte.labels(namespace, agent),
                input_tokens=self._tokens.labels(namespace, agent, "input"),
                output_tokens=self._tokens.labels(namespace, agent, "output"),
                cost=self._cost.labels(namespace, agent),
            )
        return series

    def unrouted(self, outcome: Outcome, status: int) -> None:
        """A chat ended before it was known which agent it is for."""
        self._requests.labels("", "", outcome.value, str(status)).inc()

    def ledger_failed(self) -> None:
        """A record was lost."""
        self._ledger_failures.inc()
