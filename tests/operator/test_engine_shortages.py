"""When pods are looked at, how often, and what that costs, counted over the fake cluster."""

from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_contract.validation import parse
from quarterdeck_operator import reasons
from quarterdeck_operator.errors import Stalled, Transient
from quarterdeck_operator.reconcile.shortage import FIRST_LOOK, LATEST, SOONEST, Shortages
from quarterdeck_operator.summarise.workers import Workers
from support.operator_world import World, agent, key, model, settled
from support.worker_pods import crashing

LOOK = ("pods", "Pod")
NONE_READY: dict[str, Any] = {"readyReplicas": 0, "availableReplicas": 0}
STATUS = ("status", "Agent")


async def lost(world: World) -> None:
    """The agent's only worker crashes long after its rollout."""
    await settled(world)
    world.cluster.put(crashing())
    world.roll_out(**NONE_READY)


def later(world: World, seconds: float = FIRST_LOOK) -> None:
    """So much time has passed, and something wakes the agent, as its due time would."""
    world.seconds += seconds
    stamp = {"at": str(world.seconds)}
    world.cluster.change(
        key("Deployment", "agent-demo"), lambda m: m["metadata"]["annotations"].update(stamp)
    )


async def test_a_worker_that_crashes_after_the_rollout_is_told_with_one_request(
    world: World,
) -> None:
    await lost(world)
    assert await world.spent() == {STATUS: 1}
    assert world.condition() == ("False", reasons.WAITING_FOR_WORKERS)
    later(world)
    assert await world.spent() == {LOOK: 1, STATUS: 1}
    assert world.condition() == ("False", reasons.WORKERS_CRASHING)
    assert world.condition("Reconciling") == ("True", reasons.WORKERS_CRASHING)
    message = world.status()["conditions"][0]["message"]
    assert "OOMKilled" in message
    assert "kubectl logs --previous" in message
    assert [note.reason for note in world.cluster.notes][-1] == reasons.WORKERS_CRASHING


async def test_it_clears_when_the_workers_are_back(world: World) -> None:
    await lost(world)
    later(world)
    await world.spent()
    world.roll_out()
    assert await world.spent() == {STATUS: 1}
    assert world.condition() == ("True", reasons.WORKERS_READY)
    # The next time is a first time again.
    world.roll_out(**NONE_READY)
    assert await world.spent() == {STATUS: 1}
    assert world.condition() == ("False", reasons.WAITING_FOR_WORKERS)


async def test_an_ordinary_start_looks_at_no_pod(world: World) -> None:
    world.cluster.put(model())
    world.cluster.put(agent())
    await world.settle()
    for counts in ({"replicas": 0, **NONE_READY}, NONE_READY, {}):
        world.seconds += FIRST_LOOK / 4
        world.roll_out(**counts)
        await world.settle()
    assert LOOK not in await world.spent()


@pytest.mark.parametrize(
    "spec", [{"suspended": True}, {"replicas": 0}], ids=["suspended", "scaled to zero"]
)
async def test_nobody_asks_for_workers_that_are_not_wanted(
    world: World, spec: dict[str, Any]
) -> None:
    await settled(world)
    world.cluster.put(agent(**spec))
    await world.settle()
    world.roll_out(replicas=1, **NONE_READY)
    await world.settle()
    later(world, 100)
    assert LOOK not in await world.spent()


async def test_a_new_leader_does_not_unsay_what_the_old_one_found() -> None:
    world = World()
    async with world.running():
        await lost(world)
        await world.settle()
        later(world)
        await world.spent()
        told = world.status()
    world.engine = world.new_engine()
    async with world.running():
        assert await world.spent() == {LOOK: 1}
    assert world.status() == told


async def test_pods_that_cannot_be_read_change_nothing(world: World) -> None:
    await lost(world)
    await world.settle()
    later(world)
    await world.spent()
    told = world.status()
    for problem in (Transient("Throttled", "slow down"), Stalled(reasons.FORBIDDEN, "no")):
        world.cluster.fail("pods", problem)
        later(world, 1)
        assert (await world.spent())[LOOK] == 1
        assert world.status() == told


async def test_an_agent_that_is_deleted_is_forgotten(world: World) -> None:
    await lost(world)
    await world.settle()
    later(world)
    await world.spent()
    world.cluster.remove(key("Agent", "demo"), collect=True)
    await world.settle()
    world.cluster.put(agent())
    await world.settle()
    world.roll_out(**NONE_READY)
    assert LOOK not in await world.spent()
    assert world.condition() == ("False", reasons.WAITING_FOR_WORKERS)


async def test_the_longer_it_lasts_the_seldomer_it_is_looked_at() -> None:
    world = World()
    shortages = Shortages(world.cluster, lambda: world.seconds, lambda: world.now)
    found, short = parse(agent()), Workers(desired=1, existing=1)
    assert isinstance(found, Agent)
    delays = []
    for _ in range(9):
        shortage = await shortages.look(found, short, {})
        assert shortage is not None
        delays.append(shortage.again)
        world.seconds += shortage.again
    assert delays == [FIRST_LOOK, SOONEST, 8, 16, 32, LATEST, LATEST, LATEST, LATEST]
    assert world.cluster.calls == {LOOK: len(delays) - 1}
    assert await shortages.look(found, Workers(desired=1, existing=1, ready=1), {}) is None
