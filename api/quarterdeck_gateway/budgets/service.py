"""Budgets as people manage them. The Budget resource is the only truth; nothing is stored here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

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
from quarterdeck_gateway.catalogue.attribution import Actor
from quarterdeck_gateway.catalogue.entries import budget_entry
from quarterdeck_gateway.catalogue.port import BudgetEntry, Catalogue, Manifest, ResourceWriter
from quarterdeck_gateway.catalogue.recorded import RecordedWriter
from quarterdeck_gateway.catalogue.versions import VERSION_FIELD, at_version, version_of
from quarterdeck_gateway.catalogue.writer import missing_message
from quarterdeck_gateway.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    PreconditionFailed,
    Starting,
)
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.manifests.schemas import WriteOptions

KIND: Final = "Budget"
IF_MATCH: Final = "If-Match"
_NAMED: Final = 20


@dataclass(frozen=True)
class Precondition:
    """What a budget must be for a write to happen."""

    version: str | None = None
    """As it was read; None when that does not matter."""
    only_new: bool = False
    """Not there at all."""


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
        self._changes = RecordedWriter(KIND, writer, audit, now)
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
        self,
        actor: Actor,
        namespace: str,
        name: str,
        wanted: WantedBudget,
        options: WriteOptions,
        allowed: Precondition,
    ) -> BudgetView:
        """Create the budget or replace it, where it is as ``allowed`` says.

        Raises NotFound, InvalidRequest, Conflict, PreconditionFailed, Unavailable.
        """
        if not actor.principal.may_enter(namespace):
            raise NotFound(f"There is no namespace '{namespace}'.")
        refuse_bad(wanted, allowed)
        manifest = manifest_for(namespace, name, wanted)
        dry_run = options.dry_run
        if allowed.only_new:
            stored = await self._changes.create(actor, manifest, dry_run=dry_run)
        else:
            stored = await self._replace(actor, manifest, options, allowed.version)
        return self._view(budget_entry(stored), self._floors())

    async def _replace(
        self, actor: Actor, wanted: Manifest, options: WriteOptions, version: str | None
    ) -> Manifest:
        metadata = wanted["metadata"]
        known = self._catalogue.budget(metadata["namespace"], metadata["name"])
        before = None if known is None else known.manifest
        asked = wanted if version is None else at_version(wanted, version)
        try:
            return await self._changes.put(
                actor, before, asked, force=options.force, dry_run=options.dry_run
            )
        except Conflict as exc:
            if exc.param != VERSION_FIELD:
                raise
            raise PreconditionFailed(
                f"{KIND} '{metadata['name']}' was changed or deleted since you read it: "
                "load it again and repeat the change.",
                param=IF_MATCH,
            ) from exc

    async def delete(self, actor: Actor, namespace: str, name: str, *, force: bool) -> None:
        """Remove the budget: what it limited is limited no more. Raises NotFound, Conflict."""
        entry = self._entry(actor.principal, namespace, name)
        await self._changes.delete(actor, entry.manifest, force=force)

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


def refuse_bad(wanted: WantedBudget, allowed: Precondition) -> None:
    """Raises InvalidRequest for what no store would see."""
    if allowed.only_new and allowed.version is not None:
        raise InvalidRequest("Send If-Match or If-None-Match, not both.", param=IF_MATCH)
    if not known_time_zone(wanted.spec.time_zone):
        raise InvalidRequest(
            f"spec.timeZone: there is no time zone '{wanted.spec.time_zone}': "
            "use an IANA name like Europe/Berlin.",
            param="spec.timeZone",
        )


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
        version=version_of(entry.manifest),
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
