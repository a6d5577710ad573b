"""What a receiver of alerts is told: one JSON object, the same shape for every alert. Pure."""

from datetime import UTC, datetime
from typing import Any, Final

import orjson

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_contract.v1alpha1.budget import Action, usd
from quarterdeck_gateway.admission.crossings import BudgetAlert
from quarterdeck_gateway.queries.moments import rfc3339

TYPE: Final = "budget.alert"


def body(alert: BudgetAlert, delivery_id: str) -> bytes:
    """The bytes that are signed and sent."""
    return orjson.dumps(
        {
            "type": TYPE,
            "id": delivery_id,
            "at": moment(alert.at),
            "budget": {"namespace": alert.namespace, "name": alert.name},
            "period": {"id": alert.period, "resets_at": moment(alert.resets_at)},
            "threshold": {
                "percent": alert.percent,
                "action": alert.action.value,
                "model": alert.model,
            },
            "spent_usd": usd(alert.spent),
            "amount_usd": usd(alert.amount),
            "text": sentence(alert),
        }
    )


def sentence(alert: BudgetAlert) -> str:
    """The alert for people; chat tools show a field ``text`` as it is."""
    said = (
        f"Budget {alert.namespace}/{alert.name} has reached {alert.percent} percent: "
        f"{usd(alert.spent)} of {usd(alert.amount)} USD are spent."
    )
    consequence = {
        Action.WARN: "",
        Action.DOWNGRADE: f" Chats are answered by the model {alert.model}.",
        Action.STOP: " Chats are refused.",
    }[alert.action]
    resets = moment(alert.resets_at)
    return said + consequence + ("" if resets is None else f" It resets at {resets}.")


def audit_event(alert: BudgetAlert) -> AuditEvent:
    """The same for the audit log, written once whoever tells it."""
    return AuditEvent(
        action=AuditAction.BUDGET_ALERT,
        actor="gateway",
        namespace=alert.namespace,
        subject=f"Budget/{alert.namespace}/{alert.name}",
        detail=facts(alert),
        at=rfc3339(datetime.fromtimestamp(alert.at, UTC)),
        once=f"{TYPE}/{alert.period}/{alert.percent}/{alert.action.value}",
    )


def facts(alert: BudgetAlert) -> dict[str, Any]:
    """What the log and the audit log say of it."""
    return {
        "percent": alert.percent,
        "action": alert.action.value,
        "spent_usd": usd(alert.spent),
        "amount_usd": usd(alert.amount),
        "resets_at": moment(alert.resets_at),
    } | ({} if alert.model is None else {"model": alert.model})


def moment(seconds: float | None) -> str | None:
    """RFC 3339, UTC; None for what never comes."""
    return None if seconds is None else rfc3339(datetime.fromtimestamp(seconds, UTC))
