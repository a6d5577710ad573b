"""Puts a real gateway together: what is opened first is closed last, and one list of what runs.

Opening:  database -> ledger, audit log -> store, keeper -> reports -> identity, upstream
Closing:  reports stop, then what is owed goes out: settlements, usage records, audit events.
"""

import socket
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from fastapi import APIRouter
from prometheus_client import CollectorRegistry

from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.history import LedgerHistory
from quarterdeck_gateway.accounting.metrics import GatewayMetrics
from quarterdeck_gateway.accounting.prices import CataloguePricer
from quarterdeck_gateway.accounting.retention import Retention
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.accounting.sql_ledger import SPOOL_KIND as USAGE
from quarterdeck_gateway.accounting.sql_ledger import SqlLedger
from quarterdeck_gateway.admission.keeper import Keeper
from quarterdeck_gateway.admission.last_used import LastUsed
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.recount import Recount
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore
from quarterdeck_gateway.admission.reporter import Reporter
from quarterdeck_gateway.admission.unpriced import PriceSurveyor
from quarterdeck_gateway.alerts.opening import open_alerts
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.audit.chain_writer import ChainWriter
from quarterdeck_gateway.audit.metrics import AuditMetrics
from quarterdeck_gateway.audit.sql_log import SPOOL_KIND as AUDIT
from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.background import Run, background
from quarterdeck_gateway.catalogue.attribution import ChangeAudit
from quarterdeck_gateway.catalogue.port import Catalogue, ResourceWriter
from quarterdeck_gateway.chat.preloading import load_when_needed
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseAway
from quarterdeck_gateway.database.schema import check_schema
from quarterdeck_gateway.identity.opening import open_identity
from quarterdeck_gateway.management import Desk, management_routers
from quarterdeck_gateway.routing.loads import ReplicaLoads
from quarterdeck_gateway.routing.registry import Registry
from quarterdeck_gateway.services import Clock, Drain, Services
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.tracing.opening import open_tracing
from quarterdeck_gateway.upstream.client import HttpUpstream, Timeouts
from quarterdeck_gateway.upstream.guard import worker_addresses

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Gateway:
    """A gateway that is ready to serve."""

    services: Services
    management: Sequence[APIRouter]


@asynccontextmanager
async def open_gateway(
    settings: Settings,
    registry: Registry,
    catalogue: Catalogue,
    writer: ResourceWriter,
    *,
    metrics: CollectorRegistry | None = None,
    clock: Clock | None = None,
    alone: bool = False,
) -> AsyncIterator[Gateway]:
    """A real gateway over ``registry`` and ``catalogue``; everything is closed on exit.

    ``metrics`` is the Prometheus registry that /metrics shows; a new one when None. ``alone`` says
    that no other gateway shares the store, ever. Raises
    SchemaMismatch when the database needs ``quarterdeck migrate``, OSError when the spool cannot be
    written to.
    """
    clock, metrics = clock or Clock(), metrics or CollectorRegistry()
    async with AsyncExitStack() as stack:
        base = await _base(settings, catalogue, writer, metrics, clock, stack, alone=alone)
        reporting = await _reporting(settings, registry, base, stack)
        services = await _services(settings, registry, base, reporting.last_used, stack)
        desk = Desk(settings, catalogue, writer, base.database, base.ledger, base.audit, clock)
        recount = _recount(settings, base)
        # In this order they end: first who reports, then who keeps the books.
        books = (base.keeper.run, recount.run, base.audit.run, base.ledger.run)
        running = (*reporting.runs, *books)
        async with background(running):
            yield Gateway(services, management_routers(desk))


@dataclass(frozen=True)
class _Base:
    """What everything else stands on: the books, and admission over the shared store."""

    catalogue: Catalogue
    writer: ResourceWriter
    metrics: CollectorRegistry
    clock: Clock
    instance: str
    """Name of this gateway among those that share the store."""
    database: Database
    ledger: SqlLedger
    audit: SqlAuditLog
    store: RedisAdmissionStore
    admission_metrics: AdmissionMetrics
    keeper: Keeper
    pricer: CataloguePricer


@dataclass(frozen=True)
class _Reporting:
    """What tells people how things stand."""

    last_used: LastUsed
    runs: tuple[Run, ...]


async def _base(
    settings: Settings,
    catalogue: Catalogue,
    writer: ResourceWriter,
    metrics: CollectorRegistry,
    clock: Clock,
    stack: AsyncExitStack,
    *,
    alone: bool,
) -> _Base:
    instance = f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}"
    database = await _database(settings, stack)
    ledger, audit = _books(settings, database, metrics, stack)
    store, admission_metrics = _store(settings, stack), AdmissionMetrics(metrics)
    keeper = Keeper(
        store,
        catalogue,
        LedgerHistory(ledger),
        admission_metrics,
        gateway=instance,
        reservation_seconds=settings.reservation_seconds,
        alone=alone,
    )
    load_when_needed(catalogue)
    changes = ChangeAudit(audit, clock.now)
    catalogue.subscribe(changes.observe)
    stack.callback(changes.flush)
    return _Base(
        catalogue=catalogue,
        writer=writer,
        metrics=metrics,
        clock=clock,
        instance=instance,
        database=database,
        ledger=ledger,
        audit=audit,
        store=store,
        admission_metrics=admission_metrics,
        keeper=keeper,
        pricer=CataloguePricer(catalogue),
    )


def _recount(settings: Settings, base: _Base) -> Recount:
    keeper = base.keeper
    recount = Recount(
        base.store, keeper.breaker, keeper.outbox, base.catalogue, settings.spool_directory
    )
    base.ledger.when_adopted(recount.due)
    return recount


async def _reporting(
    settings: Settings, registry: Registry, base: _Base, stack: AsyncExitStack
) -> _Reporting:
    alerts = await stack.enter_async_context(
        open_alerts(settings, base.audit, base.metrics, base.clock.now)
    )
    reporter = Reporter(
        base.keeper,
        base.store,
        base.catalogue,
        base.writer,
        alerts,
        base.admission_metrics,
        gateway=base.instance,
        unpriced=PriceSurveyor(registry, base.catalogue, base.pricer),
    )
    retention = Retention(
        base.database,
        base.store.claim,
        gateway=base.instance,
        retention_days=settings.retention_days,
    )
    last_used = LastUsed(base.catalogue, base.writer)
    return _Reporting(last_used, (reporter.run, last_used.run, retention.run))


async def _services(
    settings: Settings,
    registry: Registry,
    base: _Base,
    last_used: LastUsed,
    stack: AsyncExitStack,
) -> Services:
    door = await stack.enter_async_context(
        open_identity(
            settings,
            base.catalogue,
            base.audit,
            base.clock.now,
            used=last_used.used,
            metrics=base.metrics,
        )
    )
    tracing = await stack.enter_async_context(open_tracing(settings, base.instance))
    upstream = HttpUpstream(timeouts_of(settings), worker_addresses(settings))
    stack.push_async_callback(upstream.close)
    return Services(
        registry=registry,
        catalogue=base.catalogue,
        door=door,
        admission=base.keeper,
        upstream=upstream,
        pricer=base.pricer,
        ledger=base.ledger,
        audit=base.audit,
        metrics=GatewayMetrics(base.metrics),
        loads=ReplicaLoads(base.clock.monotonic, settings.eject_seconds),
        drain=Drain(),
        clock=base.clock,
        tracing=tracing,
    )


def timeouts_of(settings: Settings) -> Timeouts:
    """How long workers may take."""
    return Timeouts(
        connect=settings.connect_timeout_seconds,
        first_byte=settings.first_byte_timeout_seconds,
        idle=settings.idle_timeout_seconds,
    )


async def _database(settings: Settings, stack: AsyncExitStack) -> Database:
    database = Database.open(settings.database_url.get_secret_value())
    stack.push_async_callback(database.close)
    if settings.migrate_on_start:
        # Alembic is 12 MB, which a gateway that only serves does not need.
        from quarterdeck_gateway.database.migrate import migrate

        await migrate(database)
    try:
        await check_schema(database)
    except DatabaseAway as exc:
        # Chats need it less than people need chats: records wait in the spool.
        log.error("database is away", reason=str(exc))
    return database


def _books(
    settings: Settings, database: Database, metrics: CollectorRegistry, stack: AsyncExitStack
) -> tuple[SqlLedger, SqlAuditLog]:
    """Usage records and the audit log; on exit they deliver what they can."""
    directory, drained = settings.spool_directory, DrainMetrics(metrics)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    ledger = SqlLedger(database, Spool(directory, USAGE), drained)
    stack.push_async_callback(ledger.close)
    audit_metrics = AuditMetrics(metrics)
    chain = ChainWriter(
        database, ChainKey(settings.key_pepper.get_secret_value().encode()), audit_metrics
    )
    audit = SqlAuditLog(chain, Spool(directory, AUDIT), drained, audit_metrics)
    stack.push_async_callback(audit.close)
    return ledger, audit


def _store(settings: Settings, stack: AsyncExitStack) -> RedisAdmissionStore:
    store = RedisAdmissionStore.open(
        settings.redis_url.get_secret_value(),
        settings.redis_prefix,
        settings.redis_timeout_seconds,
        settings.reservation_seconds,
    )
    stack.push_async_callback(store.close)
    return store
