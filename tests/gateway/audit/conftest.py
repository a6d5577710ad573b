"""Fixtures: an audit log over a real database of either kind."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.database.engine import Database
from support.audit_logs import OpenLog, new_log


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
        log = new_log(database, tmp_path / "spool", metrics)
        opened.append(log)
        return log

    yield open_one
    for log in opened:
        await log.close()
