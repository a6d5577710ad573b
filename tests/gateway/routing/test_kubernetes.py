"""How the cluster's objects become entries, including what a cluster does that a laptop cannot."""

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from quarterdeck_contract.names import LABEL_AGENT
from quarterdeck_gateway.routing.kubernetes import KubernetesRegistry, ready_replicas
from quarterdeck_gateway.routing.registry import Replica, entry_of
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.resources import AGENT, ENDPOINT_SLICE
from support.fake_api import FakeApi
from support.running_gateway import until

PODS = (Replica(id="uid-1", url="http://10.0.0.1:8080"),)
READY: dict[str, Any] = {
    "conditions": [
        {"type": "Stalled", "status": "False", "reason": "Other", "message": "no"},
        {"type": "Ready", "status": "True", "reason": "WorkersReady", "message": "1 of 1"},
    ]
}


def manifest(spec: dict[str, Any], status: dict[str, Any] | None = None) -> dict[str, Any]:
    metadata = {"namespace": "team", "name": "a", "managedFields": [{"manager": "x"}]}
    return {"metadata": metadata, "spec": spec, "status": status}


def slice_of(agent: str | None, *addresses: str, **changes: Any) -> dict[str, Any]:
    labels = {} if agent is None else {LABEL_AGENT: agent}
    return {
        "metadata": {"namespace": "team", "name": "s1", "labels": labels},
        "addressType": "IPv4",
        "ports": [{"name": "metrics", "port": 9}, {"name": "http", "port": 8080}],
        "endpoints": [{"addresses": [address]} for address in addresses],
    } | changes


def test_an_entry_says_what_the_ready_condition_says() -> None:
    entry = entry_of(manifest({"suspended": True}, READY), PODS)
    assert (entry.ready, entry.reason, entry.message) == (True, "WorkersReady", "1 of 1")
    assert entry.suspended
    assert entry.replicas == PODS


def test_an_agent_that_nobody_has_reconciled_yet() -> None:
    entry = entry_of(manifest({}), ())
    assert (entry.ready, entry.reason, entry.message, entry.replicas) == (False, "", "", ())


def test_an_agent_elsewhere_is_one_replica_while_its_probe_says_so() -> None:
    spec = {"runtime": {"endpoint": "https://agents.example/a/"}}
    up = entry_of(manifest(spec, READY), PODS)
    assert [replica.url for replica in up.replicas] == ["https://agents.example/a"]
    down = {"conditions": [{"type": "Ready", "status": "False", "reason": "EndpointUnreachable"}]}
    assert entry_of(manifest(spec, down), PODS).replicas == ()


def test_endpoints_that_are_not_ready_are_left_out() -> None:
    endpoints = [
        {"addresses": ["10.0.0.1"], "conditions": {"ready": True}, "targetRef": {"uid": "pod-1"}},
        {"addresses": ["10.0.0.2"], "conditions": {"ready": False}},
        {"addresses": ["10.0.0.3"], "conditions": {}},
        {"addresses": []},
    ]
    found = list(ready_replicas(slice_of("a", endpoints=endpoints)))
    assert [(replica.id, replica.url) for replica in found] == [
        ("pod-1", "http://10.0.0.1:8080"),
        ("10.0.0.3:8080", "http://10.0.0.3:8080"),
    ]


def test_ipv6_addresses_are_written_as_urls_need_them() -> None:
    found = list(ready_replicas(slice_of("a", "fd00::1", addressType="IPv6")))
    assert found[0].url == "http://[fd00::1]:8080"


@pytest.mark.parametrize("ports", [None, [], [{"name": "metrics", "port": 9}]])
def test_a_slice_without_our_port_has_no_replicas(ports: Any) -> None:
    assert list(ready_replicas(slice_of("a", "10.0.0.1", ports=ports, endpoints=None))) == []
    assert list(ready_replicas(slice_of("a", "10.0.0.1", ports=ports))) == []


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    async with FakeApi().running() as running:
        yield running


@pytest.fixture
async def registry(api: FakeApi) -> AsyncIterator[KubernetesRegistry]:
    await api.put(AGENT.path("team", "a"), manifest({}, READY))
    await api.put(AGENT.path("other", "a"), {"metadata": {"namespace": "other", "name": "a"}})
    async with KubeClient(Credentials(server=api.url)) as client:
        registry = KubernetesRegistry(client, ["team"])
        watching = asyncio.create_task(registry.run())
        await until(lambda: registry.synced)
        yield registry
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def urls(registry: KubernetesRegistry) -> list[str]:
    entry = registry.get("team", "a")
    return [] if entry is None else [replica.url for replica in entry.replicas]


async def test_only_the_given_namespaces_are_watched(
    api: FakeApi, registry: KubernetesRegistry
) -> None:
    assert [entry.id for entry in registry.agents()] == ["team/a"]
    lists = [seen for seen in api.requests if seen.path.endswith("endpointslices")]
    selector = "app.kubernetes.io/managed-by=quarterdeck"
    assert {seen.query["labelSelector"] for seen in lists} == {selector}


async def test_field_ownership_is_not_kept(registry: KubernetesRegistry) -> None:
    assert "managedFields" not in registry.agents()[0].manifest["metadata"]


async def test_replicas_follow_their_slices(api: FakeApi, registry: KubernetesRegistry) -> None:
    first, second = (ENDPOINT_SLICE.path("team", name) for name in ("s1", "s2"))
    await api.put(first, slice_of("a", "10.0.0.1"))
    other = copy.deepcopy(slice_of("a", "10.0.0.1", "10.0.0.2"))
    other["metadata"]["name"] = "s2"
    await api.put(second, other)
    await until(lambda: urls(registry) == ["http://10.0.0.1:8080", "http://10.0.0.2:8080"])
    await api.remove(second)
    await until(lambda: urls(registry) == ["http://10.0.0.1:8080"])
    await api.put(first, slice_of("b", "10.0.0.1"))
    await until(lambda: urls(registry) == [])
    await api.put(first, slice_of("a", "10.0.0.3"))
    await until(lambda: urls(registry) == ["http://10.0.0.3:8080"])
    await api.put(first, slice_of(None, "10.0.0.3"))
    await until(lambda: urls(registry) == [])


async def test_slices_that_vanished_while_the_watch_was_cut(
    api: FakeApi, registry: KubernetesRegistry
) -> None:
    path = ENDPOINT_SLICE.path("team", "s1")
    await api.put(path, slice_of("a", "10.0.0.1"))
    await until(lambda: urls(registry) != [])
    del api.objects[path]
    api.forget_history()
    api.cut_streams()
    await until(lambda: urls(registry) == [])


async def test_a_slice_may_come_before_its_agent(
    api: FakeApi, registry: KubernetesRegistry
) -> None:
    early = slice_of("late", "10.0.0.9")
    await api.put(ENDPOINT_SLICE.path("team", "s1"), early)
    late = manifest({}, READY)
    late["metadata"]["name"] = "late"
    await api.put(AGENT.path("team", "late"), late)
    await until(lambda: registry.get("team", "late") is not None)
    entry = registry.get("team", "late")
    assert entry is not None
    assert [replica.url for replica in entry.replicas] == ["http://10.0.0.9:8080"]
