"""The gateway: its traffic, its decisions, and the stores behind it."""

from typing import Any

from monitoring.boards import RATE, board
from monitoring.panels import Facts, Query, figure, lines

_UP = ((None, "red"), (1, "green"))


def build() -> Any:
    """The dashboard."""
    return board(
        "gateway",
        "Gateway",
        "Traffic, admission, and what the gateways depend on.",
        [
            ("Dependencies", _dependencies()),
            ("Traffic", _traffic()),
            ("Admission", _admission()),
            ("Records", _records()),
            ("Processes", _processes()),
        ],
    )


def _dependencies() -> list[Any]:
    what = {
        "store": ("Limits and budgets", "Redis", "QuarterdeckAdmissionStoreAway"),
        "database": ("Ledger", "the database", "QuarterdeckDatabaseAway"),
        "spool": ("Spool", "the spool has room", "QuarterdeckSpoolFull"),
        "agents": ("Agents known", "the list of agents", "QuarterdeckGatewayNotSynced"),
        "catalogue": ("Keys known", "Models, keys and budgets", "QuarterdeckGatewayNotSynced"),
    }
    panels = [
        figure(
            Facts(
                title,
                f"1 while every gateway has {name}, 0 as soon as one has not.",
                "bool_yes_no",
                [Query(f'min(quarterdeck_gateway_dependency_up{{dependency="{dependency}"}})')],
                4,
                4,
                _UP,
                runbook,
            )
        )
        for dependency, (title, name, runbook) in what.items()
    ]
    replicas = Facts(
        "Gateways",
        "Gateways that share the store of limits, as they counted themselves.",
        "short",
        [Query("max(quarterdeck_gateway_replicas)")],
        4,
        4,
    )
    return [*panels, figure(replicas)]


def _traffic() -> list[Any]:
    quantiles = [
        Query(
            f"histogram_quantile({quantile}, sum by (le) (rate("
            f"quarterdeck_gateway_time_to_first_byte_seconds_bucket{RATE})))",
            name,
        )
        for quantile, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
    ]
    per_status = f"sum by (status) (rate(quarterdeck_gateway_requests_total{RATE}))"
    return [
        lines(
            Facts(
                "Chats by status",
                "HTTP status that clients saw; 499 left before they saw one.",
                "reqps",
                [Query(per_status, "{{status}}")],
            ),
            stacked=True,
        ),
        lines(Facts("First byte", "Seconds until a worker's first byte.", "s", quantiles)),
        lines(
            Facts(
                "Running chats",
                "Chats in flight by gateway.",
                "short",
                [
                    Query(
                        "sum by (instance) (quarterdeck_gateway_inflight_requests)", "{{instance}}"
                    )
                ],
            )
        ),
        lines(
            Facts(
                "Retries and ejections",
                "Chats sent to another replica, and replicas set aside for a moment.",
                "ops",
                [
                    Query(
                        f"sum(rate(quarterdeck_gateway_upstream_retries_total{RATE}))", "retries"
                    ),
                    Query(
                        f"sum(rate(quarterdeck_gateway_replica_ejections_total{RATE}))", "ejections"
                    ),
                ],
                runbook="QuarterdeckReplicasRefusing",
            )
        ),
    ]


def _admission() -> list[Any]:
    store = "quarterdeck_gateway_admission_store_duration_seconds_bucket"
    return [
        lines(
            Facts(
                "Verdicts",
                "What admission said of chats.",
                "reqps",
                [
                    Query(
                        f"sum by (verdict) (rate(quarterdeck_gateway_admissions_total{RATE}))",
                        "{{verdict}}",
                    ),
                    Query(
                        f"sum(rate(quarterdeck_gateway_admissions_degraded_total{RATE}))",
                        "decided without the store",
                    ),
                ],
                runbook="QuarterdeckBudgetsUncountable",
            )
        ),
        lines(
            Facts(
                "Kept out",
                "Requests without a key, with a wrong one, or without the right.",
                "reqps",
                [
                    Query(
                        f"sum by (reason) (rate(quarterdeck_gateway_refusals_total{RATE}))",
                        "{{reason}}",
                    )
                ],
                runbook="QuarterdeckTooManyWrongKeys",
            )
        ),
        lines(
            Facts(
                "Store latency",
                "How long Redis takes to say whether a chat may begin.",
                "s",
                [
                    Query(f"histogram_quantile({q}, sum by (le) (rate({store}{RATE})))", name)
                    for q, name in ((0.5, "p50"), (0.99, "p99"))
                ],
                runbook="QuarterdeckAdmissionStoreSlow",
            )
        ),
        lines(
            Facts(
                "Settlements on their way",
                "True costs that the store has not got yet.",
                "short",
                [
                    Query(
                        "sum by (instance) (quarterdeck_gateway_settlements_unsent)", "{{instance}}"
                    ),
                    Query(
                        "sum(increase(quarterdeck_gateway_settlements_set_aside_total[1h]))",
                        "refused in an hour",
                    ),
                ],
                runbook="QuarterdeckSettlementsWaiting",
            )
        ),
    ]


def _records() -> list[Any]:
    spool = "quarterdeck_gateway_spool"
    return [
        lines(
            Facts(
                "Waiting for the database",
                "Records on disk, by kind.",
                "short",
                [
                    Query(f"sum by (kind) ({spool}_records)", "{{kind}}"),
                    Query(f"sum by (kind) ({spool}_unwritten_records)", "{{kind}}, in memory only"),
                ],
                runbook="QuarterdeckSpoolGrowing",
            )
        ),
        lines(
            Facts(
                "Lag of the ledger",
                "How long records wait while none is delivered.",
                "s",
                [Query(f"max by (kind) ({spool}_lag_seconds)", "{{kind}}")],
                runbook="QuarterdeckSpoolGrowing",
            )
        ),
        lines(
            Facts(
                "Deliveries",
                "Records brought to the database, and deliveries that it missed.",
                "ops",
                [
                    Query(f"sum by (kind) (rate({spool}_delivered_total{RATE}))", "{{kind}}"),
                    Query(
                        f"sum by (kind) (rate({spool}_delivery_failures_total{RATE}))",
                        "{{kind}}, failed",
                    ),
                ],
                runbook="QuarterdeckDatabaseAway",
            )
        ),
        lines(
            Facts(
                "Lost in an hour",
                "Records and events that are in no database, and breaks of the audit chain.",
                "short",
                [
                    Query(
                        "sum(increase(quarterdeck_gateway_ledger_failures_total[1h]))", "usage lost"
                    ),
                    Query(f"sum(increase({spool}_rejected_total[1h]))", "set aside"),
                    Query(
                        "sum(increase(quarterdeck_gateway_audit_events_lost_total[1h]))",
                        "audit lost",
                    ),
                    Query(
                        "sum(increase(quarterdeck_gateway_audit_chain_breaks_total[1h]))",
                        "chain breaks",
                    ),
                ],
                steps=((None, "green"), (1, "red")),
                runbook="QuarterdeckRecordsLost",
            )
        ),
    ]


def _processes() -> list[Any]:
    job = 'job="quarterdeck-gateway"'
    return [
        lines(
            Facts(
                "CPU",
                "Cores used by each gateway.",
                "short",
                [Query(f"rate(process_cpu_seconds_total{{{job}}}{RATE})", "{{instance}}")],
                8,
            )
        ),
        lines(
            Facts(
                "Memory",
                "Resident memory of each gateway.",
                "bytes",
                [Query(f"process_resident_memory_bytes{{{job}}}", "{{instance}}")],
                8,
            )
        ),
        lines(
            Facts(
                "Open files",
                "Connections, mostly; the limit is the container's.",
                "short",
                [Query(f"process_open_fds{{{job}}}", "{{instance}}")],
                8,
            )
        ),
    ]
