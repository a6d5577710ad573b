"""The first look: do chats work, what do they cost, does anything need a person."""

from typing import Any

from monitoring.boards import board
from monitoring.panels import Facts, Query, figure, lines, rows


def build() -> Any:
    """The dashboard."""
    return board(
        "overview",
        "Overview",
        "Whether chats work, what they cost, and what needs a person.",
        [("Now", _now()), ("Chats", _chats()), ("What needs a person", _troubles())],
    )


def _now() -> list[Any]:
    half_percent = ((None, "green"), (0.005, "orange"), (0.05, "red"))
    none = ((None, "green"), (1, "red"))
    return [
        figure(
            Facts(
                "Chats",
                "Chats per second that ended in the last minutes, whatever way.",
                "reqps",
                [Query("sum(rate(quarterdeck_gateway_requests_total[$__rate_interval]))")],
                4,
                4,
            )
        ),
        figure(
            Facts(
                "Failed",
                "Share of chats that ended with a 5xx in five minutes. The objective is 0.5 %.",
                "percentunit",
                [Query("quarterdeck:chat_errors:ratio_rate5m")],
                4,
                4,
                half_percent,
                "QuarterdeckChatErrorsBurnFast",
            )
        ),
        figure(
            Facts(
                "First byte, p95",
                "Nineteen of twenty chats got their first byte within this time.",
                "s",
                [
                    Query(
                        "histogram_quantile(0.95, sum by (le) (rate("
                        "quarterdeck_gateway_time_to_first_byte_seconds_bucket[5m])))"
                    )
                ],
                4,
                4,
                ((None, "green"), (5, "orange"), (10, "red")),
                "QuarterdeckChatsSlow",
            )
        ),
        figure(
            Facts(
                "Running",
                "Chats that are being answered now, over all gateways.",
                "short",
                [Query("sum(quarterdeck_gateway_inflight_requests)")],
                4,
                4,
            )
        ),
        figure(
            Facts(
                "Spent in 24 h",
                "What chats of the last day cost, by the prices of their Models.",
                "currencyUSD",
                [Query("sum(increase(quarterdeck_gateway_cost_usd_total[24h]))")],
                4,
                4,
            )
        ),
        figure(
            Facts(
                "Alerts",
                "Quarterdeck's alerts that fire now.",
                "short",
                [
                    Query(
                        'count(ALERTS{alertname=~"Quarterdeck.*",alertstate="firing"}) or vector(0)'
                    )
                ],
                4,
                4,
                none,
            )
        ),
    ]


def _chats() -> list[Any]:
    quantiles = [
        Query(
            f"histogram_quantile({quantile}, sum by (le) (rate("
            "quarterdeck_gateway_request_duration_seconds_bucket[$__rate_interval])))",
            name,
        )
        for quantile, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
    ]
    return [
        lines(
            Facts(
                "Chats by outcome",
                "How chats ended; denied ones were refused by a limit, a budget or a right.",
                "reqps",
                [Query("sum by (outcome) (quarterdeck:chats:rate5m)", "{{outcome}}")],
            ),
            stacked=True,
        ),
        lines(
            Facts(
                "Duration",
                "Seconds from the head of a request to the end of its answer.",
                "s",
                quantiles,
            )
        ),
        lines(
            Facts(
                "Tokens",
                "Tokens per second as providers counted them.",
                "short",
                [Query("sum by (direction) (quarterdeck:chat_tokens:rate5m)", "{{direction}}")],
            ),
            stacked=True,
        ),
        lines(
            Facts(
                "Cost per hour",
                "What chats cost per hour at the present rate.",
                "currencyUSD",
                [
                    Query(
                        "3600 * sum by (namespace) (quarterdeck:chat_cost_usd:rate5m)",
                        "{{namespace}}",
                    )
                ],
            ),
            stacked=True,
        ),
    ]


def _troubles() -> list[Any]:
    return [
        rows(
            Facts(
                "Firing alerts",
                "Each alert has a runbook of its name in docs/runbooks.",
                "short",
                [
                    Query(
                        "max by (alertname, severity, namespace) "
                        '(ALERTS{alertname=~"Quarterdeck.*",alertstate="firing"})'
                    )
                ],
            )
        ),
        rows(
            Facts(
                "Resources that are not ready",
                "By kind, namespace and the reason of their Ready condition.",
                "short",
                [Query('quarterdeck:resources:count{ready!="True"} > 0')],
                runbook="QuarterdeckAgentNotReady",
            )
        ),
        lines(
            Facts(
                "Planes that answer",
                "Share of each plane's targets that Prometheus can read.",
                "percentunit",
                [Query('avg by (job) (up{job=~"quarterdeck-.*"})', "{{job}}")],
                steps=((None, "red"), (1, "green")),
                runbook="QuarterdeckTargetDown",
            )
        ),
        lines(
            Facts(
                "Versions",
                "Processes by plane and version; two versions at once are an upgrade on its way.",
                "short",
                [
                    Query(
                        "count by (component, version) (quarterdeck_build_info)",
                        "{{component}} {{version}}",
                    )
                ],
            )
        ),
    ]
