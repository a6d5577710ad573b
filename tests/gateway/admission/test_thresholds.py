"""Which thresholds are reached, and which Model answers then."""

from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.budget import Action, BudgetSpec
from quarterdeck_gateway.admission.thresholds import (
    downgrade_to,
    in_force,
    next_downgrade,
    percent_spent,
    reached,
    stop_percent,
)

STEPS: list[dict[str, Any]] = [
    {"percent": 90, "action": "downgrade", "model": "tiny"},
    {"percent": 50, "action": "warn"},
    {"percent": 80, "action": "downgrade", "model": "small"},
]


def spec(thresholds: list[dict[str, Any]] | None = None, **more: Any) -> BudgetSpec:
    given = {"scope": {"kind": "Namespace"}, "amountUSD": 2.0, **more}
    return BudgetSpec.model_validate(
        given if thresholds is None else given | {"thresholds": thresholds}
    )


@pytest.mark.parametrize(
    ("percent", "model"),
    [(0, None), (79, None), (80, "small"), (89, "small"), (90, "tiny"), (140, "tiny")],
)
def test_the_highest_downgrade_reached_is_in_force(percent: int, model: str | None) -> None:
    assert downgrade_to(spec(STEPS), percent) == model


def test_a_budget_that_is_not_enforced_downgrades_nothing_and_only_warns() -> None:
    loose = spec(STEPS, enforce=False)
    assert downgrade_to(loose, 100) is None
    assert {threshold.action for threshold in in_force(loose)} == {Action.WARN}
    assert [threshold.percent for threshold in in_force(loose)] == [50, 80, 90, 100]


def test_the_stop_at_the_end_need_not_be_declared() -> None:
    assert [(t.percent, t.action) for t in reached(spec(STEPS), 100)] == [
        (50, Action.WARN),
        (80, Action.DOWNGRADE),
        (90, Action.DOWNGRADE),
        (100, Action.STOP),
    ]
    assert [t.percent for t in reached(spec(STEPS), 60)] == [50]


def test_what_lies_above_the_stop_is_never_reached() -> None:
    early = spec([*STEPS, {"percent": 85, "action": "stop"}])
    assert stop_percent(early) == 85
    assert [t.percent for t in in_force(early)] == [50, 80, 85]


def test_a_chat_that_does_not_fit_may_try_the_next_downgrade() -> None:
    assert next_downgrade(spec(STEPS), 10) == "small"
    assert next_downgrade(spec(STEPS), 95) == "tiny"
    assert next_downgrade(spec(), 95) is None


def test_percent_is_of_the_whole_amount_and_rounded_down() -> None:
    assert [percent_spent(spec(), spent) for spent in (0, 19_999, 20_000, 3_000_000)] == [
        0,
        0,
        1,
        150,
    ]
