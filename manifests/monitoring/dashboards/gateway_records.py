"""Two rows of the gateway's dashboard: records on their way to the database, and its processes."""

from monitoring.panels import THIRD, Panel, Query, Unit, above, lines
from monitoring.promql import chosen, increase, rate

_SPOOL = "quarterdeck_gateway_spool"
_JOB = 'job="quarterdeck-gateway"'


def records() -> list[Panel]:
    """What waits, how long, what arrives and what is lost."""
    return [_waiting(), _lag(), _deliveries(), _lost()]


def processes() -> list[Panel]:
    """What each gateway uses of its machine."""
    return [_cpu(), _memory(), _open_files()]


def _waiting() -> Panel:
    return lines(
        "Waiting for the database",
        "Records on disk, by kind.",
        Unit.NUMBER,
        Query(f"sum by (kind) ({_SPOOL}_records)", "{{kind}}"),
        Query(f"sum by (kind) ({_SPOOL}_unwritten_records)", "{{kind}}, in memory only"),
        runbook="QuarterdeckSpoolGrowing",
    )


def _lag() -> Panel:
    return lines(
        "Lag of the ledger",
        "How long records wait while none is delivered.",
        Unit.SECONDS,
        Query(f"max by (kind) ({_SPOOL}_lag_seconds)", "{{kind}}"),
        runbook="QuarterdeckSpoolGrowing",
    )


def _deliveries() -> Panel:
    failures = rate(f"{_SPOOL}_delivery_failures_total")
    return lines(
        "Deliveries",
        "Records brought to the database, those that stopped gateways left, and missed deliveries.",
        Unit.OPERATIONS,
        Query(f"sum by (kind) ({rate(f'{_SPOOL}_delivered_total')})", "{{kind}}"),
        Query(f"sum by (kind) ({rate(f'{_SPOOL}_taken_over_total')})", "{{kind}}, left by others"),
        Query(f"sum by (kind) ({failures})", "{{kind}}, failed"),
        runbook="QuarterdeckDatabaseAway",
    )


def _lost() -> Panel:
    losses = {
        "quarterdeck_gateway_ledger_failures_total": "usage lost",
        f"{_SPOOL}_rejected_total": "set aside",
        "quarterdeck_gateway_audit_events_lost_total": "audit lost",
        "quarterdeck_gateway_audit_chain_breaks_total": "chain breaks",
    }
    return lines(
        "Lost in an hour",
        "Records and events that are in no database, and breaks of the audit chain.",
        Unit.NUMBER,
        *(Query(f"sum({increase(counter)})", name) for counter, name in losses.items()),
        steps=above(red=1),
        runbook="QuarterdeckRecordsLost",
    )


def _cpu() -> Panel:
    return lines(
        "CPU",
        "Cores used by each gateway.",
        Unit.NUMBER,
        Query(rate("process_cpu_seconds_total", _JOB), "{{instance}}"),
        width=THIRD,
    )


def _memory() -> Panel:
    return lines(
        "Memory",
        "Resident memory of each gateway.",
        Unit.BYTES,
        Query(chosen("process_resident_memory_bytes", _JOB), "{{instance}}"),
        width=THIRD,
    )


def _open_files() -> Panel:
    return lines(
        "Open files",
        "Connections, mostly; the limit is the container's.",
        Unit.NUMBER,
        Query(chosen("process_open_fds", _JOB), "{{instance}}"),
        width=THIRD,
    )
