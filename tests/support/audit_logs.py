"""Audit logs as gateways open them, for tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry

from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.audit.chain_writer import ChainWriter
from quarterdeck_gateway.audit.metrics import AuditMetrics
from quarterdeck_gateway.audit.sql_log import SPOOL_KIND, SqlAuditLog
from quarterdeck_gateway.database.engine import Database

PEPPER: Final = b"p" * 32

OpenLog = Callable[[], SqlAuditLog]


def new_log(database: Database, spool: Path, registry: CollectorRegistry) -> SqlAuditLog:
    """One gateway's log; others may have the same database and spool folder."""
    metrics = AuditMetrics(registry)
    return SqlAuditLog(
        ChainWriter(database, ChainKey(PEPPER), metrics),
        Spool(spool, SPOOL_KIND),
        DrainMetrics(registry),
        metrics,
    )
