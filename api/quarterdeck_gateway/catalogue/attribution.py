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
from quarterdeck_contract.timestamps import rfc3339
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.catalogue.changes import changed_fields, changed_metadata
from quarterdeck_gateway.catalogue.port import EventType, Manifest
from quarterdeck_gateway.errors import GatewayError
from quarterdeck_gateway.identity.caller import Caller, ClientAddress, RequestId
from quarterdeck_gateway.identity.principal import Principal

CLUSTER: Final = "cluster"
"""Actor of changes that only a watch has seen: who made them is in the cluster's own audit log."""
OBSERVED: Final = frozenset({"Agent", "ApiKey", "Budget", "Model"})
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
    return by(actor, _event(action, manifest, now, detail))


def by(actor: Actor, event: AuditEvent) -> AuditEvent:
    """The same event as one of ``actor``'s."""
    return event.model_copy(
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


def change_event(before: Manifest | None, after: Manifest, now: datetime) -> AuditEvent | None:
    """What happened between two states of an object, or until the first that was seen; None when
    neither its spec nor its labels and annotations changed."""
    if before is None:
        return _event(_appearance(after), after, now, {})
    metadata = changed_metadata(before, after)
    if _generation(before) != _generation(after):
        fields = changed_fields(before.get("spec") or {}, after.get("spec") or {})
        return _event(_appearance(after), after, now, {"fields": fields} | metadata)
    if not metadata:
        return None
    event = _event(AuditAction.RESOURCE_CHANGED, after, now, metadata)
    # Metadata leaves the generation as it is. The version of the object tells a second change to
    # the same labels from the first; every watch sees it.
    version = after["metadata"].get("resourceVersion") or ""
    return event.model_copy(update={"once": f"{event.once}/metadata/{version}"})


class ChangeAudit:
    """Puts changes of our kinds on record that were made past the gateway: of their specs, labels
    and annotations.

    Give ``observe`` to ``subscribe`` of catalogue and registry. Events wait ``grace`` seconds; call
    ``flush`` before the gateway stops.
    """

    def __init__(self, audit: AuditLog, now: Now, *, grace: float = GRACE_SECONDS) -> None:
        self._audit = audit
        self._now = now
        self._grace = grace
        self._known: dict[str, Manifest] = {}
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
        event = change_event(self._known.get(uid), manifest, self._now())
        self._known[uid] = manifest
        if event is not None:
            self._announce(event)

    def flush(self) -> None:
        """Put on record what still waits."""
        for timer, event in self._waiting.values():
            timer.cancel()
            self._audit.append(event)
        self._waiting.clear()

    def _announce(self, event: AuditEvent) -> None:
        once = str(event.once)
        if once in self._waiting:
            return
        timer = asyncio.get_running_loop().call_later(self._grace, self._speak, once)
        self._waiting[once] = timer, event

    def _speak(self, once: str) -> None:
        self._audit.append(self._waiting.pop(once)[1])


def _appearance(manifest: Manifest) -> AuditAction:
    created = _generation(manifest) <= 1
    return AuditAction.RESOURCE_CREATED if created else AuditAction.RESOURCE_CHANGED


def _generation(manifest: Manifest) -> int:
    return int(manifest["metadata"].get("generation") or 0)


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
