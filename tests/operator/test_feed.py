"""What the engine is fed of a cluster, and when the feed counts as dead."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import AGENT, MODEL
from quarterdeck_operator.cluster.fake import FakeCluster
from quarterdeck_operator.engine import Engine
from quarterdeck_operator.feed import STALE_SECONDS, Feed
from support.fake_api import FakeApi
from support.operator_process import eventually
from support.operator_world import NAMESPACE, OPTIONS, agent, model


@asynccontextmanager
async def feeding(client: KubeClient, *namespaces: str) -> AsyncIterator[tuple[Feed, Engine]]:
    engine = Engine(FakeCluster(), OPTIONS)
    feed = Feed(client, engine, namespaces)
    task = asyncio.create_task(feed.run())
    try:
        async with asyncio.timeout(60):
            await feed.wait_synced()
        yield feed, engine
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def known(engine: Engine) -> Counter[str]:
    """How many resources of each kind the engine knows."""
    kinds: Counter[str] = Counter()
    for standing, count in engine.counts().items():
        kinds[standing.kind] += count
    return kinds


async def test_what_is_listed_is_known_and_what_is_gone_is_dropped(
    client: KubeClient, fake: FakeApi
) -> None:
    await fake.put(AGENT.path(NAMESPACE, "demo"), agent())
    await fake.put(MODEL.path(NAMESPACE, "m"), model())
    async with feeding(client) as (feed, engine):
        assert known(engine) == {"Agent": 1, "Model": 1}
        await fake.remove(MODEL.path(NAMESPACE, "m"))
        feed.relist()

        async def dropped() -> bool:
            return known(engine) == {"Agent": 1}

        await eventually(dropped)


async def test_only_chosen_namespaces_are_asked_for(client: KubeClient, fake: FakeApi) -> None:
    await fake.put(
        AGENT.path("red", "a"), agent() | {"metadata": {"namespace": "red", "name": "a"}}
    )
    await fake.put(
        AGENT.path("blue", "b"), agent() | {"metadata": {"namespace": "blue", "name": "b"}}
    )
    await fake.put(
        AGENT.path("grey", "c"), agent() | {"metadata": {"namespace": "grey", "name": "c"}}
    )
    async with feeding(client, "red", "blue") as (_, engine):
        assert known(engine) == {"Agent": 2}
    asked = {seen.path for seen in fake.requests}
    assert all("/namespaces/red/" in path or "/namespaces/blue/" in path for path in asked)


async def test_secrets_are_fetched_as_metadata_only(client: KubeClient, fake: FakeApi) -> None:
    async with feeding(client):
        pass
    asked = [seen for seen in fake.requests if "/secrets" in seen.path]
    assert asked
    assert all("PartialObjectMetadata" in seen.headers["Accept"] for seen in asked)


async def test_a_silent_watch_is_found(client: KubeClient) -> None:
    async with feeding(client) as (feed, _):
        assert feed.stale() == []
        late = time.monotonic() + STALE_SECONDS + 1
        assert "Deployment" in feed.stale(lambda: late)
        assert "Agent" not in feed.stale(lambda: late)
        assert "Agent" in feed.stale(lambda: late + 600)
