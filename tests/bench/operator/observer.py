"""The independent witness: sees by its own watches when an Agent has become what it says.

An operator's own clock would start when it notices and stop when it believes.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

from quarterdeck_contract.names import worker_name
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.resources import (
    AGENT,
    CONFIG_MAP,
    DEPLOYMENT,
    NETWORK_POLICY,
    SERVICE,
    SERVICE_ACCOUNT,
    Manifest,
    Resource,
)

CHILDREN: Final = (CONFIG_MAP, DEPLOYMENT, NETWORK_POLICY, SERVICE, SERVICE_ACCOUNT)


class Observer:
    """Watches one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._generations: dict[str, tuple[int, int]] = {}
        self._children: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._changed = asyncio.Event()
        self._last_change = time.perf_counter()
        self._informers = [
            Informer(client, resource, self._handler(resource), namespace=namespace)
            for resource in (AGENT, *CHILDREN)
        ]

    @asynccontextmanager
    async def watching(self) -> AsyncIterator["Observer"]:
        """Sees everything from here on."""
        tasks = [asyncio.create_task(informer.run()) for informer in self._informers]
        try:
            for informer in self._informers:
                await informer.wait_synced()
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def settled(self, agent: str, generation: int = 1) -> bool:
        """Whether all children are there and the status speaks of this generation, or a later."""
        current, observed = self._generations.get(agent, (0, 0))
        return observed == current >= generation and all(
            self.uid(resource, agent) for resource in CHILDREN
        )

    async def when_settled(
        self, agents: Iterable[str], generation: int = 1, timeout: float = 300.0
    ) -> dict[str, float]:
        """When each was seen settled, by ``time.perf_counter``; raises TimeoutError."""
        waiting, seen = set(agents), dict[str, float]()

        def all_settled() -> bool:
            now = time.perf_counter()
            done = {agent for agent in waiting if self.settled(agent, generation)}
            waiting.difference_update(done)
            seen.update(dict.fromkeys(done, now))
            return not waiting

        await self.when(all_settled, timeout)
        return seen

    async def when_calm(self, seconds: float, timeout: float = 120.0) -> None:
        """Return once nothing has changed for that long; raises TimeoutError.

        A busy cluster's own controllers work off a change long after the operator has.
        """
        async with asyncio.timeout(timeout):
            while (left := self._last_change + seconds - time.perf_counter()) > 0:
                await asyncio.sleep(left)

    def uid(self, resource: Resource, agent: str) -> str | None:
        """The uid of this child of the agent; None while there is none."""
        return self._children[resource.kind].get(worker_name(agent))

    async def when(self, condition: Callable[[], bool], timeout: float = 60.0) -> float:
        """The time at which ``condition`` holds; it is asked again after every change."""
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()
        return time.perf_counter()

    def _handler(self, resource: Resource) -> Callable[[str, Manifest], None]:
        take = self._take_agent if resource is AGENT else self._take_child

        def on_event(event_type: str, manifest: Manifest, /) -> None:
            take(resource, event_type, manifest)
            self._changed.set()
            self._last_change = time.perf_counter()

        return on_event

    def _take_agent(self, _: Resource, event_type: str, manifest: Manifest) -> None:
        metadata = manifest["metadata"]
        if event_type == "DELETED":
            self._generations.pop(metadata["name"], None)
            return
        observed = (manifest.get("status") or {}).get("observedGeneration", 0)
        self._generations[metadata["name"]] = metadata["generation"], observed

    def _take_child(self, resource: Resource, event_type: str, manifest: Manifest) -> None:
        metadata, known = manifest["metadata"], self._children[resource.kind]
        if event_type == "DELETED":
            known.pop(metadata["name"], None)
        else:
            known[metadata["name"]] = metadata["uid"]
