"""The operator: who leads, how work flows through its queue, and what the API server says."""

from typing import Any

from monitoring.boards import NAMESPACE, RATE, board, namespaces
from monitoring.panels import Facts, Query, figure, lines, rows

_JOB = 'job="quarterdeck-operator"'


def build() -> Any:
    """The dashboard."""
    return board(
        "operator",
        "Operator",
        "Leader, queue, reconciles, watches, and how resources stand.",
        [
            ("Now", _now()),
            ("Resources", _resources()),
            ("Work", _work()),
            ("Kubernetes API", _api()),
        ],
        [namespaces()],
    )


def _now() -> list[Any]:
    seen = f"time() - quarterdeck_operator_last_reconcile_success_timestamp_seconds{{{_JOB}}}"
    return [
        figure(
            Facts(
                "Leaders",
                "Replicas that hold the Lease: always one.",
                "short",
                [Query(f"sum(leader_election_master_status{{{_JOB}}})")],
                6,
                4,
                ((None, "red"), (1, "green"), (2, "red")),
                "QuarterdeckOperatorWithoutLeader",
            )
        ),
        figure(
            Facts(
                "Waiting keys",
                "Resources that wait to be looked at.",
                "short",
                [Query(f"sum(workqueue_depth{{{_JOB}}})")],
                6,
                4,
                ((None, "green"), (100, "orange")),
                "QuarterdeckQueueNotDraining",
            )
        ),
        figure(
            Facts(
                "Last success",
                "Time since any reconcile ended without an error; long where nothing changes.",
                "s",
                [Query(f"min({seen})")],
                6,
                4,
            )
        ),
        figure(
            Facts(
                "Stalled resources",
                "Resources that wait for a person.",
                "short",
                [Query('sum(quarterdeck:resources:count{stalled="True"}) or vector(0)')],
                6,
                4,
                ((None, "green"), (1, "red")),
                "QuarterdeckResourcesStalled",
            )
        ),
    ]


def _resources() -> list[Any]:
    return [
        lines(
            Facts(
                "Resources",
                "By kind and whether they are ready.",
                "short",
                [
                    Query(
                        f"sum by (kind, ready) (quarterdeck:resources:count{{{NAMESPACE}}})",
                        "{{kind}}, ready: {{ready}}",
                    )
                ],
            )
        ),
        rows(
            Facts(
                "How resources stand",
                "Number of resources by namespace, kind, and reason of their Ready condition.",
                "short",
                [Query(f"quarterdeck:resources:count{{{NAMESPACE}}}")],
                runbook="QuarterdeckAgentNotReady",
            )
        ),
    ]


def _quantile(quantile: float, metric: str, by: str) -> str:
    buckets = f"rate({metric}_bucket{{{_JOB}}}{RATE})"
    return f"histogram_quantile({quantile}, sum by ({by}, le) ({buckets}))"


def _work() -> list[Any]:
    reconciles = f"rate(controller_runtime_reconcile_total{{{_JOB}}}{RATE})"
    errors = f"rate(controller_runtime_reconcile_errors_total{{{_JOB}}}{RATE})"
    return [
        lines(
            Facts(
                "Reconciles",
                "By result; requeue_after comes back by plan, error after a pause.",
                "ops",
                [Query(f"sum by (result) ({reconciles})", "{{result}}")],
            ),
            stacked=True,
        ),
        lines(
            Facts(
                "Errors and retries",
                "Reconciles that failed, and keys that come back because of it, by kind.",
                "ops",
                [
                    Query(f"sum by (controller) ({errors})", "{{controller}} errors"),
                    Query(
                        f"sum by (name) (rate(workqueue_retries_total{{{_JOB}}}{RATE}))",
                        "{{name}} retries",
                    ),
                ],
                runbook="QuarterdeckReconcileErrors",
            )
        ),
        lines(
            Facts(
                "Wait in the queue, p99",
                "Seconds until a worker takes a key.",
                "s",
                [Query(_quantile(0.99, "workqueue_queue_duration_seconds", "name"), "{{name}}")],
                runbook="QuarterdeckQueueNotDraining",
            )
        ),
        lines(
            Facts(
                "Reconcile, p99",
                "Seconds that one reconcile takes.",
                "s",
                [
                    Query(
                        _quantile(0.99, "controller_runtime_reconcile_time_seconds", "controller"),
                        "{{controller}}",
                    )
                ],
            )
        ),
        lines(
            Facts(
                "Depth of the queue",
                "Keys that wait, by kind.",
                "short",
                [Query(f"sum by (name) (workqueue_depth{{{_JOB}}})", "{{name}}")],
            )
        ),
        lines(
            Facts(
                "Workers busy",
                "Reconciles that run now; the setting is QUARTERDECK_RECONCILE_WORKERS.",
                "short",
                [Query(f"sum(controller_runtime_active_workers{{{_JOB}}})", "busy")],
            )
        ),
    ]


def _api() -> list[Any]:
    seen = "watch_last_seen_timestamp_seconds"
    return [
        lines(
            Facts(
                "Requests",
                "Requests to the Kubernetes API by status code.",
                "reqps",
                [
                    Query(
                        f"sum by (code) (rate(rest_client_requests_total{{{_JOB}}}{RATE}))",
                        "{{code}}",
                    )
                ],
            )
        ),
        lines(
            Facts(
                "Latency, p99",
                "Seconds until its answer begins, by kind of object.",
                "s",
                [
                    Query(
                        _quantile(0.99, "rest_client_request_duration_seconds", "resource"),
                        "{{resource}}",
                    )
                ],
            )
        ),
        lines(
            Facts(
                "Age of watches",
                "Seconds since a watch heard of anything; bookmarks come every minute.",
                "s",
                [
                    Query(
                        f"max by (kind) (time() - quarterdeck_operator_{seen})",
                        "operator {{kind}}",
                    ),
                    Query(
                        f"max by (kind) (time() - quarterdeck_gateway_{seen})", "gateway {{kind}}"
                    ),
                ],
                steps=((None, "green"), (180, "red")),
                runbook="QuarterdeckWatchStale",
            )
        ),
        lines(
            Facts(
                "CPU and memory",
                "Cores of each replica on one axis, resident gigabytes on the same.",
                "short",
                [
                    Query(f"rate(process_cpu_seconds_total{{{_JOB}}}{RATE})", "{{instance}} cores"),
                    Query(f"process_resident_memory_bytes{{{_JOB}}} / 2^30", "{{instance}} GiB"),
                ],
            )
        ),
    ]
