"""``Budget``: how much money chats may cost in a period, and what happens on the way there.

Money is USD in the manifest and integer micro-USD everywhere else.
"""

from enum import StrEnum
from typing import ClassVar, Final
from zoneinfo import available_timezones

from pydantic import Field

from quarterdeck_contract.v1alpha1.schema import (
    Column,
    Kind,
    Resource,
    ResourceName,
    Rule,
    Schema,
    Status,
    TransitionRule,
    ready_columns,
)

MICRO: Final = 1_000_000
"""Micro-USD in one USD."""


class ScopeKind(StrEnum):
    """Whose chats a budget is about."""

    NAMESPACE = "Namespace"
    AGENT = "Agent"
    KEY = "Key"
    TEAM = "Team"


class Period(StrEnum):
    """After what time spending starts anew."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


class Action(StrEnum):
    """What happens from a share of the budget on."""

    WARN = "warn"
    DOWNGRADE = "downgrade"
    STOP = "stop"


class Scope(Schema):
    """Whose chats are counted; always only chats with agents of the budget's namespace, except
    for a Key, which is followed wherever it goes."""

    kind: ScopeKind = Field(strict=False)
    """Namespace for all chats of it, Agent, Key (an ApiKey of this namespace), or Team (the label
    quarterdeck.dev/team of the key, or of the agent where the key has none)."""
    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=63,
        pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$",
    )
    """Name of the agent, key or team."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "(self.kind == 'Namespace') != has(self.name)",
            "name is required for Agent, Key and Team, and has no place with Namespace",
            lambda scope: (scope.kind is ScopeKind.NAMESPACE) != (scope.name is not None),
            "name",
        ),
    )


class Threshold(Schema):
    """What happens from a share of the budget on."""

    percent: int = Field(ge=1, le=100)
    """Share of the amount that is spent."""
    action: Action = Field(strict=False)
    """warn tells people, downgrade answers with a cheaper model, stop answers with 402."""
    model: ResourceName | None = None
    """Model of this namespace that answers after a downgrade."""

    rules: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "(self.action == 'downgrade') == has(self.model)",
            "model goes with downgrade, and only with it",
            lambda threshold: (threshold.action is Action.DOWNGRADE) == bool(threshold.model),
            "model",
        ),
    )


class BudgetSpec(Schema):
    """What a person writes under ``spec`` of a Budget."""

    scope: Scope
    """Whose chats are counted."""
    amount_usd: float = Field(gt=0, le=1_000_000_000, strict=False, alias="amountUSD")
    """USD that may be spent in one period; digits behind the sixth are rounded."""
    period: Period = Field(default=Period.MONTH, strict=False)
    """After what time spending starts anew; weeks start on Monday, total never does."""
    time_zone: str = Field(
        default="UTC", min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+\-/]+$"
    )
    """IANA name of the time zone in which days, weeks and months begin, like Europe/Berlin."""
    thresholds: list[Threshold] | None = Field(default=None, min_length=1, max_length=8)
    """What happens on the way; at 100 percent a budget stops unless enforce is false."""
    enforce: bool = True
    """False only counts and warns: nothing is downgraded or stopped."""
    fail_open: bool = False
    """True lets chats through while spending cannot be counted; false answers them with 503."""

    transition_rules: ClassVar[tuple[TransitionRule, ...]] = (
        TransitionRule(
            "self.scope == oldSelf.scope",
            "scope is immutable: create another Budget",
            lambda old, new: old.scope == new.scope,
            "scope",
        ),
    )

    @property
    def amount_micro_usd(self) -> int:
        """The amount in micro-USD."""
        return round(self.amount_usd * MICRO)


class BudgetStatus(Status):
    """How the current period stands; written by the gateway, but for the condition Ready."""

    spent_usd: str | None = Field(default=None, max_length=32, alias="spentUSD")
    """USD spent in this period, like 12.340000."""
    remaining_usd: str | None = Field(default=None, max_length=32, alias="remainingUSD")
    """USD left in this period; 0 when more was spent."""
    reserved_usd: str | None = Field(default=None, max_length=32, alias="reservedUSD")
    """USD set aside for chats now running."""
    percent: int | None = Field(default=None, ge=0)
    """Share of the amount that is spent."""
    period_started_at: str | None = Field(default=None, max_length=64)
    """When this period began; RFC 3339."""
    resets_at: str | None = Field(default=None, max_length=64)
    """When the next period begins; RFC 3339. Absent for period total."""


class Budget(Resource[BudgetSpec, BudgetStatus]):
    """A limit on what chats may cost."""

    described: ClassVar[Kind] = Kind(
        kind="Budget",
        plural="budgets",
        short_names=("qbudget",),
        columns=ready_columns(
            Column("Scope", ".spec.scope.kind"),
            Column("Name of", ".spec.scope.name"),
            Column("USD", ".spec.amountUSD"),
            Column("Period", ".spec.period"),
            Column("Spent", ".status.spentUSD"),
            Column("Remaining", ".status.remainingUSD"),
            Column("Resets At", ".status.resetsAt"),
            Column("Standing", '.status.conditions[?(@.type=="Exceeded")].reason'),
        ),
    )


def known_time_zone(name: str) -> bool:
    """Whether the IANA database has this time zone; CEL cannot say, so the operator does."""
    return name in available_timezones()


def usd(micro_usd: int) -> str:
    """Micro-USD as a decimal number of USD with six digits: 1500000 is ``1.500000``."""
    sign, value = ("-", -micro_usd) if micro_usd < 0 else ("", micro_usd)
    return f"{sign}{value // MICRO}.{value % MICRO:06d}"
