"""When each API key was last used, to about five minutes, in its status.

Cheap for the chat path, and for the API server: one write per key and five minutes, whichever
gateway makes it.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from quarterdeck_contract.v1alpha1.api_key import ApiKey
from quarterdeck_gateway.admission.budget_status import rfc3339
from quarterdeck_gateway.catalogue.port import Catalogue, KeyEntry, ResourceWriter
from quarterdeck_gateway.errors import GatewayError, Unavailable

log = structlog.get_logger(__name__)

FIRST_SECONDS: Final = 10.0
"""Between two looks; what a key's first use takes at most to be seen."""
RENEWED_SECONDS: Final = 300.0
WRITTEN_AT_ONCE: Final = 100
_Key = tuple[str, str]


class LastUsed:
    """Collects uses; ``run`` writes them down."""

    def __init__(
        self,
        catalogue: Catalogue,
        writer: ResourceWriter,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._catalogue = catalogue
        self._writer = writer
        self._now = now
        self._uses: dict[_Key, float] = {}

    def used(self, namespace: str, name: str) -> None:
        """This ApiKey was used just now."""
        self._uses[namespace, name] = self._now()

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(FIRST_SECONDS)
            try:
                await self.report()
            except Exception:
                # A fault of ours, and no reason for the gateway to stop.
                log.exception("last uses of keys not written")

    async def report(self) -> None:
        """Write down what is due."""
        for key in self._due():
            at = self._uses.pop(key)
            try:
                status = {"lastUsedAt": rfc3339(at)}
                await self._writer.report(ApiKey.described.kind, *key, status)
            except Unavailable as exc:
                self._uses.setdefault(key, at)
                log.warning("last uses of keys not written", error=exc.message)
                return
            except GatewayError as exc:
                log.warning("last use of a key not written", key="/".join(key), error=exc.message)

    def _due(self) -> list[_Key]:
        """Keys whose status is five minutes old or says nothing; others have to wait."""
        due: list[_Key] = []
        for key, at in tuple(self._uses.items()):
            entry = self._catalogue.key(*key)
            known = None if entry is None else last_used_at(entry)
            if entry is None or (known is not None and known >= at):
                del self._uses[key]
            elif known is None or self._now() - known >= RENEWED_SECONDS:
                due.append(key)
        return due[:WRITTEN_AT_ONCE]


def last_used_at(entry: KeyEntry) -> float | None:
    """What the status says, in seconds since the epoch; None when it says nothing legible."""
    written = (entry.manifest.get("status") or {}).get("lastUsedAt")
    try:
        return datetime.fromisoformat(written).timestamp() if written else None
    except (TypeError, ValueError):
        return None
