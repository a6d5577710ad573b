"""Changes of one kind that people ask for by HTTP: written, then on record under who asked.

Agents, Models, Budgets and ApiKeys are changed by the same rules: nothing new replaces what is
there, and what something else manages is left to it unless somebody insists.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from quarterdeck_contract.audit import AuditAction
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.catalogue.attribution import Actor, attributed, by, change_event
from quarterdeck_gateway.catalogue.port import Manifest, ResourceWriter
from quarterdeck_gateway.errors import AlreadyExists, PreconditionFailed


class RecordedWriter:
    """Writes of one ``kind``. ``before`` is the object as it was known, None for none: only to say
    what changed."""

    def __init__(
        self,
        kind: str,
        writer: ResourceWriter,
        audit: AuditLog,
        now: Callable[[], datetime],
    ) -> None:
        self._kind = kind
        self._writer = writer
        self._audit = audit
        self._now = now

    async def create(self, actor: Actor, wanted: Manifest, *, dry_run: bool = False) -> Manifest:
        """Store something new. Raises PreconditionFailed where there is one of this name."""
        try:
            stored = await self._writer.create(wanted, dry_run=dry_run)
        except AlreadyExists as exc:
            raise PreconditionFailed(
                f"{exc.message[:-1]}, or leave out If-None-Match to replace it.",
                param="metadata.name",
            ) from exc
        return stored if dry_run else self._told(actor, None, stored)

    async def put(
        self,
        actor: Actor,
        before: Manifest | None,
        wanted: Manifest,
        *,
        force: bool,
        dry_run: bool = False,
    ) -> Manifest:
        """Create or replace; see ``ResourceWriter.put``."""
        stored = await self._writer.put(wanted, force=force, dry_run=dry_run)
        return stored if dry_run else self._told(actor, before, stored)

    async def edit_spec(
        self, actor: Actor, before: Manifest, spec: Mapping[str, Any], *, force: bool
    ) -> Manifest:
        """Merge into the spec; see ``ResourceWriter.edit_spec``."""
        metadata = before["metadata"]
        stored = await self._writer.edit_spec(
            self._kind, metadata["namespace"], metadata["name"], spec, force=force
        )
        return self._told(actor, before, stored)

    async def delete(self, actor: Actor, known: Manifest, *, force: bool) -> None:
        """Remove the object; see ``ResourceWriter.delete``."""
        metadata = known["metadata"]
        await self._writer.delete(self._kind, metadata["namespace"], metadata["name"], force=force)
        event = attributed(AuditAction.RESOURCE_DELETED, actor, known, self._now())
        self._audit.append(event)

    def _told(self, actor: Actor, before: Manifest | None, stored: Manifest) -> Manifest:
        """``stored``, once what it changed is on record."""
        known = before if before is not None and _uid(before) == _uid(stored) else None
        event = change_event(known, stored, self._now())
        if event is not None:
            self._audit.append(by(actor, event))
        return stored


def _uid(manifest: Manifest) -> str:
    return str(manifest["metadata"].get("uid") or "")
