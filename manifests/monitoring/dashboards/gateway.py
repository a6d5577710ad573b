"""The gateway: its traffic, its decisions, and the stores behind it."""

from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitoring.boards import board
from monitoring.dashboards import gateway_records
from monitoring.panels import RED_BELOW_ONE, SIXTH, Panel, Query, Unit, figure, lines
from monitoring.promql import increase, quantiles, rate

_DEPENDENCIES: Final = {
    "store": ("Limits and budgets", "Redis", "QuarterdeckAdmissionStoreAway"),
    "database": ("Ledger", "the database", "QuarterdeckDatabaseAway"),
    "spool": ("Spool", "the spool has room", "QuarterdeckSpoolFull"),
    "agents": ("Agents known", "the list of agents", "QuarterdeckGatewayNotSynced"),
    "catalogue": ("Keys known", "Models, keys and budgets", "QuarterdeckGatewayNotSynced"),
}
"""Title, what a gateway has, and runbook, by the label ``dependency``."""


def build() -> Dashboard:
    """The dashboard."""
    dependencies = [_dependency(label, *facts) for label, facts in _DEPENDENCIES.items()]
    return board(
        "gateway",
        "Gateway",
        "Traffic, admission, and what the gateways depend on.",
        [
            ("Dependencies", [*dependencies, _gateways()]),
            ("Traffic", [_statuses(), _first_byte(), _running(), _retries()]),
            ("Admission", [_verdicts(), _kept_out(), _store_latency(), _settlements()]),
            ("Records", gateway_records.records()),
            ("Processes", gateway_records.processes()),
        ],
    )


def _dependency(label: str, title: str, what: str, runbook: str) -> Panel:
    return figure(
        title,
        f"1 while every gateway has {what}, 0 as soon as one has not.",
        Unit.YES_NO,
        Query(f'min(quarterdeck_gateway_dependency_up{{dependency="{label}"}})'),
        width=SIXTH,
        steps=RED_BELOW_ONE,
        runbook=runbook,
    )


def _gateways() -> Panel:
    return figure(
        "Gateways",
        "Gateways that share the store of limits, as they counted themselves.",
        Unit.NUMBER,
        Query("max(quarterdeck_gateway_replicas)"),
        width=SIXTH,
    )


def _statuses() -> Panel:
    return lines(
        "Chats by status",
        "HTTP status that clients saw; 499 left before they saw one.",
        Unit.REQUESTS,
        Query(f"sum by (status) ({rate('quarterdeck_gateway_requests_total')})", "{{status}}"),
        stacked=True,
    )


def _first_byte() -> Panel:
    return lines(
        "First byte",
        "Seconds until a worker's first byte.",
        Unit.SECONDS,
        *quantiles("quarterdeck_gateway_time_to_first_byte_seconds", 0.5, 0.95, 0.99),
    )


def _running() -> Panel:
    return lines(
        "Running chats",
        "Chats in flight by gateway.",
        Unit.NUMBER,
        Query("sum by (instance) (quarterdeck_gateway_inflight_requests)", "{{instance}}"),
    )


def _retries() -> Panel:
    return lines(
        "Retries and ejections",
        "Chats sent to another replica, and replicas set aside for a moment.",
        Unit.OPERATIONS,
        Query(f"sum({rate('quarterdeck_gateway_upstream_retries_total')})", "retries"),
        Query(f"sum({rate('quarterdeck_gateway_replica_ejections_total')})", "ejections"),
        runbook="QuarterdeckReplicasRefusing",
    )


def _verdicts() -> Panel:
    verdicts = rate("quarterdeck_gateway_admissions_total")
    degraded = rate("quarterdeck_gateway_admissions_degraded_total")
    return lines(
        "Verdicts",
        "What admission said of chats.",
        Unit.REQUESTS,
        Query(f"sum by (verdict) ({verdicts})", "{{verdict}}"),
        Query(f"sum({degraded})", "decided without the store"),
        runbook="QuarterdeckBudgetsUncountable",
    )


def _kept_out() -> Panel:
    return lines(
        "Kept out",
        "Requests without a key, with a wrong one, or without the right.",
        Unit.REQUESTS,
        Query(f"sum by (reason) ({rate('quarterdeck_gateway_refusals_total')})", "{{reason}}"),
        runbook="QuarterdeckTooManyWrongKeys",
    )


def _store_latency() -> Panel:
    return lines(
        "Store latency",
        "How long Redis takes to say whether a chat may begin.",
        Unit.SECONDS,
        *quantiles("quarterdeck_gateway_admission_store_duration_seconds", 0.5, 0.99),
        runbook="QuarterdeckAdmissionStoreSlow",
    )


def _settlements() -> Panel:
    refused = increase("quarterdeck_gateway_settlements_set_aside_total")
    return lines(
        "Settlements on their way",
        "True costs that the store has not got yet.",
        Unit.NUMBER,
        Query("sum by (instance) (quarterdeck_gateway_settlements_unsent)", "{{instance}}"),
        Query(f"sum({refused})", "refused in an hour"),
        runbook="QuarterdeckSettlementsWaiting",
    )
