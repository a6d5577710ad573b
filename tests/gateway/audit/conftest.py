"""Fixtures: an audit log over a real database of either kind."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.audit.chain_writer import ChainWriter
from quarterdeck_gateway.audit.metrics import AuditMetrics
from quarterdeck_gateway.audit.sql_log import SPOOL_KIND, SqlAuditLog
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate
from support.postgres_servers import database_url, postgres

__all__ = ["database_url", "postgres"]

PEPPER = b"p" * 32

OpenLog = Callable[[], SqlAuditLog]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with our tables."""
    opened = Database.open(database_url)
    await migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture
def registry() -> CollectorRegistry:
    """What Prometheus would see of the log that was opened first."""
    return CollectorRegistry()


@pytest.fixture
async def open_log(
    database: Database, tmp_path: Path, registry: CollectorRegistry
) -> AsyncIterator[OpenLog]:
    """Opens audit logs as gateways of their own would, over one database and spool folder."""
    opened: list[SqlAuditLog] = []

    def open_one() -> SqlAuditLog:
        metrics = registry if not opened else CollectorRegistry()
        audit_metrics = AuditMetrics(metrics)
        log = SqlAuditLog(
            ChainWriter(database, ChainKey(PEPPER), audit_metrics),
            Spool(tmp_path / "spool", SPOOL_KIND),
            DrainMetrics(metrics),
            audit_metrics,
        )
        opened.append(log)
        return log

    yield open_one
    for log in opened:
        await log.close()
