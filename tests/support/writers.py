"""Every ``ResourceWriter`` with a look behind it: in memory, on a laptop, in a cluster."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from quarterdeck_contract.names import GATEWAY_FIELD_MANAGER
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.catalogue.port import Manifest, ResourceWriter
from quarterdeck_gateway.catalogue.writer import KubernetesWriter
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.kubeconfig import from_kubeconfig
from quarterdeck_kube.resources import resource_for
from quarterdeck_local.cluster import LocalCluster
from quarterdeck_local.database import AppliedObjects
from quarterdeck_local.intake import Intake
from quarterdeck_local.journal import Journal
from quarterdeck_local.store import ObjectStore
from quarterdeck_local.writer import LocalWriter
from quarterdeck_operator.cluster.port import ObjectKey

COLLEAGUE = "a-colleague"
"""Another writer of the same status; not the operator's name, for one may be running there."""
FILE = "manifests/agents.yaml:1"
CHECKED = {
    "type": "Checked",
    "status": "True",
    "reason": "Fine",
    "message": "",
    "lastTransitionTime": "2026-01-01T00:00:00Z",
}
EXCEEDED = CHECKED | {"type": "Exceeded", "status": "False", "reason": "WithinBudget"}


@dataclass
class Store:
    """A writer with a look behind it."""

    writer: ResourceWriter
    namespace: str
    read: Callable[[str, str], Awaitable[Manifest]]
    """The object of a kind and name as it stands."""
    colleague_says: Callable[[str, str, dict[str, Any]], Awaitable[object]]
    """Write a status as somebody else."""
    manage: Callable[[Manifest], Awaitable[object]]
    """Declare the object as something else that manages it: a tool with server-side apply, or the
    manifests folder."""
    theirs: str = "Checked"
    """Type of a condition that the colleague writes."""

    def checked(self, reason: str = "Fine") -> dict[str, str]:
        """A condition of the colleague's."""
        return CHECKED | {"type": self.theirs, "reason": reason}


def in_memory() -> Store:
    memory, namespace = MemoryWriter(EventCatalogue().observe), "team-a"

    async def read(kind: str, name: str) -> Manifest:
        return memory.objects[kind, namespace, name]

    async def say(kind: str, name: str, status: dict[str, Any]) -> None:
        await memory.report(kind, namespace, name, status, manager=COLLEAGUE)

    async def manage(manifest: Manifest) -> None:
        await memory.put(manifest)
        memory.managed[manifest["kind"], namespace, manifest["metadata"]["name"]] = COLLEAGUE

    return Store(memory, namespace, read, say, manage)


@asynccontextmanager
async def on_a_laptop(folder: Path) -> AsyncIterator[Store]:
    """The colleague is the operator itself, which is known by the names of its conditions."""
    objects, namespace = ObjectStore(), "team-a"

    async def read(kind: str, name: str) -> Manifest:
        found = objects.get(ObjectKey(kind, namespace, name))
        assert found is not None
        return found

    async with aiohttp.ClientSession() as session:
        operator = LocalCluster(objects, Journal(), session)

        async def say(kind: str, name: str, status: dict[str, Any]) -> None:
            await operator.apply_status(ObjectKey(kind, namespace, name), status)

        with closing(AppliedObjects(folder / "quarterdeck.db")) as kept:
            intake = Intake(objects, kept)

            async def manage(manifest: Manifest) -> None:
                intake.follow(manifest, FILE)

            yield Store(LocalWriter(objects, intake), namespace, read, say, manage, theirs="Ready")


@asynccontextmanager
async def in_a_cluster(kinds: str, namespace: str) -> AsyncIterator[Store]:
    credentials = from_kubeconfig(kinds)
    async with (
        KubeClient(credentials, field_manager=GATEWAY_FIELD_MANAGER) as client,
        KubeClient(credentials, field_manager=COLLEAGUE) as colleague,
    ):

        async def read(kind: str, name: str) -> Manifest:
            return await client.get(resource_for(kind), namespace, name)

        async def say(kind: str, name: str, status: dict[str, Any]) -> None:
            await KubernetesWriter(colleague).report(kind, namespace, name, status)

        async def manage(manifest: Manifest) -> None:
            await colleague.apply(resource_for(manifest["kind"]), dict(manifest))

        yield Store(KubernetesWriter(client), namespace, read, say, manage)
    # TLS says goodbye after the client has let go; the loop must live until then.
    await asyncio.sleep(0.2)
