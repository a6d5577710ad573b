"""Who changed what, for the audit log: the gateway's own callers, and whoever else may write.

A change made through the gateway is seen twice: by the gateway that made it, which knows who asked
for it, and by every gateway's watch. Both name the event after the object's uid and generation, and
the audit log keeps the first of a name; so those who only watched wait a moment before they speak.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_contract.names import LABEL_TEAM
from quarterdeck_contract.timestamps import rfc3339
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.catalogue.port import EventType, Manifest
from quarterdeck_gateway.errors import GatewayError
from quarterdeck_gateway.identity.caller import Caller, ClientAddress, RequestId
from quarterdeck_gateway.identity.principal import Principal

CLUSTER: Final = "cluster"
"""Actor of changes that only a watch has seen: who made them is in the cluster's own audit log."""
OBSERVED: Final = frozenset({"ApiKey", "Budget", "Model"})
"""A Model counts for its price."""
GRACE_SECONDS: Final = 3.0

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for a change by HTTP."""

    principal: Principal
    address: str = ""
    request_id: str = ""


def acting(caller: Caller, address: ClientAddress, request_id: RequestId) -> Actor:
    """The actor of a request, as a FastAPI dependency."""
    return Actor(caller, address, request_id)


Acting = Annotated[Actor, Depends(acting)]


def attributed(
    action: AuditAction, actor: Actor, manifest: Manifest, now: datetime, **detail: Any
) -> AuditEvent:
    """The event of a change that ``actor`` made; ``manifest`` is the object after it, or the last
    known of a deleted one."""
    return _event(action, manifest, now, detail).model_copy(
        update={
            "actor": actor.principal.name,
            "address": actor.address,
            "request_id": actor.request_id,
        }
    )


def denied(
    actor: Actor, kind: str, namespace: str, name: str, error: GatewayError, now: datetime
) -> AuditEvent:
    """The event of a change that ``actor`` asked for and that is not theirs to make."""
    return AuditEvent(
        action=AuditAction.ACCESS_DENIED,
        actor=actor.principal.name,
        address=actor.address,
        namespace=namespace,
        subject=f"{kind}/{namespace}/{name}",
        request_id=actor.request_id,
        detail={"code": error.code},
        at=rfc3339(now),
    )


@dataclass(frozen=True)
class _Known:
    generation: int
    spec: Mapping[str, Any]
    team: str


class ChangeAudit:
    """Puts changes of ApiKeys, Budgets and Models on record that were made past the gateway: of
    their specs, and of the label that says whose budget pays.

    Give ``observe`` to the catalogue's ``subscribe``. Events wait ``grace`` seconds; call ``flush``
    before the gateway stops.
    """

    def __init__(self, audit: AuditLog, now: Now, *, grace: float = GRACE_SECONDS) -> None:
        self._audit = audit
        self._now = now
        self._grace = grace
        self._known: dict[str, _Known] = {}
        self._waiting: dict[str, tuple[asyncio.TimerHandle, AuditEvent]] = {}

    def observe(self, event_type: EventType, manifest: Manifest) -> None:
        """Take a change of the catalogue; needs a running event loop."""
        uid = str(manifest["metadata"].get("uid") or "")
        if manifest.get("kind") not in OBSERVED or not uid:
            return
        if event_type == "DELETED":
            self._known.pop(uid, None)
            self._announce(_event(AuditAction.RESOURCE_DELETED, manifest, self._now(), {}))
            return
        before, after = self._known.get(uid), _known(manifest)
        self._known[uid] = after
        if before is None or before.generation != after.generation:
            self._tell_spec(manifest, before, after)
        if before is not None and before.team != after.team:
            self._tell_team(manifest, after)

    def flush(self) -> None:
        """Put on record what still waits."""
        for timer, event in self._waiting.values():
            timer.cancel()
            self._audit.append(event)
        self._waiting.clear()

    def _tell_spec(self, manifest: Manifest, before: _Known | None, after: _Known) -> None:
        created = after.generation <= 1
        action = AuditAction.RESOURCE_CREATED if created else AuditAction.RESOURCE_CHANGED
        detail = {} if before is None else {"fields": changed_fields(before.spec, after.spec)}
        self._announce(_event(action, manifest, self._now(), detail))

    def _tell_team(self, manifest: Manifest, after: _Known) -> None:
        # A label leaves the generation as it is. The version of the object tells a second change to
        # the same team from the first; every watch sees it.
        version = str(manifest["metadata"].get("resourceVersion") or "")
        event = _event(AuditAction.RESOURCE_CHANGED, manifest, self._now(), {"fields": ["team"]})
        once = f"{event.once}/team={after.team}/{version}"
        self._announce(event.model_copy(update={"once": once}))

    def _announce(self, event: AuditEvent) -> None:
        once = str(event.once)
        if once in self._waiting:
            return
        timer = asyncio.get_running_loop().call_later(self._grace, self._speak, once)
        self._waiting[once] = timer, event

    def _speak(self, once: str) -> None:
        self._audit.append(self._waiting.pop(once)[1])


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Names of the fields of a spec that differ, never their values."""
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def _known(manifest: Manifest) -> _Known:
    metadata = manifest["metadata"]
    return _Known(
        generation=int(metadata.get("generation") or 0),
        spec=manifest.get("spec") or {},
        team=str((metadata.get("labels") or {}).get(LABEL_TEAM, "")),
    )


def _event(
    action: AuditAction, manifest: Manifest, now: datetime, detail: Mapping[str, Any]
) -> AuditEvent:
    metadata = manifest["metadata"]
    namespace, name = metadata["namespace"], metadata["name"]
    deleted = action is AuditAction.RESOURCE_DELETED
    version = "deleted" if deleted else str(metadata.get("generation") or 0)
    return AuditEvent(
        action=action,
        actor=CLUSTER,
        namespace=namespace,
        subject=f"{manifest['kind']}/{namespace}/{name}",
        detail={"generation": metadata.get("generation") or 0} | dict(detail),
        at=rfc3339(now),
        once=f"{metadata.get('uid')}/{version}",
    )
