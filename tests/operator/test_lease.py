"""Leader election over real HTTP: one leader at a time, and the next one soon."""

import asyncio
import contextlib

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import LEASE
from quarterdeck_operator.leader import lease_informer
from quarterdeck_operator.lease import LeaderElector, LeaseLost, Timing
from support.fake_api import FakeApi

QUICK = Timing(duration=3.0, renew=2.0, retry=0.1)
PATH = LEASE.path("ns", "op")


def elector(client: KubeClient, identity: str, timing: Timing = QUICK) -> LeaderElector:
    return LeaderElector(client, "ns", "op", identity, timing=timing)


async def test_the_first_leads_and_the_second_waits(client: KubeClient, fake: FakeApi) -> None:
    first, second = elector(client, "one"), elector(client, "two")
    await first.acquire()
    holding = asyncio.create_task(first.hold())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(second.acquire(), QUICK.duration * 2)
    assert (first.leading, second.leading) == (True, False)
    assert fake.objects[PATH]["spec"]["holderIdentity"] == "one"
    holding.cancel()


async def test_after_a_crash_the_next_waits_for_the_duration_and_then_leads(
    client: KubeClient, fake: FakeApi
) -> None:
    await elector(client, "one").acquire()
    started = asyncio.get_running_loop().time()
    second = elector(client, "two")
    async with asyncio.timeout(60):
        await second.acquire()
    waited = asyncio.get_running_loop().time() - started
    assert QUICK.duration <= waited
    assert fake.objects[PATH]["spec"]["leaseTransitions"] == 1


async def test_a_clock_that_lies_in_the_lease_is_not_believed(
    client: KubeClient, fake: FakeApi
) -> None:
    await elector(client, "one").acquire()
    for lie in ("1999-01-01T00:00:00.000000Z", "2999-01-01T00:00:00.000000Z"):
        lease = fake.objects[PATH]
        await fake.put(PATH, lease | {"spec": lease["spec"] | {"renewTime": lie}})
        second = elector(client, "two")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(second.acquire(), QUICK.duration / 2)


async def test_a_released_lease_is_taken_at_once(client: KubeClient, fake: FakeApi) -> None:
    slow = Timing(duration=300, renew=200, retry=100)
    first, second = elector(client, "one", slow), elector(client, "two", slow)
    await first.acquire()
    informer = lease_informer(client, second, "ns", "op")
    watching = asyncio.create_task(informer.run())
    waiting = asyncio.create_task(second.acquire())
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await first.release()
    assert not first.leading
    await asyncio.wait_for(waiting, 60)
    assert fake.objects[PATH]["spec"]["holderIdentity"] == "two"
    watching.cancel()


async def test_a_lease_is_given_back_after_a_renewal_whose_answer_was_lost(
    client: KubeClient, fake: FakeApi
) -> None:
    first = elector(client, "one")
    await first.acquire()
    lease = fake.objects[PATH]
    await fake.put(PATH, lease | {"spec": lease["spec"] | {"renewTime": "later"}})
    fake.answer_next(503, {})
    await first.release()
    assert fake.objects[PATH]["spec"]["holderIdentity"] == ""


async def test_a_lease_that_another_took_meanwhile_stays_with_it(
    client: KubeClient, fake: FakeApi
) -> None:
    first = elector(client, "one")
    await first.acquire()
    lease = fake.objects[PATH]
    await fake.put(PATH, lease | {"spec": lease["spec"] | {"holderIdentity": "two"}})
    await first.release()
    assert fake.objects[PATH]["spec"]["holderIdentity"] == "two"


async def test_a_lease_that_cannot_be_given_back_keeps_nobody_waiting(
    client: KubeClient, fake: FakeApi
) -> None:
    first = elector(client, "one", Timing(duration=30, renew=20, retry=0.05, release=0.2))
    await first.acquire()
    for _ in range(200):
        fake.answer_next(503, {})
    async with asyncio.timeout(25):
        await first.release()
    assert not first.leading


async def test_a_leader_that_cannot_renew_stops_before_another_may_start(
    client: KubeClient, fake: FakeApi
) -> None:
    timing = Timing(duration=20, renew=1, retry=0.05)
    first = elector(client, "one", timing)
    await first.acquire()
    for _ in range(500):
        fake.answer_next(503, {})
    started = asyncio.get_running_loop().time()
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(first.hold(), 60)
    assert asyncio.get_running_loop().time() - started < timing.duration
    assert not first.leading


async def test_a_leader_that_was_replaced_stops(client: KubeClient, fake: FakeApi) -> None:
    first = elector(client, "one")
    await first.acquire()
    lease = fake.objects[PATH]
    await fake.put(PATH, lease | {"spec": lease["spec"] | {"holderIdentity": "thief"}})
    with pytest.raises(LeaseLost, match="thief"):
        await asyncio.wait_for(first.hold(), 60)


async def test_a_hiccup_while_renewing_is_survived(client: KubeClient, fake: FakeApi) -> None:
    first = elector(client, "one")
    await first.acquire()
    holding = asyncio.create_task(first.hold())
    fake.answer_next(500, {})
    fake.answer_next(429, {})
    await asyncio.sleep(QUICK.duration)
    assert first.leading
    assert not holding.done()
    holding.cancel()


async def test_of_many_candidates_one_wins(client: KubeClient, fake: FakeApi) -> None:
    candidates = [elector(client, f"c{number}") for number in range(5)]
    tasks = [asyncio.create_task(candidate.acquire()) for candidate in candidates]
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*tasks), QUICK.duration / 2)
    assert sum(candidate.leading for candidate in candidates) == 1
