"""One set of expectations for every registry: a reader must not be able to tell them apart."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest

from quarterdeck_contract.names import LABEL_AGENT
from quarterdeck_gateway.routing.kubernetes import KubernetesRegistry
from quarterdeck_gateway.routing.registry import MemoryRegistry, Registry
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.resources import AGENT, ENDPOINT_SLICE
from support.fake_api import FakeApi
from support.running_gateway import agent, until


@dataclass
class Filled:
    """A registry, and how its world changes."""

    registry: Registry
    put: Callable[[str, str, int], Awaitable[None]]
    """Namespace, name, number of ready workers."""
    remove: Callable[[str, str], Awaitable[None]]


def filled_memory() -> Filled:
    registry = MemoryRegistry()

    async def put(namespace: str, name: str, workers: int) -> None:
        urls = [f"http://10.0.0.{number}:8080" for number in range(workers)]
        registry.put(agent(name, *urls, namespace=namespace))

    async def remove(namespace: str, name: str) -> None:
        registry.remove(namespace, name)

    return Filled(registry, put, remove)


def filled_kubernetes(api: FakeApi, registry: KubernetesRegistry) -> Filled:
    async def put(namespace: str, name: str, workers: int) -> None:
        status = {"conditions": [{"type": "Ready", "status": "True" if workers else "False"}]}
        manifest = {
            "metadata": {"namespace": namespace, "name": name},
            "spec": {"description": f"the agent {name}"},
            "status": status,
        }
        endpoints = [{"addresses": [f"10.0.0.{number}"]} for number in range(workers)]
        metadata = {
            "namespace": namespace,
            "name": f"agent-{name}-x",
            "labels": {LABEL_AGENT: name},
        }
        ports = [{"name": "http", "port": 8080}]
        slice_ = {"metadata": metadata, "endpoints": endpoints, "ports": ports}
        await api.put(AGENT.path(namespace, name), manifest)
        await api.put(ENDPOINT_SLICE.path(namespace, f"agent-{name}-x"), slice_)

    async def remove(namespace: str, name: str) -> None:
        await api.remove(AGENT.path(namespace, name))
        await api.remove(ENDPOINT_SLICE.path(namespace, f"agent-{name}-x"))

    return Filled(registry, put, remove)


@pytest.fixture(params=["memory", "kubernetes"])
async def filled(request: pytest.FixtureRequest) -> AsyncIterator[Filled]:
    if request.param == "memory":
        yield filled_memory()
        return
    async with FakeApi().running() as api, KubeClient(Credentials(server=api.url)) as client:
        registry = KubernetesRegistry(client)
        assert not registry.synced
        watching = asyncio.create_task(registry.run())
        await until(lambda: registry.synced)
        yield filled_kubernetes(api, registry)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def test_an_empty_registry_is_synced(filled: Filled) -> None:
    assert filled.registry.synced
    assert list(filled.registry.agents()) == []
    assert filled.registry.get("default", "a") is None


async def test_an_agent_comes_changes_and_goes(filled: Filled) -> None:
    registry = filled.registry
    await filled.put("default", "a", 0)
    await until(lambda: registry.get("default", "a") is not None)
    entry = registry.get("default", "a")
    assert entry is not None
    assert (entry.id, entry.ready, entry.suspended, entry.replicas) == (
        "default/a",
        False,
        False,
        (),
    )
    assert entry.description == "the agent a"

    await filled.put("default", "a", 2)
    await until(lambda: len(registry.agents()[0].replicas) == 2 and registry.agents()[0].ready)
    assert [replica.url for replica in registry.agents()[0].replicas] == [
        "http://10.0.0.0:8080",
        "http://10.0.0.1:8080",
    ]
    assert entry.replicas == (), "an entry in hand does not change"

    await filled.remove("default", "a")
    await until(lambda: not registry.agents())
    assert registry.get("default", "a") is None


async def test_agents_are_ordered(filled: Filled) -> None:
    for namespace, name in [("b", "a"), ("a", "z"), ("a", "b")]:
        await filled.put(namespace, name, 1)
    await until(lambda: len(filled.registry.agents()) == 3)
    assert [entry.id for entry in filled.registry.agents()] == ["a/b", "a/z", "b/a"]


def test_a_token_is_not_shown() -> None:
    assert "worker-secret" not in repr(agent("a", "http://w"))


def test_forgetting_an_unknown_agent_changes_nothing() -> None:
    registry = MemoryRegistry([agent("a")])
    registry.remove("default", "b")
    assert len(registry.agents()) == 1
