"""The management API: the routers of ``/api/v1`` that need writer, database or audit log."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from quarterdeck_gateway.accounting.sql_ledger import SqlLedger
from quarterdeck_gateway.audit import endpoints as audit
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.audit.service import AuditService
from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.audit.store import AuditStore
from quarterdeck_gateway.budgets import endpoints as budgets
from quarterdeck_gateway.budgets.service import BudgetService
from quarterdeck_gateway.catalogue.port import Catalogue, ResourceWriter
from quarterdeck_gateway.costs import endpoints as costs
from quarterdeck_gateway.costs.service import CostService
from quarterdeck_gateway.costs.store import CostStore
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.keys import endpoints as keys
from quarterdeck_gateway.keys.service import KeyService
from quarterdeck_gateway.services import Clock
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.usage import endpoints as usage
from quarterdeck_gateway.usage.service import UsageService
from quarterdeck_gateway.usage.store import UsageStore
from quarterdeck_gateway.whoami import endpoints as whoami


@dataclass(frozen=True)
class Desk:
    """What the management API works with."""

    settings: Settings
    catalogue: Catalogue
    writer: ResourceWriter
    database: Database
    ledger: SqlLedger
    audit: SqlAuditLog
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
    budget_service = BudgetService(desk.catalogue, desk.writer, desk.audit, now=desk.clock.now)
    audit_service = AuditService(AuditStore(desk.database), ChainKey(pepper), desk.audit.flush)
    return (
        whoami.router(),
        keys.router(key_service),
        budgets.router(budget_service),
        usage.router(UsageService(UsageStore(desk.database), desk.ledger.flush, desk.clock.now)),
        costs.router(CostService(CostStore(desk.database), desk.ledger.flush, desk.clock.now)),
        audit.router(audit_service),
    )
