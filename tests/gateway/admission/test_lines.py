"""From Budgets, keys, agents and settings to what admission is asked."""

from datetime import UTC, datetime
from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_contract.v1alpha1.limits import RateLimit
from quarterdeck_gateway.admission.lines import (
    Lines,
    SpendingScope,
    limits_for,
    line_of,
    scope_of,
)
from quarterdeck_gateway.admission.port import Limit, LimitKind
from quarterdeck_gateway.catalogue.entries import budget_entry
from quarterdeck_gateway.catalogue.port import BudgetEntry
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.routing.registry import AgentEntry
from support.keeping import budget_manifest

NOON = datetime(2026, 7, 15, 12, tzinfo=UTC).timestamp()
NEXT_MONTH = datetime(2026, 8, 15, 12, tzinfo=UTC).timestamp()


def entry(uid: str = "u1", **spec: Any) -> BudgetEntry:
    manifest = budget_manifest(**spec)
    manifest["metadata"]["uid"] = uid
    return budget_entry(manifest)


def agent(**spec: Any) -> AgentEntry:
    return AgentEntry("team-a", "writer", "", False, True, "", "", (), {"spec": spec})


def test_a_line_is_the_budget_in_its_period() -> None:
    line = line_of(entry(timeZone="Europe/Berlin", failOpen=True), NOON)
    assert (line.name, line.amount, line.enforced) == ("team-a/monthly", 1_000_000, True)
    assert line.fail_open
    assert line.ends_at == datetime(2026, 7, 31, 22, tzinfo=UTC).timestamp()


def test_ids_differ_by_budget_period_and_kind_of_period() -> None:
    first_of_month = datetime(2026, 7, 1, 0, 30, tzinfo=UTC).timestamp()
    lines = (
        line_of(entry(), NOON),
        line_of(entry("u2"), NOON),
        line_of(entry(), NEXT_MONTH),
        line_of(entry(period="day"), first_of_month),
        line_of(entry(period="total"), NOON),
    )
    assert len({line.id for line in lines}) == len(lines)
    assert line_of(entry(), NOON + 60).id == lines[0].id


@pytest.mark.parametrize(
    ("thresholds", "amount"),
    [
        (None, 1_000_000),
        ([{"percent": 50, "action": "warn"}], 1_000_000),
        ([{"percent": 90, "action": "stop"}, {"percent": 80, "action": "stop"}], 800_000),
    ],
)
def test_a_line_stops_at_the_lowest_stop(thresholds: Any, amount: int) -> None:
    spec = {} if thresholds is None else {"thresholds": thresholds}
    assert line_of(entry(**spec), NOON).amount == amount


def test_remembered_lines_are_those_that_hold_now() -> None:
    lines, budget = Lines(), entry()
    first = lines.of(budget, NOON)
    assert lines.of(budget, NOON + 60) is first
    assert lines.of(budget, NEXT_MONTH) == line_of(budget, NEXT_MONTH)
    assert lines.of(budget, NOON) == first
    assert lines.of(entry(amountUSD=2.0), NOON).amount == 2_000_000


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"kind": "Namespace"}, SpendingScope("team-a")),
        ({"kind": "Agent", "name": "writer"}, SpendingScope("team-a", agent="writer")),
        ({"kind": "Key", "name": "ci"}, SpendingScope(None, key="team-a/ci")),
        ({"kind": "Team", "name": "red"}, SpendingScope("team-a", team="red")),
    ],
)
def test_scopes_are_filters_of_the_ledger(scope: Any, expected: SpendingScope) -> None:
    assert scope_of(entry(scope=scope)) == expected


def test_limits_of_key_agent_and_namespace_apply_together() -> None:
    principal = Principal(
        "team-a/ci", Role.USER, rate_limit=RateLimit(requests_per_minute=10, concurrency=2)
    )
    limits = limits_for(
        principal,
        agent(rateLimit={"tokensPerMinute": 5000}),
        {"team-a": RateLimit(requests_per_minute=600), "*": RateLimit(requests_per_minute=1)},
    )
    assert limits == (
        Limit(LimitKind.REQUESTS, "key", "team-a/ci", 10),
        Limit(LimitKind.CONCURRENCY, "key", "team-a/ci", 2),
        Limit(LimitKind.TOKENS, "agent", "team-a/writer", 5000),
        Limit(LimitKind.REQUESTS, "namespace", "team-a", 600),
    )


def test_every_other_namespace_has_the_limits_of_the_star() -> None:
    limits = limits_for(
        Principal("admin", Role.ADMIN), agent(), {"*": RateLimit(requests_per_minute=1)}
    )
    assert limits == (Limit(LimitKind.REQUESTS, "namespace", "team-a", 1),)
    assert limits_for(Principal("admin", Role.ADMIN), agent(), {}) == ()
