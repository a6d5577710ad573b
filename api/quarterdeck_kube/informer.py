"""Keeps one handler told of all objects of a resource, whatever happens to the connection.

LIST, then WATCH from there; when the place in the watch is lost, LIST again and report the
difference, so that an object deleted meanwhile never lives on as a ghost in the handler's cache.
"""

import asyncio
import random
import time
from contextlib import aclosing
from typing import Final, Protocol

import structlog

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import Expired, KubeError, Transient
from quarterdeck_kube.resources import Manifest, Resource
from quarterdeck_kube.selection import Selection
from quarterdeck_kube.versions import EventType, Key, Versions, key_of
from quarterdeck_kube.watch import INACTIVITY_TIMEOUT, WatchEvent

WATCH_SECONDS: Final = (240, 360)
BACKOFF_FIRST: Final = 0.2
BACKOFF_LIMIT: Final = 10.0
FAILURES_BEFORE_RELIST: Final = 5
SHORTEST_HEALTHY_WATCH: Final = 1.0

log = structlog.get_logger(__name__)


class EventHandler(Protocol):
    """Called for every change, in order; must not block. A DELETED object may have no spec."""

    def __call__(self, event_type: EventType, manifest: Manifest, /) -> None: ...


def backoff(failures: int, spread: float) -> float:
    """Seconds to wait after the n-th failure in a row; ``spread`` in [0, 1) is the jitter."""
    delay = min(BACKOFF_LIMIT, BACKOFF_FIRST * 2.0 ** min(failures - 1, 16))
    return delay * (0.5 + spread / 2)


class Informer:
    """Reports every object of ``resource`` that matches, then every change, to ``on_event``.

    Whatever ``on_event`` raises ends ``run`` with that exception: an event that was not taken in
    would be lost for good.
    """

    def __init__(
        self,
        client: KubeClient,
        resource: Resource,
        on_event: EventHandler,
        *,
        namespace: str | None = None,
        label_selector: str | None = None,
        field_selector: str | None = None,
        metadata_only: bool = False,
        inactivity_timeout: float = INACTIVITY_TIMEOUT,
    ) -> None:
        self._client = client
        self._selection = Selection(
            resource, namespace, label_selector, field_selector, metadata_only
        )
        self._on_event = on_event
        self._inactivity_timeout = inactivity_timeout
        self._versions = Versions(resource)
        self._position: str | None = None
        self._failures = 0
        self._synced = asyncio.Event()
        self.last_seen = time.monotonic()
        """Monotonic time of the last page, event or bookmark. A healthy one is at most
        ``2 * inactivity_timeout`` seconds old; start with the time of construction."""
        self.last_error: KubeError | None = None
        """Why the informer is not in touch, None while it is."""

    @property
    def resource(self) -> Resource:
        """What is watched."""
        return self._selection.resource

    @property
    def synced(self) -> bool:
        """Whether everything that existed at the start has been reported."""
        return self._synced.is_set()

    async def wait_synced(self) -> None:
        """Return once ``synced``."""
        await self._synced.wait()

    async def run(self) -> None:
        """List and watch until cancelled, or until ``on_event`` raises."""
        while True:
            try:
                if self._position is None:
                    self._position = await self._list()
                await self._watch(self._position)
            except KubeError as error:
                await self._recover(error)

    async def _list(self) -> str:
        seen: set[Key] = set()
        version = ""
        async for page in self._client.pages(self._selection):
            self._in_touch()
            version = page.resource_version
            for item in page.items:
                seen.add(key_of(item))
                self._report(self._versions.present(item), item)
        for tombstone in self._versions.retain(seen):
            self._report("DELETED", tombstone)
        self._synced.set()
        return version

    async def _watch(self, position: str) -> None:
        started, heard = time.monotonic(), False
        events = self._client.watch(
            self._selection,
            position,
            timeout=random.randint(*WATCH_SECONDS),  # noqa: S311 - spreads reconnects, no secret
            inactivity_timeout=self._inactivity_timeout,
            on_open=self._in_touch,
        )
        async with aclosing(events):
            async for event in events:
                self._in_touch()
                self._take(event)
                self._failures, heard = 0, True
        if not heard and time.monotonic() - started < SHORTEST_HEALTHY_WATCH:
            raise Transient("the watch ended at once")
        self._failures = 0

    def _take(self, event: WatchEvent) -> None:
        if event.type == "DELETED":
            self._report(self._versions.deleted(event.object), event.object)
        elif event.type != "BOOKMARK":
            self._report(self._versions.present(event.object), event.object)
        # Only now: an event that the handler refused must not count as seen.
        self._position = event.resource_version

    def _report(self, event_type: EventType | None, manifest: Manifest) -> None:
        if event_type is not None:
            self._on_event(event_type, manifest)

    def _in_touch(self) -> None:
        self.last_seen = time.monotonic()
        self.last_error = None

    async def _recover(self, error: KubeError) -> None:
        self.last_error = error
        self._failures += 1
        # A place that fails time and again may be one that a restored server never reaches.
        if isinstance(error, Expired) or self._failures % FAILURES_BEFORE_RELIST == 0:
            self._position = None
        spread = random.random()  # noqa: S311 - as above
        delay = max(backoff(self._failures, spread), error.retry_after or 0.0)
        log.warning(
            "watch interrupted",
            kind=self.resource.kind,
            error=str(error),
            failures=self._failures,
            relist=self._position is None,
            retry_in=round(delay, 2),
        )
        await asyncio.sleep(delay)
