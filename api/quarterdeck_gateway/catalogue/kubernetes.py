"""Feeds a catalogue from the watches of a cluster.

A watch tells of a change a few milliseconds after it was written, which is what makes a revoked key
stop within a second in every gateway.
"""

import asyncio
from collections.abc import Iterator, Sequence

from quarterdeck_contract.names import SYSTEM_NAMESPACE
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.resources import API_KEY, BUDGET, MODEL, Resource


class CatalogueFeed:
    """Watches the given namespaces, or all of them, for as long as ``run`` runs."""

    def __init__(
        self,
        client: KubeClient,
        catalogue: EventCatalogue,
        namespaces: Sequence[str] = (),
        system_namespace: str = SYSTEM_NAMESPACE,
    ) -> None:
        self._catalogue = catalogue
        self._informers = [
            Informer(client, resource, catalogue.observe, namespace=namespace)
            for resource, namespace in watched(namespaces, system_namespace)
        ]

    @property
    def informers(self) -> Sequence[Informer]:
        """The watches."""
        return self._informers

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as watches:
            for informer in self._informers:
                watches.create_task(informer.run())
            watches.create_task(self._tell_synced())

    async def _tell_synced(self) -> None:
        for informer in self._informers:
            await informer.wait_synced()
        self._catalogue.synced = True


def watched(
    namespaces: Sequence[str], system_namespace: str
) -> Iterator[tuple[Resource, str | None]]:
    """What to watch where: keys of the installation's own namespace may enter any other one."""
    for namespace in namespaces or (None,):
        for resource in (MODEL, API_KEY, BUDGET):
            yield resource, namespace
    if namespaces and system_namespace not in namespaces:
        yield API_KEY, system_namespace
