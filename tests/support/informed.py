"""Runs an informer in a test and waits for what it should report."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.resources import Manifest, Resource
from quarterdeck_kube.versions import EventType


async def eventually(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Return as soon as ``condition`` holds; raises TimeoutError when it never does."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


class Informed:
    """What an informer reported: ``events`` in order, and ``names`` of what should now exist."""

    def __init__(self, client: KubeClient, resource: Resource, **options: Any) -> None:
        self.events: list[tuple[str, str]] = []
        self.names: set[str] = set()
        self.informer = Informer(client, resource, self._on_event, **options)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Informed"]:
        """Run the informer; it is synced on entry and cancelled on exit."""
        task = asyncio.create_task(self.informer.run())
        try:
            async with asyncio.timeout(60.0):
                await self.informer.wait_synced()
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _on_event(self, event_type: EventType, manifest: Manifest) -> None:
        name = manifest["metadata"]["name"]
        self.events.append((event_type, name))
        if event_type == "DELETED":
            self.names.discard(name)
        else:
            self.names.add(name)
