"""The people's side: creates, changes and damages Agents, sixteen at a time.

Zero replicas and a model that nothing calls: no pod starts, so only the control plane is measured.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from quarterdeck_contract.crds import definitions
from quarterdeck_contract.names import API_VERSION, worker_name
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import NotFound
from quarterdeck_kube.resources import (
    AGENT,
    CUSTOM_RESOURCE_DEFINITION,
    MODEL,
    NAMESPACE,
    SERVICE,
    Manifest,
    Resource,
)

CLIENTS: Final = 16
SERVED_WITHIN: Final = 20.0
MODEL_NAME: Final = "bench-model"


class Fleet:
    """The Agents of one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self.namespace = namespace

    async def prepare(self) -> None:
        """The namespace and the Model that all Agents use; the CRDs, if they are not there."""
        for definition in definitions():
            await self._client.apply(CUSTOM_RESOURCE_DEFINITION, definition)
        await self._served()
        metadata = {"name": self.namespace}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
        await self._client.create(NAMESPACE, namespace)
        spec = {"provider": "ollama", "model": "bench", "baseURL": "http://127.0.0.1:9/v1"}
        await self._client.create(MODEL, self._manifest("Model", MODEL_NAME, spec))

    async def create(self, names: Iterable[str]) -> dict[str, float]:
        """One POST each; when each was sent, by ``time.perf_counter``."""
        spec = {"model": MODEL_NAME, "instructions": "Answer in one sentence.", "replicas": 0}
        sent: dict[str, float] = {}

        async def create_one(name: str) -> None:
            sent[name] = time.perf_counter()
            await self._client.create(AGENT, self._manifest("Agent", name, spec))

        await _for_all(names, create_one)
        return sent

    async def change(self, names: Iterable[str]) -> None:
        """New instructions for each: one PATCH."""

        async def change_one(name: str) -> None:
            patch = {"spec": {"instructions": "Answer in two sentences."}}
            await self._client.patch_merge(AGENT, self.namespace, name, patch)

        await _for_all(names, change_one)

    async def damage(self, name: str) -> None:
        """Delete the agent's Service behind the operator's back: one DELETE."""
        await self._client.delete(SERVICE, self.namespace, worker_name(name))

    async def remove(self) -> None:
        """Ask for deletion of the namespace with all in it; returns at once."""
        await self._client.delete(NAMESPACE, None, self.namespace)

    async def _served(self) -> None:
        """A definition that was just created is served a moment later."""
        async with asyncio.timeout(SERVED_WITHIN):
            for resource in (AGENT, MODEL):
                while not await self._lists(resource):
                    await asyncio.sleep(0.1)

    async def _lists(self, resource: Resource) -> bool:
        try:
            await self._client.list(resource, self.namespace)
        except NotFound:
            return False
        return True

    def _manifest(self, kind: str, name: str, spec: Manifest) -> Manifest:
        metadata = {"name": name, "namespace": self.namespace}
        return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}


async def _for_all(names: Iterable[str], act: Callable[[str], Awaitable[None]]) -> None:
    waiting = iter(names)

    async def client() -> None:
        for name in waiting:
            await act(name)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
