"""What receivers and the audit log are told of an alert."""

import json
from dataclasses import replace

from quarterdeck_contract.v1alpha1.budget import Action
from quarterdeck_gateway.admission.crossings import BudgetAlert
from quarterdeck_gateway.alerts.message import audit_event, body, sentence

ALERT = BudgetAlert(
    namespace="team-a",
    name="monthly",
    period="uid-1/2026-11-01",
    percent=80,
    action=Action.WARN,
    spent=8_123_456,
    amount=10_000_000,
    resets_at=1_796_083_200.0,
    at=1_795_392_000.25,
)


def test_the_body_is_as_documented() -> None:
    assert json.loads(body(ALERT, "d-1")) == {
        "type": "budget.alert",
        "id": "d-1",
        "at": "2026-11-23T00:00:00.250Z",
        "budget": {"namespace": "team-a", "name": "monthly"},
        "period": {"id": "uid-1/2026-11-01", "resets_at": "2026-12-01T00:00:00.000Z"},
        "threshold": {"percent": 80, "action": "warn", "model": None},
        "spent_usd": "8.123456",
        "amount_usd": "10.000000",
        "text": "Budget team-a/monthly has reached 80 percent: 8.123456 of 10.000000 USD are "
        "spent. It resets at 2026-12-01T00:00:00.000Z.",
    }


def test_people_are_told_what_happens_now() -> None:
    stop = replace(ALERT, action=Action.STOP, percent=100)
    down = replace(ALERT, action=Action.DOWNGRADE, model="small", resets_at=None)
    assert sentence(stop).endswith(
        " USD are spent. Chats are refused. It resets at 2026-12-01T00:00:00.000Z."
    )
    assert sentence(down).endswith(" USD are spent. Chats are answered by the model small.")


def test_the_audit_log_keeps_one_event_per_threshold_and_period() -> None:
    event = audit_event(ALERT)
    assert event.once == "budget.alert/uid-1/2026-11-01/80/warn"
    assert event.subject == "Budget/team-a/monthly"
    assert event.namespace == "team-a"
    assert event.detail["spent_usd"] == "8.123456"
    assert audit_event(replace(ALERT, percent=90)).once != event.once
    assert audit_event(replace(ALERT, period="uid-1/2026-12-01")).once != event.once
