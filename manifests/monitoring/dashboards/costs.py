"""Costs and budgets: who spends what, and how much is left."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.boards import NAMESPACE, OF_AGENT, agents, board, namespaces
from monitoring.panels import QUARTER, Panel, Query, Unit, above, bars, figure, lines, rows
from monitoring.promql import HOUR, SHOWN, chosen, increase, rate

_COST = "quarterdeck_gateway_cost_usd_total"
_TOKENS = "quarterdeck_gateway_tokens_total"
_BY_BUDGET = "by (namespace, budget)"
_BUDGET = "{{namespace}}/{{budget}}"
_USED = Query(chosen("quarterdeck:budget_used:ratio", NAMESPACE), _BUDGET)
_USED_STEPS = above(orange=0.8, red=1.0)


def build() -> Dashboard:
    """The dashboard."""
    costs = [_spent(), _per_day(), _per_1000_tokens(), _tokens(), _cost_per_hour(), _dearest()]
    budgets = [_used(), _used_over_time(), _left(), _refused(), _thresholds(), _deliveries()]
    return board(
        "costs",
        "Costs and budgets",
        "What chats cost, by agent, and how budgets stand.",
        [("Costs", costs), ("Budgets", budgets)],
        [namespaces(), agents()],
    )


def _spent() -> Panel:
    return figure(
        "Spent",
        "In the range of time that is shown.",
        Unit.DOLLARS,
        Query(f"sum({increase(_COST, OF_AGENT, SHOWN)})"),
        width=QUARTER,
    )


def _per_day() -> Panel:
    return figure(
        "Per day at the present rate",
        "The last hour, times 24.",
        Unit.DOLLARS,
        Query(f"24 * sum({increase(_COST, OF_AGENT, HOUR)})"),
        width=QUARTER,
    )


def _per_1000_tokens() -> Panel:
    cost, tokens = increase(_COST, OF_AGENT, SHOWN), increase(_TOKENS, OF_AGENT, SHOWN)
    return figure(
        "Per 1000 tokens",
        "Cost of a thousand tokens, in and out together, over the range shown.",
        Unit.DOLLARS,
        Query(f"1000 * sum({cost}) / (sum({tokens}) > 0)"),
        width=QUARTER,
    )


def _tokens() -> Panel:
    return figure(
        "Tokens",
        "In the range of time that is shown.",
        Unit.NUMBER,
        Query(f"sum({increase(_TOKENS, OF_AGENT, SHOWN)})"),
        width=QUARTER,
    )


def _cost_per_hour() -> Panel:
    cost = chosen("quarterdeck:chat_cost_usd:rate5m", OF_AGENT)
    return lines(
        "Cost per hour",
        "By agent, at the present rate.",
        Unit.DOLLARS,
        Query(f"3600 * sum by (namespace, agent) ({cost})", "{{namespace}}/{{agent}}"),
        stacked=True,
    )


def _dearest() -> Panel:
    cost = increase(_COST, OF_AGENT, SHOWN)
    return rows(
        "Dearest agents",
        "What each agent cost in the range of time that is shown.",
        Unit.DOLLARS,
        Query(f"topk(20, sum by (namespace, agent) ({cost}))"),
    )


def _used() -> Panel:
    return bars(
        "Used",
        "Spent and reserved, as a share of the budget.",
        Unit.SHARE,
        _USED,
        most=1,
        steps=_USED_STEPS,
        runbook="QuarterdeckBudgetNearlySpent",
    )


def _used_over_time() -> Panel:
    return lines(
        "Used over time",
        "A fall to zero is the beginning of a new period.",
        Unit.SHARE,
        _USED,
        steps=_USED_STEPS,
        runbook="QuarterdeckBudgetExhausted",
    )


def _left() -> Panel:
    limit, spent, reserved = (
        chosen(f"quarterdeck_budget_{amount}_usd", NAMESPACE)
        for amount in ("limit", "spent", "reserved")
    )
    return lines(
        "Left",
        "What may still be spent in the current period.",
        Unit.DOLLARS,
        Query(f"max {_BY_BUDGET} ({limit}) - max {_BY_BUDGET} ({spent} + {reserved})", _BUDGET),
    )


def _refused() -> Panel:
    refusals = rate("quarterdeck_budget_refusals_total", NAMESPACE)
    return lines(
        "Refused chats",
        "Chats for which a budget had not enough left.",
        Unit.REQUESTS,
        Query(f"sum {_BY_BUDGET} ({refusals})", _BUDGET),
        runbook="QuarterdeckBudgetExhausted",
    )


def _thresholds() -> Panel:
    reached = chosen("quarterdeck_gateway_budget_alert_ratio", NAMESPACE)
    return lines(
        "Thresholds reached",
        "The last threshold that each budget reached, as a share of it.",
        Unit.SHARE,
        Query(f"max {_BY_BUDGET} ({reached})", _BUDGET),
        runbook="QuarterdeckBudgetNearlySpent",
    )


def _deliveries() -> Panel:
    deliveries = increase("quarterdeck_gateway_alert_deliveries_total")
    return lines(
        "Alerts to the webhook",
        "Delivered in an hour, or given up.",
        Unit.NUMBER,
        Query(f"sum by (outcome) ({deliveries})", "{{outcome}}"),
        runbook="QuarterdeckAlertWebhookFailing",
    )
