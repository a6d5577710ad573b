"""Opens what a gateway keeps its books in: the database, the ledger and audit log over it, and the
shared store of limits and budgets. Each closes with the stack that it was opened on.
"""

from contextlib import AsyncExitStack

from prometheus_client import CollectorRegistry

from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.redis_hand_over import RedisHandOver
from quarterdeck_gateway.accounting.sealing import SealedHandOver
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.accounting.sql_ledger import SPOOL_KIND as USAGE
from quarterdeck_gateway.accounting.sql_ledger import SqlLedger
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.audit.chain_writer import ChainWriter
from quarterdeck_gateway.audit.metrics import AuditMetrics
from quarterdeck_gateway.audit.sql_log import SPOOL_KIND as AUDIT
from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.schema_gate import SchemaGate
from quarterdeck_gateway.settings import Settings


async def open_database(settings: Settings, stack: AsyncExitStack) -> tuple[Database, SchemaGate]:
    """The database, its schema checked if it answers, and what checks it later when it did not:
    have that run. Raises SchemaMismatch."""
    database = Database.open(settings.database_url.get_secret_value())
    stack.push_async_callback(database.close)
    gate = SchemaGate(database, migrates=settings.migrate_on_start)
    await gate.open()
    return database, gate


def open_books(
    settings: Settings, database: Database, metrics: CollectorRegistry, stack: AsyncExitStack
) -> tuple[SqlLedger, SqlAuditLog]:
    """Usage records and the audit log; on exit they deliver, or hand over, what they can."""
    directory, drained = settings.spool_directory, DrainMetrics(metrics)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    hand_over = _open_hand_over(settings, stack)
    ledger = SqlLedger(database, Spool(directory, USAGE), drained, hand_over)
    stack.push_async_callback(ledger.close)
    audit_metrics = AuditMetrics(metrics)
    chain = ChainWriter(
        database, ChainKey(settings.key_pepper.get_secret_value().encode()), audit_metrics
    )
    audit = SqlAuditLog(chain, Spool(directory, AUDIT), drained, audit_metrics, hand_over)
    stack.push_async_callback(audit.close)
    return ledger, audit


def _open_hand_over(settings: Settings, stack: AsyncExitStack) -> SealedHandOver | None:
    if not settings.hand_over:
        return None
    url = settings.redis_url.get_secret_value()
    hand_over = RedisHandOver.open(url, settings.redis_prefix)
    stack.push_async_callback(hand_over.close)
    return SealedHandOver(hand_over, settings.key_pepper.get_secret_value().encode())


def open_store(settings: Settings, stack: AsyncExitStack) -> RedisAdmissionStore:
    """What all gateways share about limits and budgets."""
    store = RedisAdmissionStore.open(
        settings.redis_url.get_secret_value(),
        settings.redis_prefix,
        settings.redis_timeout_seconds,
        settings.reservation_seconds,
    )
    stack.push_async_callback(store.close)
    return store
