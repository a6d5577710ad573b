"""The registry on a real API server: its CRD, its EndpointSlice controller, its watches."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from quarterdeck_contract.crds import definitions
from quarterdeck_contract.names import API_VERSION, WORKER_PORT, worker_labels, worker_name
from quarterdeck_gateway.routing.kubernetes import KubernetesRegistry
from quarterdeck_gateway.routing.registry import AgentEntry
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.kubeconfig import from_kubeconfig
from support.cluster import cluster, kubectl, namespace
from support.running_gateway import until

__all__ = ["cluster", "namespace"]

pytestmark = pytest.mark.cluster

LABELS = worker_labels("demo")


@pytest.fixture
async def registry(cluster: str, namespace: str) -> AsyncIterator[KubernetesRegistry]:
    """The registry of one namespace, with our CRDs installed."""
    for definition in definitions():
        apply(definition)
    kubectl("wait", "--for=condition=Established", "crd/agents.quarterdeck.dev", "--timeout=60s")
    async with KubeClient(from_kubeconfig(cluster)) as client:
        registry = KubernetesRegistry(client, [namespace])
        watching = asyncio.create_task(registry.run())
        await until(lambda: registry.synced)
        yield registry
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
    # TLS says goodbye after the client has let go; the loop must live until then.
    await asyncio.sleep(0.2)


def apply(manifest: dict[str, Any]) -> None:
    kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(manifest))


def agent_manifest(namespace: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = {"namespace": namespace, "name": "demo"}
    return {"apiVersion": API_VERSION, "kind": "Agent", "metadata": metadata, "spec": spec}


def service(namespace: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"namespace": namespace, "name": worker_name("demo"), "labels": LABELS},
        "spec": {
            "selector": LABELS,
            "ports": [{"name": "http", "port": WORKER_PORT, "targetPort": WORKER_PORT}],
        },
    }


def endpoint_slice(namespace: str, *, ready: bool) -> dict[str, Any]:
    """What the cluster writes of a pod that is (not) ready."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"namespace": namespace, "name": "of-the-test", "labels": LABELS},
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": WORKER_PORT, "protocol": "TCP"}],
        "endpoints": [{"addresses": ["10.9.8.7"], "conditions": {"ready": ready}}],
    }


async def test_an_agents_workers_are_found_and_lost(
    registry: KubernetesRegistry, namespace: str
) -> None:
    def entry() -> AgentEntry | None:
        return registry.get(namespace, "demo")

    def urls() -> list[str]:
        found = entry()
        return [replica.url for replica in found.replicas] if found is not None else []

    spec = {"instructions": "Be brief.", "model": "m"}
    await asyncio.to_thread(apply, agent_manifest(namespace, spec))
    await until(lambda: entry() is not None)
    assert urls() == []
    await asyncio.to_thread(apply, endpoint_slice(namespace, ready=True))
    await until(lambda: urls() == ["http://10.9.8.7:8080"])
    await asyncio.to_thread(apply, endpoint_slice(namespace, ready=False))
    await until(lambda: urls() == [])
    await asyncio.to_thread(kubectl, "delete", "agents.quarterdeck.dev", "demo", "-n", namespace)
    await until(lambda: entry() is None)


async def test_the_cluster_labels_slices_like_their_service(cluster: str, namespace: str) -> None:
    """The registry finds slices by labels that only the Service is given."""
    await asyncio.to_thread(apply, service(namespace))
    selector = ",".join(f"{name}={value}" for name, value in LABELS.items())
    wanted = ("get", "endpointslices", "-n", namespace, "-l", selector, "-o", "name")
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(kubectl, *wanted):
            await asyncio.sleep(0.1)


async def test_an_agent_elsewhere_follows_its_status(
    registry: KubernetesRegistry, namespace: str
) -> None:
    endpoint = {"runtime": {"endpoint": "http://elsewhere.example:8080"}}
    await asyncio.to_thread(apply, agent_manifest(namespace, endpoint))
    await until(lambda: registry.get(namespace, "demo") is not None)
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "EndpointReady",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    await asyncio.to_thread(
        kubectl,
        *("patch", "agents.quarterdeck.dev", "demo", "-n", namespace, "--subresource=status"),
        *("--type=merge", "-p", json.dumps({"status": {"conditions": [ready]}})),
    )
    await until(lambda: bool(registry.agents()[0].replicas))
    entry = registry.agents()[0]
    assert (entry.ready, entry.reason) == (True, "EndpointReady")
    assert entry.replicas[0].url == "http://elsewhere.example:8080"
