"""Budgets as people manage them. The Budget resource is the only truth; nothing is stored here."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from quarterdeck_contract.audit import AuditAction
from quarterdeck_contract.names import API_VERSION
from quarterdeck_contract.v1alpha1.budget import MICRO, known_time_zone, usd
from quarterdeck_gateway.admission.room import (
    TOO_LITTLE_LEFT,
    Floorer,
    Floors,
    Shortage,
    key_of,
    no_floors,
    shortage,
)
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.budgets.schemas import BudgetList, BudgetView, WantedBudget
from quarterdeck_gateway.catalogue.attribution import Actor, attributed, by, change_event
from quarterdeck_gateway.catalogue.entries import budget_entry
from quarterdeck_gateway.catalogue.port import BudgetEntry, Catalogue, Manifest, ResourceWriter
from quarterdeck_gateway.catalogue.writer import missing_message
from quarterdeck_gateway.errors import InvalidRequest, NotFound, Starting
from quarterdeck_gateway.identity.principal import Principal

KIND: Final = "Budget"
_NAMED: Final = 20


class BudgetService:
    """What ``/api/v1/budgets`` does."""

    def __init__(
        self,
        catalogue: Catalogue,
        writer: ResourceWriter,
        audit: AuditLog,
        *,
        now: Callable[[], datetime],
        floors: Floorer = no_floors,
    ) -> None:
        self._catalogue = catalogue
        self._writer = writer
        self._audit = audit
        self._now = now
        self._floors = floors

    def list(self, principal: Principal, namespace: str | None) -> BudgetList:
        """The budgets of the caller's namespaces, or of one of them."""
        floors = self._floors()
        return BudgetList(
            items=[
                self._view(entry, floors)
                for entry in self._catalogue.budgets()
                if namespace in (None, entry.namespace) and principal.may_enter(entry.namespace)
            ]
        )

    def get(self, principal: Principal, namespace: str, name: str) -> BudgetView:
        """One budget. Raises NotFound."""
        return self._view(self._entry(principal, namespace, name), self._floors())

    async def put(
        self, actor: Actor, namespace: str, name: str, wanted: WantedBudget
    ) -> BudgetView:
        """Create the budget or replace it. Raises NotFound, InvalidRequest, Unavailable."""
        if not actor.principal.may_enter(namespace):
            raise NotFound(f"There is no namespace '{namespace}'.")
        if not known_time_zone(wanted.spec.time_zone):
            raise InvalidRequest(
                f"spec.timeZone: there is no time zone '{wanted.spec.time_zone}': "
                "use an IANA name like Europe/Berlin.",
                param="spec.timeZone",
            )
        before = self._catalogue.budget(namespace, name)
        stored = await self._writer.put(manifest_for(namespace, name, wanted))
        self._record_change(actor, before, stored)
        return self._view(budget_entry(stored), self._floors())

    async def delete(self, actor: Actor, namespace: str, name: str) -> None:
        """Remove the budget: what it limited is limited no more."""
        entry = self._entry(actor.principal, namespace, name)
        await self._writer.delete(KIND, namespace, name)
        self._record(AuditAction.RESOURCE_DELETED, actor, entry.manifest)

    def _view(self, entry: BudgetEntry, floors: Floors) -> BudgetView:
        told = (entry.manifest.get("status") or {}).get("spentUSD")
        spent = None if told is None else int(Decimal(told) * MICRO)
        return view(entry, shortage(entry, spent, floors, key_of(entry, self._catalogue)))

    def _entry(self, principal: Principal, namespace: str, name: str) -> BudgetEntry:
        entry = self._catalogue.budget(namespace, name) if principal.may_enter(namespace) else None
        if entry is not None:
            return entry
        if not self._catalogue.synced:
            raise Starting("The gateway does not know its budgets yet.", retry_after=1)
        raise NotFound(missing_message(KIND, namespace, name))

    def _record_change(self, actor: Actor, before: BudgetEntry | None, stored: Manifest) -> None:
        same = before is not None and _uid(before.manifest) == _uid(stored)
        event = change_event(before.manifest if before and same else None, stored, self._now())
        if event is not None:
            self._audit.append(by(actor, event))

    def _record(self, action: AuditAction, actor: Actor, stored: Manifest, **detail: Any) -> None:
        self._audit.append(attributed(action, actor, stored, self._now(), **detail))


def manifest_for(namespace: str, name: str, wanted: WantedBudget) -> dict[str, Any]:
    """The Budget to store; labels that are not given stay as they are."""
    given = {} if wanted.labels is None else {"labels": dict(wanted.labels)}
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {"namespace": namespace, "name": name, **given},
        "spec": wanted.spec.manifest(),
    }


def view(entry: BudgetEntry, short: Shortage | None) -> BudgetView:
    """A budget and how its period stands, as last written into its status."""
    spec, status = entry.spec, entry.manifest.get("status") or {}
    conditions = list(status.get("conditions") or ())
    return BudgetView(
        namespace=entry.namespace,
        name=entry.name,
        scope=" ".join(filter(None, (spec.scope.kind, spec.scope.name))),
        amount_usd=spec.amount_usd,
        period=spec.period,
        enforced=spec.enforce,
        spent_usd=status.get("spentUSD"),
        remaining_usd=status.get("remainingUSD"),
        reserved_usd=status.get("reservedUSD"),
        percent=status.get("percent"),
        period_started_at=status.get("periodStartedAt"),
        resets_at=status.get("resetsAt"),
        state=state(conditions, short),
        too_little_for=[] if short is None else list(short.agents[:_NAMED]),
        least_chat_usd=None if short is None else usd(short.least_micro_usd),
        labels=dict(entry.manifest["metadata"].get("labels") or {}),
        spec=spec.manifest(),
        conditions=conditions,
    )


def state(conditions: list[dict[str, Any]], short: Shortage | None = None) -> str:
    """How the budget stands, in one word."""
    found = {each.get("type"): each for each in conditions}
    ready, enforced = found.get("Ready", {}), found.get("Enforced", {})
    if found.get("Exceeded", {}).get("status") == "True":
        return "Exceeded"
    if ready.get("status") == "False":
        return str(ready.get("reason") or "NotReady")
    if enforced.get("status") == "True" and short is not None and short.everywhere:
        return TOO_LITTLE_LEFT
    return str(enforced.get("reason") or "Pending")


def _uid(manifest: Manifest) -> str:
    return str(manifest["metadata"].get("uid") or "")
