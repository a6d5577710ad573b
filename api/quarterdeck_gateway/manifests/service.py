"""Agents and Models as people change them: judged, written, put on record. The resource is the only
truth; nothing is stored here.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from quarterdeck_contract.names import SYSTEM_NAMESPACE
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.catalogue.attribution import Actor
from quarterdeck_gateway.catalogue.port import Manifest, ResourceWriter
from quarterdeck_gateway.catalogue.recorded import RecordedWriter
from quarterdeck_gateway.catalogue.writer import missing_message
from quarterdeck_gateway.errors import Forbidden, NotFound, Starting
from quarterdeck_gateway.manifests.judgement import judged, require_no_version
from quarterdeck_gateway.manifests.schemas import WriteOptions

Find = Callable[[str, str], Manifest | None]
"""The object of a namespace and name, as it is known now."""


class ManifestService:
    """Writes of one ``kind``; ``served`` are the namespaces that are watched, all when empty.

    Those of ``system_namespace`` are an admin's alone: a worker there could be given its Secrets.
    """

    def __init__(
        self,
        kind: str,
        find: Find,
        synced: Callable[[], bool],
        writer: ResourceWriter,
        audit: AuditLog,
        *,
        now: Callable[[], datetime],
        served: Collection[str] = (),
        system_namespace: str = SYSTEM_NAMESPACE,
    ) -> None:
        self._kind = kind
        self._find = find
        self._synced = synced
        self._changes = RecordedWriter(kind, writer, audit, now)
        self._served = frozenset(served)
        self._system_namespace = system_namespace

    async def put(
        self,
        actor: Actor,
        namespace: str,
        name: str,
        document: Mapping[str, Any],
        options: WriteOptions,
        *,
        only_new: bool = False,
    ) -> Manifest:
        """Create the object or, without ``only_new``, replace it; as stored, or as it would be.

        Raises NotFound, InvalidRequest, Conflict, PreconditionFailed, Unavailable.
        """
        self._require_entry(actor, namespace)
        if not self._synced():
            raise _starting()
        before = None if only_new else self._find(namespace, name)
        wanted = judged(self._kind, namespace, name, document, before or {})
        dry_run = options.dry_run
        if only_new:
            require_no_version(wanted)
            return await self._changes.create(actor, wanted, dry_run=dry_run)
        return await self._changes.put(actor, before, wanted, force=options.force, dry_run=dry_run)

    async def delete(self, actor: Actor, namespace: str, name: str, *, force: bool) -> None:
        """Remove the object. Raises NotFound, Conflict, Unavailable."""
        self._require_entry(actor, namespace)
        known = self._find(namespace, name)
        if known is None and not self._synced():
            raise _starting()
        if known is None:
            raise NotFound(missing_message(self._kind, namespace, name))
        await self._changes.delete(actor, known, force=force)

    def _require_entry(self, actor: Actor, namespace: str) -> None:
        if not actor.principal.may_enter(namespace):
            raise NotFound(f"There is no namespace '{namespace}'.")
        if self._served and namespace not in self._served:
            raise NotFound(f"This gateway does not serve the namespace '{namespace}'.")
        if namespace == self._system_namespace and actor.principal.role is not Role.ADMIN:
            raise Forbidden(
                f"Only the role admin changes {self._kind}s in '{namespace}', where the "
                "installation keeps its Secrets: use another namespace.",
                param="metadata.namespace",
            )


def shown(kind: str, manifest: Manifest) -> dict[str, Any]:
    """The object for people: without the ownership of its fields, and with its kind."""
    metadata = {
        field: value
        for field, value in manifest.get("metadata", {}).items()
        if field not in ("managedFields", "selfLink")
    }
    named = {"apiVersion": manifest.get("apiVersion"), "kind": kind, "metadata": metadata}
    return {**named, **{field: value for field, value in manifest.items() if field not in named}}


def _starting() -> Starting:
    return Starting("The gateway does not know what there is yet.", retry_after=1)
