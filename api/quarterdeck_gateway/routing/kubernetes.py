"""The registry of a cluster: Agents say what exists, EndpointSlices say who is ready to answer.

The endpoints of an agent's workers come from the kubelet's readiness probes by way of the
EndpointSlice controller, so a pod that drains or dies leaves without anyone asking it.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from quarterdeck_contract.names import (
    LABEL_AGENT,
    LABEL_MANAGED_BY,
    MANAGED_BY,
    WORKER_PORT_NAME,
)
from quarterdeck_gateway.catalogue.port import Observer
from quarterdeck_gateway.routing.registry import AgentEntry, Replica, entry_of
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.resources import AGENT, ENDPOINT_SLICE, Manifest
from quarterdeck_kube.versions import EventType

Key = tuple[str, str]


class KubernetesRegistry:
    """Watches the given namespaces, or all of them, for as long as ``run`` runs."""

    def __init__(self, client: KubeClient, namespaces: Sequence[str] = ()) -> None:
        self._manifests: dict[Key, Manifest] = {}
        self._slices: dict[Key, dict[str, tuple[Replica, ...]]] = {}
        self._owners: dict[Key, Key] = {}
        self._entries: dict[Key, AgentEntry] = {}
        self._sorted: tuple[AgentEntry, ...] | None = None
        self._observers: list[Observer] = []
        selector = f"{LABEL_MANAGED_BY}={MANAGED_BY}"
        self._informers = [
            informer
            for namespace in namespaces or (None,)
            for informer in (
                Informer(client, AGENT, self._on_agent, namespace=namespace),
                Informer(
                    client,
                    ENDPOINT_SLICE,
                    self._on_slice,
                    namespace=namespace,
                    label_selector=selector,
                ),
            )
        ]

    @property
    def informers(self) -> Sequence[Informer]:
        """The watches."""
        return self._informers

    @property
    def synced(self) -> bool:
        return all(informer.synced for informer in self._informers)

    def get(self, namespace: str, name: str) -> AgentEntry | None:
        return self._entries.get((namespace, name))

    def agents(self) -> Sequence[AgentEntry]:
        if self._sorted is None:
            self._sorted = tuple(self._entries[key] for key in sorted(self._entries))
        return self._sorted

    async def run(self) -> None:
        """Watch until cancelled."""
        async with asyncio.TaskGroup() as watches:
            for informer in self._informers:
                watches.create_task(informer.run())

    def subscribe(self, observer: Observer) -> None:
        self._observers.append(observer)

    def _on_agent(self, event_type: EventType, manifest: Manifest, /) -> None:
        metadata = manifest["metadata"]
        key = metadata["namespace"], metadata["name"]
        if event_type == "DELETED":
            self._manifests.pop(key, None)
        else:
            # Field ownership is most of an object's size and of no interest here.
            metadata.pop("managedFields", None)
            self._manifests[key] = manifest
        self._refresh(key)
        for observer in self._observers:
            observer(event_type, manifest)

    def _on_slice(self, event_type: EventType, manifest: Manifest, /) -> None:
        metadata = manifest["metadata"]
        namespace, name = metadata["namespace"], metadata["name"]
        # A deleted slice, and one whose label has changed, no longer says whose it was.
        before = self._owners.pop((namespace, name), None)
        if before is not None:
            del self._slices[before][name]
        agent = (metadata.get("labels") or {}).get(LABEL_AGENT)
        if event_type != "DELETED" and agent is not None:
            now = self._owners[namespace, name] = (namespace, agent)
            self._slices.setdefault(now, {})[name] = tuple(ready_replicas(manifest))
            self._refresh(now)
        if before is not None:
            self._refresh(before)

    def _refresh(self, key: Key) -> None:
        self._sorted = None
        slices = self._slices.get(key) or {}
        if not slices:
            self._slices.pop(key, None)
        manifest = self._manifests.get(key)
        if manifest is None:
            self._entries.pop(key, None)
            return
        pods = {replica.id: replica for part in slices.values() for replica in part}
        self._entries[key] = entry_of(manifest, tuple(pods.values()))


def ready_replicas(endpoint_slice: Mapping[str, Any]) -> Iterator[Replica]:
    """The endpoints of a slice that are ready, with the port that workers listen on."""
    ports = endpoint_slice.get("ports") or ()
    port = next((item.get("port") for item in ports if item.get("name") == WORKER_PORT_NAME), None)
    if port is None:
        return
    ipv6 = endpoint_slice.get("addressType") == "IPv6"
    for endpoint in endpoint_slice.get("endpoints") or ():
        # Absent means ready, as Kubernetes defines it.
        if (
            not endpoint.get("addresses")
            or (endpoint.get("conditions") or {}).get("ready") is False
        ):
            continue
        address = endpoint["addresses"][0]
        host = f"[{address}]" if ipv6 else address
        target = endpoint.get("targetRef") or {}
        yield Replica(id=target.get("uid") or f"{host}:{port}", url=f"http://{host}:{port}")
