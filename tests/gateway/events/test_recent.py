"""Events are asked for once by many who look, never by all at once, and failures are not kept."""

import asyncio
from collections import Counter

import pytest

from quarterdeck_contract.names import worker_name
from quarterdeck_gateway.errors import Unavailable
from quarterdeck_gateway.events.kubernetes import KubernetesEvents
from quarterdeck_gateway.events.recent import Recent
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from support.fake_api import FakeApi, status_body
from support.running_gateway import until
from support.virtual_time import in_virtual_time


class Source:
    """Answers after ``gate`` opens, and counts."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.asked: Counter[str] = Counter()
        self.running = self.most = 0
        self.broken = False

    async def ask(self, key: str) -> str:
        self.asked[key] += 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
        finally:
            self.running -= 1
        if self.broken:
            raise ConnectionError(key)
        return f"{key} {self.asked[key]}"


async def test_who_asks_at_the_same_time_shares_one_answer() -> None:
    source = Source()
    recent = Recent(source.ask, seconds=60, timeout=60)
    waiting = [asyncio.create_task(recent.get("a")) for _ in range(20)]
    await until(lambda: source.running == 1)
    # Whoever leaves takes nothing away from the others.
    waiting.pop(0).cancel()
    source.gate.set()
    assert set(await asyncio.gather(*waiting)) == {"a 1"}
    assert await recent.get("a") == "a 1"
    assert await recent.get("b") == "b 1"


@in_virtual_time
async def test_an_answer_grows_old() -> None:
    source = Source()
    source.gate.set()
    recent = Recent(source.ask, seconds=5, timeout=5)
    assert [await recent.get("a"), await recent.get("a")] == ["a 1", "a 1"]
    await asyncio.sleep(4.9)
    assert await recent.get("a") == "a 1"
    await asyncio.sleep(0.1)
    assert await recent.get("a") == "a 2"


async def test_only_a_few_run_together() -> None:
    source = Source()
    recent = Recent(source.ask, seconds=60, timeout=60, at_once=3)
    waiting = [asyncio.create_task(recent.get(str(number))) for number in range(10)]
    await until(lambda: source.running == 3)
    source.gate.set()
    assert len(await asyncio.gather(*waiting)) == 10
    assert source.most == 3


async def test_a_failure_is_told_to_all_and_not_kept() -> None:
    source = Source()
    source.broken = True
    source.gate.set()
    recent = Recent(source.ask, seconds=60, timeout=5)
    told = await asyncio.gather(recent.get("a"), recent.get("a"), return_exceptions=True)
    assert [type(each) for each in told] == [ConnectionError, ConnectionError]
    source.broken = False
    assert await recent.get("a") == "a 2"


@in_virtual_time
async def test_nothing_takes_for_ever() -> None:
    recent = Recent(Source().ask, seconds=60, timeout=5)
    with pytest.raises(TimeoutError):
        await recent.get("a")


def lists(api: FakeApi) -> Counter[str]:
    """How often each selector was asked for."""
    return Counter(str(seen.query.get("fieldSelector")) for seen in api.requests)


async def test_a_page_that_many_look_at_costs_the_cluster_little() -> None:
    async with FakeApi().running() as api, KubeClient(Credentials(api.url)) as client:
        reader = KubernetesEvents(client)
        looks = [reader.events("team-a", agent) for agent in ("demo", "other") * 10]
        await asyncio.gather(*looks)
        asked = lists(api)
        # Those of pods are the same for all agents of a namespace.
        assert asked["regarding.kind=Pod"] == asked["regarding.kind=ReplicaSet"] == 1
        assert asked["regarding.kind=Agent,regarding.name=demo"] == 1
        assert asked[f"regarding.kind=Deployment,regarding.name={worker_name('other')}"] == 1
        assert sum(asked.values()) == 2 + 2 * 3


async def test_a_cluster_that_cannot_tell_is_asked_again() -> None:
    async with FakeApi().running() as api, KubeClient(Credentials(api.url)) as client:
        for _ in range(5):
            api.answer_next(403, status_body(403, "Forbidden", "may not"))
        reader = KubernetesEvents(client)
        with pytest.raises(Unavailable, match="does not tell its events now"):
            await reader.events("team-a", "demo")
        api.canned.clear()
        assert await reader.events("team-a", "demo") == []
