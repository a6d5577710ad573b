"""The first look: do chats work, what do they cost, does anything need a person."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.boards import board
from monitoring.panels import (
    RED_BELOW_ONE,
    SIXTH,
    Panel,
    Query,
    Unit,
    above,
    figure,
    lines,
    rows,
)
from monitoring.promql import FIRING, increase, quantile, quantiles, rate


def build() -> Dashboard:
    """The dashboard."""
    return board(
        "overview",
        "Overview",
        "Whether chats work, what they cost, and what needs a person.",
        [
            ("Now", [_chats(), _failed(), _first_byte(), _running(), _spent(), _alerts()]),
            ("Chats", [_outcomes(), _duration(), _tokens(), _cost_per_hour()]),
            ("What needs a person", [_firing(), _not_ready(), _planes(), _versions()]),
        ],
    )


def _chats() -> Panel:
    return figure(
        "Chats",
        "Chats per second that ended in the last minutes, whatever way.",
        Unit.REQUESTS,
        Query(f"sum({rate('quarterdeck_gateway_requests_total')})"),
        width=SIXTH,
    )


def _failed() -> Panel:
    return figure(
        "Failed",
        "Share of chats that ended with a 5xx in five minutes. The objective is 0.5 %.",
        Unit.SHARE,
        Query("quarterdeck:chat_errors:ratio_rate5m"),
        width=SIXTH,
        steps=above(orange=0.005, red=0.05),
        runbook="QuarterdeckChatErrorsBurnFast",
    )


def _first_byte() -> Panel:
    first_byte = "quarterdeck_gateway_time_to_first_byte_seconds"
    return figure(
        "First byte, p95",
        "Nineteen of twenty chats got their first byte within this time.",
        Unit.SECONDS,
        Query(quantile(0.95, first_byte, over="[5m]")),
        width=SIXTH,
        steps=above(orange=5, red=10),
        runbook="QuarterdeckChatsSlow",
    )


def _running() -> Panel:
    return figure(
        "Running",
        "Chats that are being answered now, over all gateways.",
        Unit.NUMBER,
        Query("sum(quarterdeck_gateway_inflight_requests)"),
        width=SIXTH,
    )


def _spent() -> Panel:
    cost = increase("quarterdeck_gateway_cost_usd_total", over="[24h]")
    return figure(
        "Spent in 24 h",
        "What chats of the last day cost, by the prices of their Models.",
        Unit.DOLLARS,
        Query(f"sum({cost})"),
        width=SIXTH,
    )


def _alerts() -> Panel:
    return figure(
        "Alerts",
        "Quarterdeck's alerts that fire now.",
        Unit.NUMBER,
        Query(f"count({FIRING}) or vector(0)"),
        width=SIXTH,
        steps=above(red=1),
    )


def _outcomes() -> Panel:
    return lines(
        "Chats by outcome",
        "How chats ended; denied ones were refused by a limit, a budget or a right.",
        Unit.REQUESTS,
        Query("sum by (outcome) (quarterdeck:chats:rate5m)", "{{outcome}}"),
        stacked=True,
    )


def _duration() -> Panel:
    return lines(
        "Duration",
        "Seconds from the head of a request to the end of its answer.",
        Unit.SECONDS,
        *quantiles("quarterdeck_gateway_request_duration_seconds", 0.5, 0.95, 0.99),
    )


def _tokens() -> Panel:
    return lines(
        "Tokens",
        "Tokens per second as providers counted them.",
        Unit.NUMBER,
        Query("sum by (direction) (quarterdeck:chat_tokens:rate5m)", "{{direction}}"),
        stacked=True,
    )


def _cost_per_hour() -> Panel:
    return lines(
        "Cost per hour",
        "What chats cost per hour at the present rate.",
        Unit.DOLLARS,
        Query("3600 * sum by (namespace) (quarterdeck:chat_cost_usd:rate5m)", "{{namespace}}"),
        stacked=True,
    )


def _firing() -> Panel:
    return rows(
        "Firing alerts",
        "Each alert has a runbook of its name in docs/runbooks.",
        Unit.NUMBER,
        Query(f"max by (alertname, severity, namespace) ({FIRING})"),
    )


def _not_ready() -> Panel:
    return rows(
        "Resources that are not ready",
        "By kind, namespace and the reason of their Ready condition.",
        Unit.NUMBER,
        Query('quarterdeck:resources:count{ready!="True"} > 0'),
        runbook="QuarterdeckAgentNotReady",
    )


def _planes() -> Panel:
    return lines(
        "Planes that answer",
        "Share of each plane's targets that Prometheus can read.",
        Unit.SHARE,
        Query('avg by (job) (up{job=~"quarterdeck-.*"})', "{{job}}"),
        steps=RED_BELOW_ONE,
        runbook="QuarterdeckTargetDown",
    )


def _versions() -> Panel:
    return lines(
        "Versions",
        "Processes by plane and version; two versions at once are an upgrade on its way.",
        Unit.NUMBER,
        Query(
            "count by (component, version) (quarterdeck_build_info)", "{{component}} {{version}}"
        ),
    )
