"""Everything the engine must see of a cluster, beside what kopf reports.

Children and references come from our own informers. Agents and Models come from kopf, which never
reports what was deleted while its watch was being listed anew, so they are listed as well: at the
start and every few minutes.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import structlog

from quarterdeck_contract.names import LABEL_MANAGED_BY, MANAGED_BY
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import KubeError, NotFound
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.listing import ObjectList
from quarterdeck_kube.resources import resource_for
from quarterdeck_operator.cache import REFERENCE_KINDS
from quarterdeck_operator.engine import CHILD_KINDS, OWN_KINDS, Engine

RELIST_SECONDS: Final = (270, 330)
RETRY_SECONDS: Final = 2.0
STALE_SECONDS: Final = 150.0
"""Longest silence of a healthy watch, with a margin: bookmarks come every minute."""

_log = structlog.get_logger(__name__)


class Feed:
    """Feeds ``engine`` from ``namespaces`` (empty: all)."""

    def __init__(self, client: KubeClient, engine: Engine, namespaces: Sequence[str]) -> None:
        self._client = client
        self._engine = engine
        self._scopes: list[str | None] = [*namespaces] if namespaces else [None]
        self._informers = [
            informer for scope in self._scopes for informer in self._informers_of(scope)
        ]
        self._listed = asyncio.Event()
        self._relist_now = asyncio.Event()
        self._listed_at = time.monotonic()

    @property
    def informers(self) -> Sequence[Informer]:
        """The watches beside kopf's."""
        return self._informers

    def listed_at(self) -> float:
        """When our own kinds were last listed, seconds since the epoch."""
        return time.time() - time.monotonic() + self._listed_at

    @property
    def synced(self) -> bool:
        """Whether all that existed at the start has been seen."""
        return self._listed.is_set() and all(informer.synced for informer in self._informers)

    async def wait_listed(self) -> None:
        """Return once Agents and Models have been listed, which proves that their CRDs exist."""
        await self._listed.wait()

    async def wait_synced(self) -> None:
        """Return once ``synced``."""
        await self.wait_listed()
        for informer in self._informers:
            await informer.wait_synced()

    def stale(self, now: Callable[[], float] = time.monotonic) -> list[str]:
        """Kinds of which nothing has been heard for too long."""
        late = [
            informer.resource.kind
            for informer in self._informers
            if now() - informer.last_seen > STALE_SECONDS
        ]
        overdue = now() - self._listed_at > RELIST_SECONDS[1] + STALE_SECONDS
        return late + ([*OWN_KINDS] if overdue else [])

    def relist(self) -> None:
        """List Agents and Models now: their watch was interrupted, and deletions may be missed."""
        self._relist_now.set()

    async def run(self) -> None:
        """Feed until cancelled."""
        async with asyncio.TaskGroup() as group:
            for informer in self._informers:
                group.create_task(informer.run())
            group.create_task(self._keep_listing())

    async def _keep_listing(self) -> None:
        while True:
            try:
                for kind in OWN_KINDS:
                    await self._list(kind)
            except KubeError as exc:
                _log.warning("list failed", error=str(exc), hint=_hint(exc))
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._listed_at = time.monotonic()
            self._listed.set()
            await self._next_turn()

    async def _next_turn(self) -> None:
        self._relist_now.clear()
        try:
            async with asyncio.timeout(random.uniform(*RELIST_SECONDS)):  # noqa: S311 - spreads load
                await self._relist_now.wait()
        except TimeoutError:
            return

    async def _list(self, kind: str) -> None:
        lists = [await self._client.list(resource_for(kind), scope) for scope in self._scopes]
        manifests = [item for found in lists for item in found.items]
        self._engine.replace(kind, manifests, _oldest(lists))

    def _informers_of(self, scope: str | None) -> list[Informer]:
        selector = f"{LABEL_MANAGED_BY}={MANAGED_BY}"
        children = [
            Informer(
                self._client,
                resource_for(kind),
                self._engine.observe,
                namespace=scope,
                label_selector=selector,
            )
            for kind in CHILD_KINDS
        ]
        references = [
            Informer(
                self._client,
                resource_for(kind),
                partial(_observe_metadata, self._engine, kind),
                namespace=scope,
                metadata_only=True,
            )
            for kind in REFERENCE_KINDS
        ]
        return children + references


def _observe_metadata(engine: Engine, kind: str, event_type: Any, manifest: Any) -> None:
    engine.observe_metadata(event_type, kind, manifest)


def _oldest(lists: Sequence[ObjectList]) -> str:
    # What was learned after the first of several lists may be missing from it.
    return min(
        (found.resource_version for found in lists), key=lambda version: (len(version), version)
    )


def _hint(exc: KubeError) -> str:
    if isinstance(exc, NotFound) and exc.api_missing:
        return "the CustomResourceDefinitions are not installed: install the chart quarterdeck-crds"
    return ""
