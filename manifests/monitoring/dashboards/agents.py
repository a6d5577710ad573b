"""Agents: how each is used, how fast it answers, and how its workers and models do."""

from typing import Any

from monitoring.boards import OF_AGENT, RATE, agents, board, namespaces
from monitoring.panels import Facts, Query, lines

_NAME = "{{namespace}}/{{agent}}"


def build() -> Any:
    """The dashboard."""
    return board(
        "agents",
        "Agents",
        "Chats, latency, workers and models of the chosen agents.",
        [("Chats", _chats()), ("Workers", _workers()), ("Models", _models())],
        [namespaces(), agents()],
    )


def _chats() -> list[Any]:
    failed = f'{OF_AGENT},status=~"5..",outcome!="client_gone"'
    requests = "quarterdeck_gateway_requests_total"
    by = "by (namespace, agent)"
    # An agent without failures has no series of them: its share is none of its chats.
    share = (
        f"(sum {by} (rate({requests}{{{failed}}}{RATE})) "
        f"or 0 * sum {by} (rate({requests}{{{OF_AGENT}}}{RATE}))) "
        f"/ (sum {by} (rate({requests}{{{OF_AGENT}}}{RATE})) > 0)"
    )
    return [
        lines(
            Facts(
                "Chats",
                "Chats per second by agent.",
                "reqps",
                [Query(f"sum {by} (quarterdeck:chats:rate5m{{{OF_AGENT}}})", _NAME)],
            ),
            stacked=True,
        ),
        lines(
            Facts(
                "Failed",
                "Share of an agent's chats that ended with a 5xx.",
                "percentunit",
                [Query(share, _NAME)],
                steps=((None, "green"), (0.05, "red")),
                runbook="QuarterdeckChatErrorsBurnFast",
            )
        ),
        lines(
            Facts(
                "Duration, p95",
                "Seconds from request to the end of the answer.",
                "s",
                [Query(f"quarterdeck:chat_duration_seconds:p95_rate5m{{{OF_AGENT}}}", _NAME)],
            )
        ),
        lines(
            Facts(
                "First byte, p95",
                "Seconds from request to the first byte of the answer.",
                "s",
                [Query(f"quarterdeck:chat_first_byte_seconds:p95_rate5m{{{OF_AGENT}}}", _NAME)],
                runbook="QuarterdeckChatsSlow",
            )
        ),
        lines(
            Facts(
                "Running",
                "Chats in flight.",
                "short",
                [Query(f"sum {by} (quarterdeck_gateway_inflight_requests{{{OF_AGENT}}})", _NAME)],
            )
        ),
        lines(
            Facts(
                "Tokens",
                "Tokens per second, in and out.",
                "short",
                [
                    Query(
                        "sum by (namespace, agent, direction) "
                        f"(quarterdeck:chat_tokens:rate5m{{{OF_AGENT}}})",
                        f"{_NAME} {{{{direction}}}}",
                    )
                ],
            )
        ),
    ]


def _workers() -> list[Any]:
    job = f'job="quarterdeck-worker",{OF_AGENT}'
    return [
        lines(
            Facts(
                "Ready workers",
                "Worker processes that take chats.",
                "short",
                [
                    Query(
                        f"sum by (namespace, agent) (quarterdeck_worker_ready{{{OF_AGENT}}})", _NAME
                    )
                ],
                runbook="QuarterdeckWorkersCrashLooping",
            )
        ),
        lines(
            Facts(
                "Restarts in an hour",
                "How often a worker's process began anew in its pod.",
                "short",
                [
                    Query(
                        "sum by (namespace, agent) "
                        f"(changes(process_start_time_seconds{{{job}}}[1h]))",
                        _NAME,
                    )
                ],
                steps=((None, "green"), (2, "red")),
                runbook="QuarterdeckWorkersCrashLooping",
            )
        ),
        lines(
            Facts(
                "CPU",
                "Cores used by each worker.",
                "short",
                [Query(f"rate(process_cpu_seconds_total{{{job}}}{RATE})", "{{agent}} {{pod}}")],
            )
        ),
        lines(
            Facts(
                "Memory",
                "Resident memory of each worker.",
                "bytes",
                [Query(f"process_resident_memory_bytes{{{job}}}", "{{agent}} {{pod}}")],
            )
        ),
    ]


def _models() -> list[Any]:
    calls = "quarterdeck_worker_model_call_duration_seconds"
    return [
        lines(
            Facts(
                "Model call, p95",
                "Seconds of one call of a model, up to its last token.",
                "s",
                [
                    Query(
                        "histogram_quantile(0.95, sum by (namespace, model, le) "
                        f"(rate({calls}_bucket{{{OF_AGENT}}}{RATE})))",
                        "{{namespace}}/{{model}}",
                    )
                ],
                8,
            )
        ),
        lines(
            Facts(
                "Calls",
                "Calls of models per second.",
                "reqps",
                [
                    Query(
                        f"sum by (namespace, model) (rate({calls}_count{{{OF_AGENT}}}{RATE}))",
                        "{{namespace}}/{{model}}",
                    )
                ],
                8,
            )
        ),
        lines(
            Facts(
                "Failed calls",
                "Also those that a fallback made good, by the error's code.",
                "reqps",
                [
                    Query(
                        "sum by (namespace, model, code) "
                        f"(rate(quarterdeck_worker_model_errors_total{{{OF_AGENT}}}{RATE}))",
                        "{{namespace}}/{{model}} {{code}}",
                    )
                ],
                8,
                runbook="QuarterdeckModelErrors",
            )
        ),
    ]
