"""What Prometheus learns of admission: verdicts, the store's health, every budget's standing.

One series per Budget, gone when the Budget is; nothing that a client makes up becomes a label.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from quarterdeck_contract.v1alpha1.budget import MICRO

_STORE_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5)
_BUDGET: Final = ("namespace", "budget")


@dataclass(frozen=True)
class _Series:
    spent: Gauge
    reserved: Gauge
    limit: Gauge
    refusals: Counter


class AdmissionMetrics:
    """Counts into ``registry``; one instance per registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._budgets: dict[tuple[str, str], _Series] = {}
        self._up = Gauge(
            "quarterdeck_gateway_admission_store_up",
            "1 while limits and budgets are kept in the shared store, 0 while it is away.",
            registry=registry,
        )
        self._admitted, self._limited, self._exceeded, self._unavailable = _verdicts(registry)
        self._store_seconds = Histogram(
            "quarterdeck_gateway_admission_store_duration_seconds",
            "Seconds until the store answered whether a chat may begin.",
            buckets=_STORE_SECONDS,
            registry=registry,
        )
        self._degraded = Counter(
            "quarterdeck_gateway_admissions_degraded_total",
            "Chats that this gateway decided about alone, because the store was away.",
            registry=registry,
        )
        self._unsent = Gauge(
            "quarterdeck_gateway_settlements_unsent",
            "Settlements of chats that the store has not got yet.",
            registry=registry,
        )
        self._set_aside = Counter(
            "quarterdeck_gateway_settlements_set_aside_total",
            "Settlements that the store refused; the ledger was asked for their budgets instead.",
            registry=registry,
        )
        self._gateways = Gauge(
            "quarterdeck_gateway_replicas",
            "Gateways that share the store, as this one last counted them.",
            registry=registry,
        )
        self._spent = _gauge("spent", "USD spent in the current period.", registry)
        self._reserved = _gauge("reserved", "USD set aside for chats now running.", registry)
        self._limit = _gauge("limit", "USD that may be spent in a period.", registry)
        self._refusals = Counter(
            "quarterdeck_budget_refusals_total",
            "Chats refused because the budget had not enough left for them.",
            _BUDGET,
            registry=registry,
        )

    def admitted(self) -> None:
        """A chat may begin."""
        self._admitted.inc()

    def limited(self) -> None:
        """A chat was refused by a limit."""
        self._limited.inc()

    def exceeded(self, budget: str) -> None:
        """A chat was refused by a Budget (``namespace/name``)."""
        self._exceeded.inc()
        namespace, _, name = budget.partition("/")
        self._series((namespace, name)).refusals.inc()

    def unavailable(self) -> None:
        """A chat was refused because nobody can tell what is left of a budget."""
        self._unavailable.inc()

    def asked(self, seconds: float) -> None:
        """The store answered a chat's question after so long."""
        self._store_seconds.observe(seconds)

    def degraded(self) -> None:
        """A chat was decided about without the store."""
        self._degraded.inc()

    def store_up(self, up: bool) -> None:
        """The store came back, or went."""
        self._up.set(up)

    def watch_unsent(self, count: Callable[[], int]) -> None:
        """Where to look up how many settlements wait to be sent."""
        self._unsent.set_function(count)

    def set_aside(self) -> None:
        """The store will never take a settlement."""
        self._set_aside.inc()

    def gateways(self, count: int) -> None:
        """So many gateways share the store."""
        self._gateways.set(count)

    def budget(self, key: tuple[str, str], *, spent: int, reserved: int, limit: int) -> None:
        """How the Budget ``key`` (namespace, name) stands, in micro-USD."""
        series = self._series(key)
        series.spent.set(spent / MICRO)
        series.reserved.set(reserved / MICRO)
        series.limit.set(limit / MICRO)

    def keep(self, keys: Collection[tuple[str, str]]) -> None:
        """Remove the series of every Budget that is not among ``keys``."""
        for gone in self._budgets.keys() - set(keys):
            del self._budgets[gone]
            for metric in (self._spent, self._reserved, self._limit, self._refusals):
                metric.remove(*gone)

    def _series(self, key: tuple[str, str]) -> _Series:
        series = self._budgets.get(key)
        if series is None:
            series = self._budgets[key] = _Series(
                spent=self._spent.labels(*key),
                reserved=self._reserved.labels(*key),
                limit=self._limit.labels(*key),
                refusals=self._refusals.labels(*key),
            )
        return series


def _gauge(what: str, text: str, registry: CollectorRegistry) -> Gauge:
    return Gauge(f"quarterdeck_budget_{what}_usd", text, _BUDGET, registry=registry)


def _verdicts(registry: CollectorRegistry) -> tuple[Counter, ...]:
    verdicts = Counter(
        "quarterdeck_gateway_admissions_total",
        "Chats by what admission said.",
        ("verdict",),
        registry=registry,
    )
    said = ("admitted", "limit_exceeded", "budget_exceeded", "budgets_unavailable")
    return tuple(verdicts.labels(each) for each in said)
