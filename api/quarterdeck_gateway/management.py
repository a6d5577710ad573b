"""The management API: the routers of ``/api/v1`` that need writer, database or audit log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter

from quarterdeck_gateway.accounting.pricing import Pricer
from quarterdeck_gateway.accounting.sql_ledger import SqlLedger
from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.agents import endpoints as agents
from quarterdeck_gateway.agents.service import AgentChanges
from quarterdeck_gateway.audit import endpoints as audit
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.audit.service import AuditService
from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.audit.store import AuditStore
from quarterdeck_gateway.budgets import endpoints as budgets
from quarterdeck_gateway.budgets.service import BudgetService
from quarterdeck_gateway.catalogue.port import Catalogue, Manifest, ResourceWriter
from quarterdeck_gateway.chat.floor import ChatFloors
from quarterdeck_gateway.conversations import endpoints as conversations
from quarterdeck_gateway.conversations.encryption import TextCipher
from quarterdeck_gateway.conversations.quota import Quota
from quarterdeck_gateway.conversations.service import WRITES_PER_MINUTE, ConversationService
from quarterdeck_gateway.conversations.store import ConversationStore
from quarterdeck_gateway.conversations.texts import Texts
from quarterdeck_gateway.costs import endpoints as costs
from quarterdeck_gateway.costs.service import CostService
from quarterdeck_gateway.costs.store import CostStore
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.events.port import EventReader, MemoryEvents
from quarterdeck_gateway.identity.throttle import Throttle
from quarterdeck_gateway.keys import endpoints as keys
from quarterdeck_gateway.keys.service import KeyService
from quarterdeck_gateway.kinds import endpoints as kinds
from quarterdeck_gateway.manifests.service import Find, ManifestService
from quarterdeck_gateway.model_resources import endpoints as model_resources
from quarterdeck_gateway.model_resources.service import ModelService
from quarterdeck_gateway.namespaces import endpoints as namespaces
from quarterdeck_gateway.routing.registry import Registry
from quarterdeck_gateway.services import Clock, Drain
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.system import endpoints as system
from quarterdeck_gateway.system.control_plane import ControlPlane, MemoryControlPlane
from quarterdeck_gateway.system.service import HealthService, Observed
from quarterdeck_gateway.traffic import endpoints as traffic
from quarterdeck_gateway.traffic.service import TrafficService
from quarterdeck_gateway.traffic.store import TrafficStore
from quarterdeck_gateway.usage import endpoints as usage
from quarterdeck_gateway.usage.service import UsageService
from quarterdeck_gateway.usage.store import UsageStore
from quarterdeck_gateway.whoami import endpoints as whoami


@dataclass(frozen=True)
class Surroundings:
    """What people may look at beside the gateway itself; by default nothing is known of it."""

    events: EventReader = field(default_factory=MemoryEvents)
    control_plane: ControlPlane = field(default_factory=MemoryControlPlane)


@dataclass(frozen=True)
class Desk:
    """What the management API works with."""

    settings: Settings
    registry: Registry
    catalogue: Catalogue
    pricer: Pricer
    writer: ResourceWriter
    database: Database
    ledger: SqlLedger
    audit: SqlAuditLog
    breaker: Breaker
    drain: Drain
    surroundings: Surroundings
    clock: Clock


def management_routers(desk: Desk) -> Sequence[APIRouter]:
    """Every router; each of their endpoints has a row in ``identity/access``."""
    pepper = desk.settings.key_pepper.get_secret_value().encode()
    key_service = KeyService(
        desk.catalogue,
        desk.writer,
        desk.audit,
        pepper=pepper,
        default_namespace=desk.settings.default_namespace,
        system_namespace=desk.settings.system_namespace,
        now=desk.clock.now,
    )
    now = desk.clock.now
    floors = ChatFloors(desk.registry, desk.catalogue, desk.pricer)
    budget_service = BudgetService(desk.catalogue, desk.writer, desk.audit, now=now, floors=floors)
    audit_service = AuditService(AuditStore(desk.database), ChainKey(pepper), desk.audit.flush)
    return (
        whoami.router(),
        keys.router(key_service),
        budgets.router(budget_service),
        usage.router(UsageService(UsageStore(desk.database), desk.ledger.flush, desk.clock.now)),
        costs.router(CostService(CostStore(desk.database), desk.ledger.flush, desk.clock.now)),
        audit.router(audit_service),
        conversations.router(
            ConversationService(
                ConversationStore(desk.database, Quota(desk.settings.conversation_quota_bytes)),
                Texts(TextCipher(pepper)),
                now,
                Throttle(WRITES_PER_MINUTE, desk.clock.monotonic),
            )
        ),
        *_resource_routers(desk),
        kinds.router(),
        namespaces.router(desk.registry, desk.catalogue, desk.settings.default_namespace),
        system.router(_health(desk)),
        traffic.router(TrafficService(TrafficStore(desk.database), desk.ledger.flush, now)),
    )


def _resource_routers(desk: Desk) -> Sequence[APIRouter]:
    """Agents and Models, looked at and changed."""
    registry, catalogue = desk.registry, desk.catalogue

    def manifests(kind: str, known: Find, synced: Callable[[], bool]) -> ManifestService:
        served = desk.settings.watch_namespaces
        now = desk.clock.now
        return ManifestService(
            kind,
            known,
            synced,
            desk.writer,
            desk.audit,
            now=now,
            served=served,
            system_namespace=desk.settings.system_namespace,
        )

    def model(namespace: str, name: str) -> Manifest | None:
        entry = catalogue.model(namespace, name)
        return None if entry is None else entry.manifest

    def agent(namespace: str, name: str) -> Manifest | None:
        entry = registry.get(namespace, name)
        return None if entry is None else entry.manifest

    changes = AgentChanges(
        registry,
        manifests("Agent", agent, lambda: registry.synced),
        desk.settings.default_namespace,
    )
    of_models = manifests("Model", model, lambda: catalogue.synced)
    return (
        agents.changes_router(registry, changes, desk.surroundings.events),
        model_resources.router(ModelService(catalogue, registry, of_models, desk.pricer)),
    )


def _health(desk: Desk) -> HealthService:
    observed = Observed(
        drain=desk.drain,
        breaker=desk.breaker,
        database=desk.database,
        ledger=desk.ledger.delivery,
        audit=desk.audit.delivery,
        registry=desk.registry,
        catalogue=desk.catalogue,
        control_plane=desk.surroundings.control_plane,
    )
    return HealthService(observed, now=desk.clock.now, monotonic=desk.clock.monotonic)
