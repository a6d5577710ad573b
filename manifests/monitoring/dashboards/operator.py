"""The operator: who leads, how work flows through its queue, and what the API server says."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.boards import NAMESPACE, board, namespaces
from monitoring.panels import QUARTER, Panel, Query, Unit, above, figure, lines, rows
from monitoring.promql import chosen, quantile, rate

_JOB = 'job="quarterdeck-operator"'
_RESOURCES = chosen("quarterdeck:resources:count", NAMESPACE)
_DEPTH = chosen("workqueue_depth", _JOB)


def build() -> Dashboard:
    """The dashboard."""
    work = [_reconciles(), _errors(), _wait(), _reconcile_p99(), _depth(), _busy()]
    return board(
        "operator",
        "Operator",
        "Leader, queue, reconciles, watches, and how resources stand.",
        [
            ("Now", [_leaders(), _waiting(), _last_success(), _stalled()]),
            ("Resources", [_resources(), _reasons()]),
            ("Work", work),
            ("Kubernetes API", [_requests(), _latency(), _age_of_watches(), _cpu_and_memory()]),
        ],
        [namespaces()],
    )


def _leaders() -> Panel:
    return figure(
        "Leaders",
        "Replicas that hold the Lease: always one.",
        Unit.NUMBER,
        Query(f"sum({chosen('leader_election_master_status', _JOB)})"),
        width=QUARTER,
        steps=((None, "red"), (1, "green"), (2, "red")),
        runbook="QuarterdeckOperatorWithoutLeader",
    )


def _waiting() -> Panel:
    return figure(
        "Waiting keys",
        "Resources that wait to be looked at.",
        Unit.NUMBER,
        Query(f"sum({_DEPTH})"),
        width=QUARTER,
        steps=above(orange=100),
        runbook="QuarterdeckQueueNotDraining",
    )


def _last_success() -> Panel:
    succeeded = chosen("quarterdeck_operator_last_reconcile_success_timestamp_seconds", _JOB)
    return figure(
        "Last success",
        "Time since any reconcile ended without an error; long where nothing changes.",
        Unit.SECONDS,
        Query(f"min(time() - {succeeded})"),
        width=QUARTER,
    )


def _stalled() -> Panel:
    return figure(
        "Stalled resources",
        "Resources that wait for a person.",
        Unit.NUMBER,
        Query('sum(quarterdeck:resources:count{stalled="True"}) or vector(0)'),
        width=QUARTER,
        steps=above(red=1),
        runbook="QuarterdeckResourcesStalled",
    )


def _resources() -> Panel:
    return lines(
        "Resources",
        "By kind and whether they are ready.",
        Unit.NUMBER,
        Query(f"sum by (kind, ready) ({_RESOURCES})", "{{kind}}, ready: {{ready}}"),
    )


def _reasons() -> Panel:
    return rows(
        "How resources stand",
        "Number of resources by namespace, kind, and reason of their Ready condition.",
        Unit.NUMBER,
        Query(_RESOURCES),
        runbook="QuarterdeckAgentNotReady",
    )


def _reconciles() -> Panel:
    reconciles = rate("controller_runtime_reconcile_total", _JOB)
    return lines(
        "Reconciles",
        "By result; requeue_after comes back by plan, error after a pause.",
        Unit.OPERATIONS,
        Query(f"sum by (result) ({reconciles})", "{{result}}"),
        stacked=True,
    )


def _errors() -> Panel:
    errors = rate("controller_runtime_reconcile_errors_total", _JOB)
    retries = rate("workqueue_retries_total", _JOB)
    return lines(
        "Errors and retries",
        "Reconciles that failed, and keys that come back because of it, by kind.",
        Unit.OPERATIONS,
        Query(f"sum by (controller) ({errors})", "{{controller}} errors"),
        Query(f"sum by (name) ({retries})", "{{name}} retries"),
        runbook="QuarterdeckReconcileErrors",
    )


def _wait() -> Panel:
    return lines(
        "Wait in the queue, p99",
        "Seconds until a worker takes a key.",
        Unit.SECONDS,
        Query(quantile(0.99, "workqueue_queue_duration_seconds", "name", _JOB), "{{name}}"),
        runbook="QuarterdeckQueueNotDraining",
    )


def _reconcile_p99() -> Panel:
    seconds = "controller_runtime_reconcile_time_seconds"
    return lines(
        "Reconcile, p99",
        "Seconds that one reconcile takes.",
        Unit.SECONDS,
        Query(quantile(0.99, seconds, "controller", _JOB), "{{controller}}"),
    )


def _depth() -> Panel:
    return lines(
        "Depth of the queue",
        "Keys that wait, by kind.",
        Unit.NUMBER,
        Query(f"sum by (name) ({_DEPTH})", "{{name}}"),
    )


def _busy() -> Panel:
    return lines(
        "Workers busy",
        "Reconciles that run now; the setting is QUARTERDECK_RECONCILE_WORKERS.",
        Unit.NUMBER,
        Query(f"sum({chosen('controller_runtime_active_workers', _JOB)})", "busy"),
    )


def _requests() -> Panel:
    return lines(
        "Requests",
        "Requests to the Kubernetes API by status code.",
        Unit.REQUESTS,
        Query(f"sum by (code) ({rate('rest_client_requests_total', _JOB)})", "{{code}}"),
    )


def _latency() -> Panel:
    seconds = "rest_client_request_duration_seconds"
    return lines(
        "Latency, p99",
        "Seconds until its answer begins, by kind of object.",
        Unit.SECONDS,
        Query(quantile(0.99, seconds, "resource", _JOB), "{{resource}}"),
    )


def _age_of_watches() -> Panel:
    ages = [
        Query(
            f"max by (kind) (time() - quarterdeck_{plane}_watch_last_seen_timestamp_seconds)",
            f"{plane} {{{{kind}}}}",
        )
        for plane in ("operator", "gateway")
    ]
    return lines(
        "Age of watches",
        "Seconds since a watch heard of anything; bookmarks come every minute.",
        Unit.SECONDS,
        *ages,
        steps=above(red=180),
        runbook="QuarterdeckWatchStale",
    )


def _cpu_and_memory() -> Panel:
    memory = chosen("process_resident_memory_bytes", _JOB)
    return lines(
        "CPU and memory",
        "Cores of each replica on one axis, resident gigabytes on the same.",
        Unit.NUMBER,
        Query(rate("process_cpu_seconds_total", _JOB), "{{instance}} cores"),
        Query(f"{memory} / 2^30", "{{instance}} GiB"),
    )
