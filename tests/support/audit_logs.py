"""Audit logs as gateways open them, for tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry
from sqlalchemy import select

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.audit.chain import ChainKey, Checkpoint
from quarterdeck_gateway.audit.chain_writer import ChainWriter
from quarterdeck_gateway.audit.metrics import AuditMetrics
from quarterdeck_gateway.audit.sql_log import SPOOL_KIND, SqlAuditLog
from quarterdeck_gateway.audit.store import AuditStore
from quarterdeck_gateway.audit.verification import VerificationReport, verify_log
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import audit_events

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


def event(number: int, once: str | None = None, **fields: object) -> AuditEvent:
    """One action on a key, told apart by its number."""
    values = {
        "action": AuditAction.KEY_CREATED,
        "actor": "admin",
        "subject": f"ApiKey/team-a/{number}",
        "namespace": "team-a",
        "at": "2026-11-23T00:00:00.000Z",
        "once": once,
        "detail": {"number": number},
    }
    return AuditEvent(**(values | fields))  # type: ignore[arg-type]


async def verified(database: Database, noted: Checkpoint | None = None) -> VerificationReport:
    """What the command says of the log in this database."""
    return await verify_log(AuditStore(database), ChainKey(PEPPER), noted)


async def subjects(database: Database) -> list[str]:
    """Of all stored events, in the order of the chain."""
    async with database.read() as connection:
        found = await connection.execute(
            select(audit_events.c.subject).order_by(audit_events.c.seq)
        )
        return list(found.scalars())
