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

from quarterdeck_gateway.accounting.history import LedgerHistory
from quarterdeck_gateway.accounting.known_series import KnownSeries
from quarterdeck_gateway.accounting.metrics import GatewayMetrics
from quarterdeck_gateway.accounting.prices import CataloguePricer
from quarterdeck_gateway.accounting.retention import Retention
from quarterdeck_gateway.accounting.sql_ledger import SqlLedger
from quarterdeck_gateway.admission.keeper import Keeper
from quarterdeck_gateway.admission.last_used import LastUsed
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.recount import Recount
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore
from quarterdeck_gateway.admission.reporter import Reporter
from quarterdeck_gateway.admission.session_book import SessionBook
from quarterdeck_gateway.admission.unpriced import PriceSurveyor
from quarterdeck_gateway.alerts.opening import open_alerts
from quarterdeck_gateway.alerts.sink import Alerts
from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.background import Run, background
from quarterdeck_gateway.books import open_books, open_database, open_store
from quarterdeck_gateway.catalogue.attribution import ChangeAudit
from quarterdeck_gateway.catalogue.port import Catalogue, ResourceWriter
from quarterdeck_gateway.chat.floor import ChatFloors
from quarterdeck_gateway.chat.preloading import load_when_needed
from quarterdeck_gateway.conversations.retention import ConversationRetention
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.schema_gate import SchemaGate
from quarterdeck_gateway.health.metrics import watch_dependencies
from quarterdeck_gateway.identity.opening import open_identity
from quarterdeck_gateway.management import Desk, Surroundings, management_routers
from quarterdeck_gateway.routing.loads import ReplicaLoads
from quarterdeck_gateway.routing.registry import Registry, WatchedRegistry
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
    registry: WatchedRegistry,
    catalogue: Catalogue,
    writer: ResourceWriter,
    *,
    surroundings: Surroundings | None = None,
    metrics: CollectorRegistry | None = None,
    clock: Clock | None = None,
    alone: bool = False,
) -> AsyncIterator[Gateway]:
    """A real gateway over ``registry`` and ``catalogue``; everything is closed on exit.

    ``surroundings`` are what people may look at beside the gateway; nothing is known of them when
    None. ``metrics`` is the Prometheus registry that /metrics shows; a new one when None. ``alone``
    says that no other gateway shares the store, ever. Raises SchemaMismatch when the database needs
    ``quarterdeck migrate``, OSError when the spool cannot be written to.
    """
    clock, metrics = clock or Clock(), metrics or CollectorRegistry()
    async with AsyncExitStack() as stack:
        base = await _base(settings, catalogue, writer, metrics, clock, stack, alone=alone)
        reporting = await _reporting(settings, registry, base, stack)
        services = await _services(settings, registry, base, reporting.last_used, stack)
        desk = _desk(settings, registry, base, services, surroundings or Surroundings())
        registry.subscribe(base.changes.observe)
        recount = _recount(settings, base)
        # In this order they end: first who reports, then who keeps the books.
        books = (base.keeper.run, recount.run, base.audit.run, base.ledger.run)
        kept = services.metrics.keep, reporting.alerts.keep
        series = KnownSeries(registry, catalogue, *kept)
        watch_dependencies(
            metrics, registry, catalogue, base.database, base.ledger, base.keeper.breaker
        )
        running = (base.gate.run, series.run, *reporting.runs, base.sessions.run, *books)
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
    gate: SchemaGate
    ledger: SqlLedger
    audit: SqlAuditLog
    store: RedisAdmissionStore
    admission_metrics: AdmissionMetrics
    keeper: Keeper
    sessions: SessionBook
    pricer: CataloguePricer
    changes: ChangeAudit


@dataclass(frozen=True)
class _Reporting:
    """What tells people how things stand."""

    alerts: Alerts
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
    database, gate = await open_database(settings, stack)
    ledger, audit = open_books(settings, database, metrics, stack)
    store, admission_metrics = open_store(settings, stack), AdmissionMetrics(metrics)
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
        gate=gate,
        ledger=ledger,
        audit=audit,
        store=store,
        admission_metrics=admission_metrics,
        keeper=keeper,
        sessions=SessionBook(store, keeper.breaker),
        pricer=CataloguePricer(catalogue),
        changes=changes,
    )


def _desk(
    settings: Settings,
    registry: Registry,
    base: _Base,
    services: Services,
    surroundings: Surroundings,
) -> Desk:
    return Desk(
        settings=settings,
        registry=registry,
        catalogue=base.catalogue,
        pricer=base.pricer,
        writer=base.writer,
        database=base.database,
        ledger=base.ledger,
        audit=base.audit,
        breaker=base.keeper.breaker,
        drain=services.drain,
        surroundings=surroundings,
        clock=base.clock,
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
        floors=ChatFloors(registry, base.catalogue, base.pricer),
        agents_known=lambda: registry.synced,
    )
    retention = Retention(
        base.database,
        base.store.claim,
        gateway=base.instance,
        retention_days=settings.retention_days,
    )
    conversations = ConversationRetention(
        base.database,
        base.store.claim,
        gateway=base.instance,
        retention_days=settings.conversation_retention_days,
    )
    last_used = LastUsed(base.catalogue, base.writer)
    runs = (reporter.run, last_used.run, retention.run, conversations.run)
    return _Reporting(alerts, last_used, runs)


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
            base.sessions,
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
