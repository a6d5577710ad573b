"""Costs and budgets: who spends what, and how much is left."""

from typing import Any

from monitoring.boards import NAMESPACE, OF_AGENT, RATE, agents, board, namespaces
from monitoring.panels import Facts, Query, bars, figure, lines, rows

_BUDGET = "{{namespace}}/{{budget}}"


def build() -> Any:
    """The dashboard."""
    return board(
        "costs",
        "Costs and budgets",
        "What chats cost, by agent, and how budgets stand.",
        [("Costs", _costs()), ("Budgets", _budgets())],
        [namespaces(), agents()],
    )


def _costs() -> list[Any]:
    cost, tokens = "quarterdeck_gateway_cost_usd_total", "quarterdeck_gateway_tokens_total"
    return [
        figure(
            Facts(
                "Spent",
                "In the range of time that is shown.",
                "currencyUSD",
                [Query(f"sum(increase({cost}{{{OF_AGENT}}}[$__range]))")],
                6,
                4,
            )
        ),
        figure(
            Facts(
                "Per day at the present rate",
                "The last hour, times 24.",
                "currencyUSD",
                [Query(f"24 * sum(increase({cost}{{{OF_AGENT}}}[1h]))")],
                6,
                4,
            )
        ),
        figure(
            Facts(
                "Per 1000 tokens",
                "Cost of a thousand tokens, in and out together, over the range shown.",
                "currencyUSD",
                [
                    Query(
                        f"1000 * sum(increase({cost}{{{OF_AGENT}}}[$__range])) "
                        f"/ (sum(increase({tokens}{{{OF_AGENT}}}[$__range])) > 0)"
                    )
                ],
                6,
                4,
            )
        ),
        figure(
            Facts(
                "Tokens",
                "In the range of time that is shown.",
                "short",
                [Query(f"sum(increase({tokens}{{{OF_AGENT}}}[$__range]))")],
                6,
                4,
            )
        ),
        lines(
            Facts(
                "Cost per hour",
                "By agent, at the present rate.",
                "currencyUSD",
                [
                    Query(
                        "3600 * sum by (namespace, agent) "
                        f"(quarterdeck:chat_cost_usd:rate5m{{{OF_AGENT}}})",
                        "{{namespace}}/{{agent}}",
                    )
                ],
            ),
            stacked=True,
        ),
        rows(
            Facts(
                "Dearest agents",
                "What each agent cost in the range of time that is shown.",
                "currencyUSD",
                [
                    Query(
                        "topk(20, sum by (namespace, agent) "
                        f"(increase({cost}{{{OF_AGENT}}}[$__range])))"
                    )
                ],
            )
        ),
    ]


def _budgets() -> list[Any]:
    by = "by (namespace, budget)"
    used = ((None, "green"), (0.8, "orange"), (1.0, "red"))
    return [
        bars(
            Facts(
                "Used",
                "Spent and reserved, as a share of the budget.",
                "percentunit",
                [Query(f"quarterdeck:budget_used:ratio{{{NAMESPACE}}}", _BUDGET)],
                steps=used,
                runbook="QuarterdeckBudgetNearlySpent",
            ),
            most=1,
        ),
        lines(
            Facts(
                "Used over time",
                "A fall to zero is the beginning of a new period.",
                "percentunit",
                [Query(f"quarterdeck:budget_used:ratio{{{NAMESPACE}}}", _BUDGET)],
                steps=used,
                runbook="QuarterdeckBudgetExhausted",
            )
        ),
        lines(
            Facts(
                "Left",
                "What may still be spent in the current period.",
                "currencyUSD",
                [
                    Query(
                        f"max {by} (quarterdeck_budget_limit_usd{{{NAMESPACE}}}) "
                        f"- max {by} (quarterdeck_budget_spent_usd{{{NAMESPACE}}} "
                        f"+ quarterdeck_budget_reserved_usd{{{NAMESPACE}}})",
                        _BUDGET,
                    )
                ],
            )
        ),
        lines(
            Facts(
                "Refused chats",
                "Chats for which a budget had not enough left.",
                "reqps",
                [
                    Query(
                        f"sum {by} (rate(quarterdeck_budget_refusals_total{{{NAMESPACE}}}{RATE}))",
                        _BUDGET,
                    )
                ],
                runbook="QuarterdeckBudgetExhausted",
            )
        ),
        lines(
            Facts(
                "Thresholds reached",
                "The last threshold that each budget reached, as a share of it.",
                "percentunit",
                [
                    Query(
                        f"max {by} (quarterdeck_gateway_budget_alert_ratio{{{NAMESPACE}}})", _BUDGET
                    )
                ],
                runbook="QuarterdeckBudgetNearlySpent",
            )
        ),
        lines(
            Facts(
                "Alerts to the webhook",
                "Delivered in an hour, or given up.",
                "short",
                [
                    Query(
                        "sum by (outcome) "
                        "(increase(quarterdeck_gateway_alert_deliveries_total[1h]))",
                        "{{outcome}}",
                    )
                ],
                runbook="QuarterdeckAlertWebhookFailing",
            )
        ),
    ]
