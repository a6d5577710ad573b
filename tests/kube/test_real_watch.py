"""The informer against the real API server, with a proxy between them that breaks the way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.errors import Expired, Throttled
from quarterdeck_kube.resources import CONFIG_MAP, Manifest, Resource
from quarterdeck_kube.selection import Selection
from quarterdeck_kube.watch import WatchEvent
from support.cluster import kubectl
from support.fault_proxy import FaultProxy
from support.informed import Informed, eventually

pytestmark = pytest.mark.cluster

MINE = {"label_selector": "mine=yes"}


@pytest.fixture
async def proxy(credentials: Credentials) -> AsyncIterator[FaultProxy]:
    async with FaultProxy(credentials).running() as running:
        yield running


@pytest.fixture
async def informed(
    proxy: FaultProxy, real: KubeClient, namespace: str, request: pytest.FixtureRequest
) -> AsyncIterator[Informed]:
    """It bears silence for a minute, unless its parameter says for how many seconds."""
    patience = getattr(request, "param", 60.0)
    for name in ("a", "b"):
        await real.apply(CONFIG_MAP, config_map(namespace, name))
    options = MINE | {"namespace": namespace, "inactivity_timeout": patience}
    async with (
        KubeClient(proxy.credentials(), timeout=patience) as client,
        Informed(client, CONFIG_MAP, **options).running() as running,
    ):
        await eventually(lambda: proxy.open_streams == 1)
        yield running


def config_map(namespace: str, name: str, **data: str) -> Manifest:
    metadata = {"name": name, "namespace": namespace, "labels": {"mine": "yes"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def lists(proxy: FaultProxy) -> int:
    return sum(count for (verb, _), count in proxy.counts.items() if verb == "GET")


async def test_every_change_is_reported_once(
    informed: Informed, real: KubeClient, namespace: str
) -> None:
    await real.apply(CONFIG_MAP, config_map(namespace, "a", x="1"))
    await real.apply(CONFIG_MAP, config_map(namespace, "a", x="1"))
    kubectl("delete", "configmap", "b", "-n", namespace)
    await eventually(lambda: informed.names == {"a"})

    assert informed.events == [
        ("ADDED", "a"),
        ("ADDED", "b"),
        ("MODIFIED", "a"),
        ("DELETED", "b"),
    ]


async def test_leaving_the_selection_is_a_deletion(informed: Informed, namespace: str) -> None:
    kubectl("label", "configmap", "b", "mine=no", "--overwrite", "-n", namespace)

    await eventually(lambda: informed.names == {"a"})


async def test_a_cut_watch_continues_where_it_was(
    informed: Informed, proxy: FaultProxy, real: KubeClient, namespace: str
) -> None:
    proxy.fail(500, verb="WATCH")
    assert proxy.cut_streams() == 1
    await real.delete(CONFIG_MAP, namespace, "b")
    await eventually(lambda: informed.names == {"a"})

    assert lists(proxy) == 1


async def test_no_ghosts_after_410(
    informed: Informed, proxy: FaultProxy, real: KubeClient, namespace: str
) -> None:
    proxy.fail(503, verb="WATCH", times=2)
    proxy.fail(410, verb="WATCH")
    proxy.fail(429, verb="GET", retry_after=1)
    proxy.cut_streams()
    await real.delete(CONFIG_MAP, namespace, "b")
    await real.apply(CONFIG_MAP, config_map(namespace, "c"))
    await eventually(lambda: informed.names == {"a", "c"})

    assert informed.events[2:] == [("ADDED", "c"), ("DELETED", "b")]
    assert lists(proxy) == 3


@pytest.mark.parametrize("informed", [2.0], indirect=True)
async def test_a_frozen_connection_is_noticed_and_replaced(
    informed: Informed, proxy: FaultProxy, real: KubeClient, namespace: str
) -> None:
    proxy.freeze()
    await real.delete(CONFIG_MAP, namespace, "b")
    await eventually(lambda: informed.informer.last_error is not None)
    assert informed.names == {"a", "b"}
    proxy.thaw()
    await eventually(lambda: informed.names == {"a"})

    assert informed.events[2:] == [("DELETED", "b")]


async def test_the_real_server_says_that_a_place_is_too_old(
    real: KubeClient, widgets: Resource, namespace: str
) -> None:
    # The server remembers changes of a kind only since that kind was installed.
    with pytest.raises(Expired, match="too old resource version"):
        await first_event(real, Selection(widgets, namespace), "1")


async def first_event(client: KubeClient, selection: Selection, version: str) -> WatchEvent:
    """The first event of a watch, once the server's cache of a new kind has warmed up."""
    for _ in range(10):
        try:
            return await anext(client.watch(selection, version))
        except Throttled as busy:
            await asyncio.sleep(busy.retry_after)
    raise AssertionError("the server kept refusing the watch")


async def test_metadata_only_watch(real: KubeClient, namespace: str) -> None:
    selection = Selection(CONFIG_MAP, namespace, metadata_only=True)
    start = (await real.list(CONFIG_MAP, namespace)).resource_version
    events = real.watch(selection, start)
    waiting = asyncio.ensure_future(anext(events))
    await real.apply(CONFIG_MAP, config_map(namespace, "z", secret="s3cret"))
    event = await waiting
    await events.aclose()

    assert (event.type, event.object["kind"]) == ("ADDED", "ConfigMap")
    assert event.object["metadata"]["labels"] == {"mine": "yes"}
    assert "data" not in event.object
