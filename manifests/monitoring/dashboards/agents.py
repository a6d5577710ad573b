"""Agents: how each is used, how fast it answers, and how its workers and models do."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.boards import OF_AGENT, agents, board, namespaces
from monitoring.panels import THIRD, Panel, Query, Unit, above, lines
from monitoring.promql import chosen, quantile, rate

_BY_AGENT = "sum by (namespace, agent)"
_NAME = "{{namespace}}/{{agent}}"
_WORKERS = f'job="quarterdeck-worker",{OF_AGENT}'
_POD = "{{agent}} {{pod}}"
_MODEL_CALL = "quarterdeck_worker_model_call_duration_seconds"
_MODEL = "{{namespace}}/{{model}}"


def build() -> Dashboard:
    """The dashboard."""
    chats = [_chats(), _failed(), _duration(), _first_byte(), _running(), _tokens()]
    return board(
        "agents",
        "Agents",
        "Chats, latency, workers and models of the chosen agents.",
        [
            ("Chats", chats),
            ("Workers", [_ready(), _restarts(), _cpu(), _memory()]),
            ("Models", [_model_calls_p95(), _model_calls(), _failed_model_calls()]),
        ],
        [namespaces(), agents()],
    )


def _chats() -> Panel:
    return lines(
        "Chats",
        "Chats per second by agent.",
        Unit.REQUESTS,
        Query(f"{_BY_AGENT} ({chosen('quarterdeck:chats:rate5m', OF_AGENT)})", _NAME),
        stacked=True,
    )


def _failed() -> Panel:
    requests = "quarterdeck_gateway_requests_total"
    every = f"{_BY_AGENT} ({rate(requests, OF_AGENT)})"
    bad = f'{OF_AGENT},status=~"5..",outcome!="client_gone"'
    # An agent without failures has no series of them: its share is none of its chats.
    failed = f"({_BY_AGENT} ({rate(requests, bad)}) or 0 * {every})"
    return lines(
        "Failed",
        "Share of an agent's chats that ended with a 5xx.",
        Unit.SHARE,
        Query(f"{failed} / ({every} > 0)", _NAME),
        steps=above(red=0.05),
        runbook="QuarterdeckChatErrorsBurnFast",
    )


def _duration() -> Panel:
    return lines(
        "Duration, p95",
        "Seconds from request to the end of the answer.",
        Unit.SECONDS,
        Query(chosen("quarterdeck:chat_duration_seconds:p95_rate5m", OF_AGENT), _NAME),
    )


def _first_byte() -> Panel:
    return lines(
        "First byte, p95",
        "Seconds from request to the first byte of the answer.",
        Unit.SECONDS,
        Query(chosen("quarterdeck:chat_first_byte_seconds:p95_rate5m", OF_AGENT), _NAME),
        runbook="QuarterdeckChatsSlow",
    )


def _running() -> Panel:
    return lines(
        "Running",
        "Chats in flight.",
        Unit.NUMBER,
        Query(f"{_BY_AGENT} ({chosen('quarterdeck_gateway_inflight_requests', OF_AGENT)})", _NAME),
    )


def _tokens() -> Panel:
    tokens = chosen("quarterdeck:chat_tokens:rate5m", OF_AGENT)
    return lines(
        "Tokens",
        "Tokens per second, in and out.",
        Unit.NUMBER,
        Query(f"sum by (namespace, agent, direction) ({tokens})", f"{_NAME} {{{{direction}}}}"),
    )


def _ready() -> Panel:
    return lines(
        "Ready workers",
        "Worker processes that take chats.",
        Unit.NUMBER,
        Query(f"{_BY_AGENT} ({chosen('quarterdeck_worker_ready', OF_AGENT)})", _NAME),
        runbook="QuarterdeckWorkersCrashLooping",
    )


def _restarts() -> Panel:
    started = chosen("process_start_time_seconds", _WORKERS)
    return lines(
        "Restarts in an hour",
        "How often a worker's process began anew in its pod.",
        Unit.NUMBER,
        Query(f"{_BY_AGENT} (changes({started}[1h]))", _NAME),
        steps=above(red=2),
        runbook="QuarterdeckWorkersCrashLooping",
    )


def _cpu() -> Panel:
    return lines(
        "CPU",
        "Cores used by each worker.",
        Unit.NUMBER,
        Query(rate("process_cpu_seconds_total", _WORKERS), _POD),
    )


def _memory() -> Panel:
    return lines(
        "Memory",
        "Resident memory of each worker.",
        Unit.BYTES,
        Query(chosen("process_resident_memory_bytes", _WORKERS), _POD),
    )


def _model_calls_p95() -> Panel:
    return lines(
        "Model call, p95",
        "Seconds of one call of a model, up to its last token.",
        Unit.SECONDS,
        Query(quantile(0.95, _MODEL_CALL, "namespace, model", OF_AGENT), _MODEL),
        width=THIRD,
    )


def _model_calls() -> Panel:
    return lines(
        "Calls",
        "Calls of models per second.",
        Unit.REQUESTS,
        Query(f"sum by (namespace, model) ({rate(f'{_MODEL_CALL}_count', OF_AGENT)})", _MODEL),
        width=THIRD,
    )


def _failed_model_calls() -> Panel:
    errors = rate("quarterdeck_worker_model_errors_total", OF_AGENT)
    return lines(
        "Failed calls",
        "Also those that a fallback made good, by the error's code.",
        Unit.REQUESTS,
        Query(f"sum by (namespace, model, code) ({errors})", f"{_MODEL} {{{{code}}}}"),
        width=THIRD,
        runbook="QuarterdeckModelErrors",
    )
