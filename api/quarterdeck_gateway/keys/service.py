"""Keys as people manage them. The ApiKey resource is the only truth; nothing is stored here."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from quarterdeck_contract.audit import AuditAction
from quarterdeck_contract.names import key_hash, key_hint, new_key
from quarterdeck_contract.v1alpha1.api_key import ApiKeySpec
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.catalogue.attribution import Actor, attributed, denied
from quarterdeck_gateway.catalogue.entries import issued_keys, key_entry
from quarterdeck_gateway.catalogue.port import Catalogue, KeyEntry, Manifest, ResourceWriter
from quarterdeck_gateway.catalogue.recorded import RecordedWriter
from quarterdeck_gateway.catalogue.writer import missing_message
from quarterdeck_gateway.errors import Forbidden, InvalidRequest, NotFound, Starting, Unavailable
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.keys.changes import spec_patch
from quarterdeck_gateway.keys.rights import EVERYTHING, Rights, excess
from quarterdeck_gateway.keys.schemas import KeyChanges, KeyList, KeyView, NewKey, ShownKey
from quarterdeck_gateway.keys.views import manifest_for, view

KIND: Final = "ApiKey"
_POLL_SECONDS: Final = 0.01

log = structlog.get_logger(__name__)


class KeyService:
    """What ``/api/v1/keys`` does. ``pepper`` hashes new keys; after a change it waits up to
    ``wait_seconds`` until this gateway knows of it itself."""

    def __init__(
        self,
        catalogue: Catalogue,
        writer: ResourceWriter,
        audit: AuditLog,
        *,
        pepper: bytes,
        default_namespace: str,
        system_namespace: str,
        now: Callable[[], datetime],
        wait_seconds: float = 2.0,
    ) -> None:
        self._catalogue = catalogue
        self._writer = writer
        self._audit = audit
        self._changes = RecordedWriter(KIND, writer, audit, now)
        self._pepper = pepper
        self._default_namespace = default_namespace
        self._system_namespace = system_namespace
        self._now = now
        self._wait_seconds = wait_seconds

    def list(self, principal: Principal, namespace: str | None) -> KeyList:
        """The keys of the caller's namespaces, or of one of them."""
        known: Sequence[KeyEntry] = self._catalogue.keys()
        return KeyList(
            items=[
                view(entry, self._now())
                for entry in known
                if namespace in (None, entry.namespace) and principal.may_enter(entry.namespace)
            ]
        )

    def get(self, principal: Principal, namespace: str, name: str) -> KeyView:
        """One key. Raises NotFound."""
        return view(self._entry(principal, namespace, name), self._now())

    async def create(self, actor: Actor, wanted: NewKey) -> ShownKey:
        """Make a key; its secret is in the answer and nowhere else.

        Raises Forbidden, NotFound, AlreadyExists, InvalidRequest, Unavailable.
        """
        namespace = wanted.namespace or self._default_namespace
        wanted = confined(wanted, actor.principal)
        refused = self._refusal(wanted, namespace, actor.principal)
        if refused is not None:
            raise self._denied(actor, namespace, wanted.name or "", refused)
        self._refuse_bad(wanted, namespace)
        secret = new_key()
        hashed = key_hash(self._pepper, secret)
        stored = await self._writer.create(
            manifest_for(wanted, namespace, hashed, key_hint(secret))
        )
        self._record(AuditAction.KEY_CREATED, actor, stored, owner=wanted.owner, role=wanted.role)
        if not await self._seen(lambda: self._catalogue.key_by_hash(hashed) is not None):
            log.warning("a new key is not known here yet", namespace=namespace)
        return ShownKey(key=self._view(stored), secret=secret)

    async def edit(
        self, actor: Actor, namespace: str, name: str, changes: KeyChanges, *, force: bool
    ) -> KeyView:
        """Change owner, limits or end of a key: in force here when this returns.

        Raises NotFound, Forbidden, InvalidRequest, Conflict, Unavailable.
        """
        entry = self._entry(actor.principal, namespace, name)
        self._require_covered(actor, entry)
        patch = spec_patch(entry, changes, self._now())
        stored = await self._changes.edit_spec(actor, entry.manifest, patch, force=force)
        await self._seen(lambda: self._generation(namespace, name) >= _generation(stored))
        return self._view(stored)

    async def rotate(
        self, actor: Actor, namespace: str, name: str, overlap_seconds: int | None
    ) -> ShownKey:
        """Make a new key in place of the old one, which works on for the overlap.

        The secret is None where the operator makes the new key. Raises NotFound, Forbidden,
        InvalidRequest for a revoked key, Unavailable.
        """
        entry = self._entry(actor.principal, namespace, name)
        self._require_covered(actor, entry)
        if entry.revoked:
            raise InvalidRequest(f"The key '{entry.id}' was revoked: make another one.")
        spec = ApiKeySpec.model_validate(entry.manifest["spec"])
        overlap = spec.overlap_seconds if overlap_seconds is None else overlap_seconds
        patch: dict[str, Any] = {"revision": spec.revision + 1, "overlapSeconds": overlap}
        secret, hashed = None, None
        if spec.hash is not None:
            await self._overlap_can_begin(entry, spec.hash, overlap)
            secret = new_key()
            hashed = key_hash(self._pepper, secret)
            patch |= {"hash": hashed, "hint": key_hint(secret)}
        stored = await self._rotated(entry, patch)
        self._record(AuditAction.KEY_ROTATED, actor, stored, overlap_seconds=overlap)
        await self._seen(lambda: self._generation(namespace, name) >= _generation(stored))
        return ShownKey(key=self._view(stored), secret=secret)

    async def revoke(self, actor: Actor, namespace: str, name: str) -> KeyView:
        """Stop the key for good: here when this returns, elsewhere within a second."""
        self._entry(actor.principal, namespace, name)
        stored = await self._writer.patch_spec(KIND, namespace, name, {"revoked": True})
        self._record(AuditAction.KEY_REVOKED, actor, stored)
        await self._seen(lambda: self._generation(namespace, name) >= _generation(stored))
        return self._view(stored)

    async def delete(self, actor: Actor, namespace: str, name: str) -> None:
        """Stop the key and forget it."""
        entry = self._entry(actor.principal, namespace, name)
        await self._changes.delete(actor, entry.manifest, force=True)
        await self._seen(lambda: _uid(self._catalogue.key(namespace, name)) != entry.uid)

    def _entry(self, principal: Principal, namespace: str, name: str) -> KeyEntry:
        entry = self._catalogue.key(namespace, name) if principal.may_enter(namespace) else None
        if entry is not None:
            return entry
        if not self._catalogue.synced:
            raise Starting("The gateway does not know its API keys yet.", retry_after=1)
        raise NotFound(missing_message(KIND, namespace, name))

    def _require_covered(self, actor: Actor, entry: KeyEntry) -> None:
        """Raises Forbidden, on record, for a key that may do more than the actor."""
        rights = Rights(entry.role, entry.namespaces, entry.agents)
        if (beyond := excess(actor.principal, rights)) is not None:
            refused = Forbidden(f"The key has {beyond}.")
            raise self._denied(actor, entry.namespace, entry.name, refused)

    def _refusal(
        self, wanted: NewKey, namespace: str, principal: Principal
    ) -> NotFound | Forbidden | None:
        """Why the caller may not make such a key, if so."""
        if not principal.may_enter(namespace):
            return NotFound(f"There is no namespace '{namespace}'.")
        if wanted.namespaces and EVERYTHING not in principal.namespaces:
            return Forbidden("Only an admin of all namespaces makes keys for several namespaces.")
        rights = Rights(wanted.role, (namespace,), tuple(wanted.agents or (EVERYTHING,)))
        beyond = excess(principal, rights)
        return None if beyond is None else Forbidden(f"The key would have {beyond}.")

    def _refuse_bad(self, wanted: NewKey, namespace: str) -> None:
        if wanted.namespaces and namespace != self._system_namespace:
            raise InvalidRequest(
                "namespaces is only for keys in the namespace "
                f"'{self._system_namespace}': others enter their own.",
                param="namespaces",
            )
        if wanted.expires_at is not None and wanted.expires_at <= self._now():
            raise InvalidRequest("expires_at is in the past.", param="expires_at")

    async def _overlap_can_begin(self, entry: KeyEntry, old_hash: str, overlap: int) -> None:
        """The old hash leaves the spec with the rotation. It must stand in the status by then, or
        the old key would stop at once."""

        def noted() -> bool:
            now = self._catalogue.key(entry.namespace, entry.name)
            known = issued_keys(now.manifest) if now is not None else ()
            return any(issued.hash == old_hash for issued in known)

        if overlap and not await self._seen(noted):
            raise Unavailable(
                f"The operator has not taken in the key '{entry.id}' yet: try again, "
                "or rotate with overlap_seconds 0, which stops the old key at once.",
                retry_after=2,
            )

    async def _rotated(self, entry: KeyEntry, patch: dict[str, Any]) -> Manifest:
        try:
            return await self._writer.patch_spec(KIND, entry.namespace, entry.name, patch)
        except InvalidRequest as exc:
            # The contract refuses a second new hash for the same revision.
            if exc.param != "spec.revision":
                raise
            raise Unavailable(
                f"The key '{entry.id}' was rotated at the same moment: look at it, then try again.",
                retry_after=1,
            ) from exc

    async def _seen(self, known: Callable[[], bool]) -> bool:
        """Whether ``known`` comes true in time."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._wait_seconds
        while not known():
            if clock() >= deadline:
                return False
            await asyncio.sleep(_POLL_SECONDS)
        return True

    def _generation(self, namespace: str, name: str) -> int:
        entry = self._catalogue.key(namespace, name)
        return _generation(entry.manifest) if entry is not None else 0

    def _record(self, action: AuditAction, actor: Actor, stored: Manifest, **detail: Any) -> None:
        self._audit.append(attributed(action, actor, stored, self._now(), **detail))

    def _denied(
        self, actor: Actor, namespace: str, name: str, error: NotFound | Forbidden
    ) -> NotFound | Forbidden:
        """``error`` to raise, once it is on record."""
        self._audit.append(denied(actor, KIND, namespace, name, error, self._now()))
        return error

    def _view(self, stored: Manifest) -> KeyView:
        return view(key_entry(stored, self._system_namespace), self._now())


def confined(wanted: NewKey, principal: Principal) -> NewKey:
    """With the caller's own agents where none were named: the default is all that they have."""
    if wanted.agents is not None or EVERYTHING in principal.agents:
        return wanted
    return wanted.model_copy(update={"agents": list(principal.agents)})


def _generation(manifest: Manifest) -> int:
    return int(manifest["metadata"].get("generation") or 0)


def _uid(entry: KeyEntry | None) -> str:
    return entry.uid if entry is not None else ""
