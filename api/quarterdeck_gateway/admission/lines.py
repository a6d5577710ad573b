"""From what was declared to what admission is asked: limits, and budgets in their current period.

Pure, and cheap enough for every chat.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from quarterdeck_contract.v1alpha1.budget import ScopeKind
from quarterdeck_contract.v1alpha1.limits import RateLimit
from quarterdeck_gateway.admission.periods import Window, window_of, zone_of
from quarterdeck_gateway.admission.port import BudgetLine, Limit, LimitKind
from quarterdeck_gateway.admission.thresholds import stop_percent
from quarterdeck_gateway.catalogue.port import BudgetEntry
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.routing.registry import AgentEntry

EVERY_OTHER: Final = "*"
"""Names, among limits by namespace, those of every namespace that is not listed."""
_REMEMBERED: Final = 10_000


@dataclass(frozen=True)
class SpendingScope:
    """Whose chats a budget counts, as a filter of the ledger; None takes all."""

    namespace: str | None
    agent: str | None = None
    key: str | None = None
    team: str | None = None


def scope_of(entry: BudgetEntry) -> SpendingScope:
    """The filter of a budget; a key is followed into every namespace."""
    scope = entry.spec.scope
    match scope.kind:
        case ScopeKind.AGENT:
            return SpendingScope(entry.namespace, agent=scope.name)
        case ScopeKind.KEY:
            return SpendingScope(None, key=f"{entry.namespace}/{scope.name}")
        case ScopeKind.TEAM:
            return SpendingScope(entry.namespace, team=scope.name)
    return SpendingScope(entry.namespace)


def window_at(entry: BudgetEntry, at: float) -> Window:
    """The period of a budget in which ``at`` lies."""
    return window_of(entry.spec.period, zone_of(entry.spec.time_zone).info, at)


def line_of(entry: BudgetEntry, at: float) -> BudgetLine:
    """A budget as it applies to a chat that begins at ``at``."""
    return _line(entry, window_at(entry, at))


def next_line(entry: BudgetEntry, window: Window) -> BudgetLine | None:
    """The same budget in the period after ``window``; None when there is none."""
    return None if window.ends_at is None else line_of(entry, window.ends_at)


def _line(entry: BudgetEntry, window: Window) -> BudgetLine:
    spec = entry.spec
    began = "ever" if window.starts_at is None else f"{window.starts_at:.0f}"
    return BudgetLine(
        # Another period or time zone is another count, also where both began at the same moment.
        id=f"{entry.uid or entry.id}:{spec.period.value}:{began}",
        name=entry.id,
        amount=spec.amount_micro_usd * stop_percent(spec) // 100,
        ends_at=window.ends_at,
        enforced=spec.enforce,
        fail_open=spec.fail_open,
    )


@dataclass(frozen=True)
class Current:
    """A budget in its current period."""

    entry: BudgetEntry
    window: Window
    line: BudgetLine


class Lines:
    """Remembers each budget's line until its period ends or the budget changes."""

    def __init__(self) -> None:
        self._known: dict[str, Current] = {}

    def of(self, entry: BudgetEntry, at: float) -> BudgetLine:
        """What ``line_of`` says."""
        return self.current(entry, at).line

    def current(self, entry: BudgetEntry, at: float) -> Current:
        """The line together with the window that it belongs to."""
        known = self._known.get(entry.id)
        if known is not None and known.entry is entry and _within(known.window, at):
            return known
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        window = window_at(entry, at)
        current = self._known[entry.id] = Current(entry, window, _line(entry, window))
        return current


def _within(window: Window, at: float) -> bool:
    return (window.starts_at is None or window.starts_at <= at) and (
        window.ends_at is None or at < window.ends_at
    )


def limits_for(
    principal: Principal, agent: AgentEntry, namespace_limits: Mapping[str, RateLimit]
) -> tuple[Limit, ...]:
    """Every limit that applies to a chat: of the key, of the agent, of the agent's namespace."""
    declared: Mapping[str, Any] = agent.manifest.get("spec", {}).get("rateLimit") or {}
    of_namespace = namespace_limits.get(agent.namespace) or namespace_limits.get(EVERY_OTHER)
    return (
        *_limits_of("key", principal.name, principal.rate_limit),
        *_limits(
            "agent",
            agent.id,
            declared.get("requestsPerMinute"),
            declared.get("tokensPerMinute"),
            declared.get("concurrency"),
        ),
        *_limits_of("namespace", agent.namespace, of_namespace),
    )


def _limits_of(scope: str, subject: str, limit: RateLimit | None) -> tuple[Limit, ...]:
    if limit is None:
        return ()
    amounts = limit.requests_per_minute, limit.tokens_per_minute, limit.concurrency
    return _limits(scope, subject, *amounts)


@lru_cache(maxsize=_REMEMBERED)
def _limits(
    scope: str, subject: str, requests: int | None, tokens: int | None, concurrency: int | None
) -> tuple[Limit, ...]:
    amounts = (
        (LimitKind.REQUESTS, requests),
        (LimitKind.TOKENS, tokens),
        (LimitKind.CONCURRENCY, concurrency),
    )
    return tuple(Limit(kind, scope, subject, n) for kind, n in amounts if n is not None)
