"""The proxy breaks what it is told to and passes on the rest: tests of faults rely on it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.errors import Conflict, Throttled, Transient
from quarterdeck_kube.kubeconfig import from_kubeconfig
from quarterdeck_kube.resources import AGENT, Manifest
from quarterdeck_kube.selection import Selection
from quarterdeck_kube.watch import WatchEvent
from support.fake_api import FakeApi
from support.fault_proxy import FaultProxy, path_template
from support.informed import eventually

OBJECT: Manifest = {"metadata": {"name": "a", "namespace": "demo"}}


@pytest.fixture
async def proxy(api: FakeApi) -> AsyncIterator[FaultProxy]:
    api.token = "t0ken"
    async with FaultProxy(Credentials(server=api.url, token="t0ken")).running() as running:
        yield running


@pytest.fixture
async def through(proxy: FaultProxy) -> AsyncIterator[KubeClient]:
    async with KubeClient(proxy.credentials()) as client:
        yield client


async def test_requests_pass_and_are_counted(proxy: FaultProxy, through: KubeClient) -> None:
    await through.create(AGENT, OBJECT)
    await through.get(AGENT, "demo", "a")

    collection = "/apis/quarterdeck.dev/v1alpha1/namespaces/{namespace}/agents"
    assert proxy.counts == {("POST", collection): 1, ("GET", f"{collection}/{{name}}"): 1}


async def test_faults_hit_only_what_matches_and_so_often(
    api: FakeApi, proxy: FaultProxy, through: KubeClient
) -> None:
    proxy.fail(409, verb="POST", path="/agents", times=2)
    proxy.fail(429, verb="GET", retry_after=3)

    for _ in range(2):
        with pytest.raises(Conflict):
            await through.create(AGENT, OBJECT)
    with pytest.raises(Throttled) as caught:
        await through.list(AGENT, "demo")
    assert caught.value.retry_after == 3.0
    assert api.requests == []
    await through.create(AGENT, OBJECT)
    assert len((await through.list(AGENT, "demo")).items) == 1


async def test_streams_can_be_cut(api: FakeApi, proxy: FaultProxy, through: KubeClient) -> None:
    events = through.watch(Selection(AGENT, "demo"), "100")
    await anext(events)

    assert proxy.cut_streams("/pods") == 0
    assert proxy.cut_streams("/agents") == 1
    with pytest.raises(Transient):
        _ = [event async for event in events]
    await eventually(lambda: proxy.open_streams == 0)


async def test_frozen_streams_and_requests_are_silent_until_thawed(
    api: FakeApi, proxy: FaultProxy, through: KubeClient
) -> None:
    events = through.watch(Selection(AGENT, "demo"), "100")
    await anext(events)
    proxy.freeze()
    async with KubeClient(proxy.credentials(), timeout=0.5) as hasty:
        with pytest.raises(Transient, match="in time"):
            await hasty.list(AGENT, "demo")
    waiting = asyncio.create_task(drained(events))
    await api.put(AGENT.path("demo", "a"), OBJECT)
    await asyncio.sleep(0.2)
    assert not waiting.done()
    proxy.thaw()
    async with asyncio.timeout(60):
        assert await waiting == "ADDED"


async def drained(events: AsyncIterator[WatchEvent]) -> str:
    async for event in events:
        if event.type != "BOOKMARK":
            return event.type
    return "END"


async def test_latency(proxy: FaultProxy, through: KubeClient) -> None:
    proxy.latency = 0.2
    started = asyncio.get_running_loop().time()
    await through.list(AGENT, "demo")

    assert asyncio.get_running_loop().time() - started >= 0.2


async def test_a_program_can_be_sent_through_it(proxy: FaultProxy, tmp_path: Path) -> None:
    written = await proxy.write_kubeconfig(tmp_path / "config")
    async with KubeClient(from_kubeconfig(str(written))) as client:
        await client.create(AGENT, OBJECT)

    assert sum(proxy.counts.values()) == 1


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/version", "/version"),
        ("/api/v1/namespaces/demo", "/api/v1/namespaces/{name}"),
        ("/api/v1/namespaces", "/api/v1/namespaces"),
        ("/api/v1/pods", "/api/v1/pods"),
        ("/api/v1/namespaces/demo/pods/p/log", "/api/v1/namespaces/{namespace}/pods/{name}/log"),
        ("/apis/apps/v1/deployments", "/apis/apps/v1/deployments"),
    ],
)
def test_path_template(path: str, template: str) -> None:
    assert path_template(path) == template
