"""Tells when spending crosses a threshold: once per budget, period and threshold, whichever gateway
sees it first and however often all of them look."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Protocol

from quarterdeck_contract.v1alpha1.budget import Action, Threshold
from quarterdeck_gateway.admission.lines import Current
from quarterdeck_gateway.admission.port import AdmissionStore, BudgetState
from quarterdeck_gateway.admission.thresholds import percent_spent, reached

_DAY: Final = 86_400.0
_AFTER_PERIOD: Final = 2 * _DAY
_FOR_EVER: Final = 3650 * _DAY


@dataclass(frozen=True)
class BudgetAlert:
    """Spending has reached a threshold. Money is micro-USD, times are seconds since the epoch."""

    namespace: str
    name: str
    """Of the Budget."""
    period: str
    """Unique for budget and period."""
    percent: int
    """The threshold that was reached."""
    action: Action
    """What happens from here on; always ``warn`` for a budget that is not enforced."""
    spent: int
    amount: int
    """Of the Budget; a stop below 100 percent does not lower it here."""
    resets_at: float | None
    at: float
    model: str | None = None
    """The Model that answers after a downgrade."""


class AlertSink(Protocol):
    """Passes alerts on to people. Never raises, and does not wait for anybody outside."""

    async def crossed(self, alert: BudgetAlert) -> None:
        """Called exactly once for each alert, over all gateways."""
        ...


class MemoryAlertSink:
    """Keeps alerts in a list: for tests."""

    def __init__(self) -> None:
        self.alerts: list[BudgetAlert] = []

    async def crossed(self, alert: BudgetAlert) -> None:
        self.alerts.append(alert)


class Crossings:
    """Claims each crossing in the store before it tells."""

    def __init__(self, store: AdmissionStore, sink: AlertSink) -> None:
        self._store = store
        self._sink = sink
        self._told: set[tuple[str, int, Action]] = set()

    def keep(self, periods: Collection[str]) -> None:
        """Forget what was told of other periods."""
        alive = set(periods)
        self._told = {crossing for crossing in self._told if crossing[0] in alive}

    async def look(self, current: Current, state: BudgetState, now: float) -> None:
        """Tell what has been crossed and was not told yet. Raises StoreAway."""
        spec = current.entry.spec
        for threshold in reached(spec, percent_spent(spec, state.spent)):
            crossing = current.line.id, threshold.percent, threshold.action
            if crossing in self._told:
                continue
            mine = await self._claim(crossing, current.window.ends_at, now)
            self._told.add(crossing)
            if mine:
                await self._sink.crossed(_alert(current, state, threshold, now))

    async def _claim(
        self, crossing: tuple[str, int, Action], ends_at: float | None, now: float
    ) -> bool:
        period, percent, action = crossing
        life = _FOR_EVER if ends_at is None else ends_at - now + _AFTER_PERIOD
        # A new owner for every claim: the same one would be granted it again.
        return await self._store.claim(f"alert:{period}:{percent}:{action}", uuid.uuid4().hex, life)


def _alert(current: Current, state: BudgetState, threshold: Threshold, now: float) -> BudgetAlert:
    entry = current.entry
    return BudgetAlert(
        namespace=entry.namespace,
        name=entry.name,
        period=current.line.id,
        percent=threshold.percent,
        action=threshold.action,
        spent=state.spent,
        amount=entry.spec.amount_micro_usd,
        resets_at=current.window.ends_at,
        at=now,
        model=threshold.model,
    )
