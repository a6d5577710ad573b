"""An Agent's children: which there are, and that no stranger's object is touched."""

from typing import Any

import pytest

from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Probe
from support.operator_world import (
    CHILDREN,
    NAMESPACE,
    World,
    agent,
    key,
    model,
    settled,
)


class TestShape:
    async def test_suspended_scales_to_zero_and_back(self, world: World) -> None:
        await settled(world)
        world.cluster.put(agent(suspended=True))
        await world.settle()
        assert world.child("Deployment")["spec"]["replicas"] == 0
        assert world.condition() == ("False", reasons.SUSPENDED)
        world.roll_out()
        await world.settle()
        assert world.condition("Reconciling") == ("False", reasons.SETTLED)
        assert world.status()["workers"] == "0/0"
        world.cluster.put(agent())
        await world.settle()
        assert world.child("Deployment")["spec"]["replicas"] == 1

    async def test_scaling_brings_an_autoscaler_and_its_end_takes_it_away(
        self, world: World
    ) -> None:
        await settled(world)
        world.cluster.put(agent(scaling={"min": 2, "max": 5}))
        await world.settle()
        assert world.child("HorizontalPodAutoscaler")["spec"]["maxReplicas"] == 5
        assert "PodDisruptionBudget" in {k.kind for k in world.cluster.objects}
        assert world.condition("ScalingActive") == ("Unknown", reasons.SCALING_UNKNOWN)
        world.cluster.put(agent())
        spent = await world.spent()
        assert spent["delete", "HorizontalPodAutoscaler"] == 1
        assert spent["delete", "PodDisruptionBudget"] == 1
        assert world.condition("ScalingActive") == ("", "")

    async def test_the_autoscalers_word_on_scaling_is_passed_on(self, world: World) -> None:
        world.cluster.put(model())
        world.cluster.put(agent(scaling={"max": 3}))
        await world.settle()
        said = {"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric"}
        world.cluster.change(
            key("HorizontalPodAutoscaler", "agent-demo"),
            lambda m: m.update(status={"conditions": [said | {"message": "no metrics"}]}),
        )
        await world.settle()
        assert world.condition("ScalingActive") == ("False", "FailedGetResourceMetric")

    async def test_an_endpoint_deploys_nothing_and_is_asked(self, world: World) -> None:
        url = "http://elsewhere/agent"
        world.cluster.probes[url] = Probe(True, "answers")
        spec: dict[str, Any] = {"model": None, "instructions": None, "runtime": {"endpoint": url}}
        world.cluster.put(agent(**spec))
        assert await world.spent() == {("probe", url): 1, ("status", "Agent"): 1}
        assert world.condition() == ("True", reasons.ENDPOINT_READY)
        assert world.status()["endpoint"] == url
        world.cluster.probes[url] = Probe(False, "connection refused")
        world.cluster.put(agent(**spec, description="again"))
        await world.settle()
        assert world.condition() == ("False", reasons.ENDPOINT_UNREACHABLE)

    async def test_an_agent_that_moves_elsewhere_loses_its_children(self, world: World) -> None:
        await settled(world)
        endpoint = {"endpoint": "http://elsewhere"}
        world.cluster.put(agent(model=None, instructions=None, runtime=endpoint))
        await world.settle()
        assert {found.kind for found in world.cluster.objects} == {"Agent", "Model"}

    async def test_deleted_agents_are_forgotten(self, world: World) -> None:
        await settled(world)
        world.cluster.remove(key("Agent", "demo"), collect=True)
        assert await world.spent() == {}
        assert {found.kind for found in world.cluster.objects} == {"Model"}
        ((standing, count),) = world.engine.counts().items()
        assert (standing.kind, standing.ready, standing.stalled, count) == (
            "Model",
            "True",
            "False",
            1,
        )


class TestOwnership:
    @pytest.mark.parametrize("kind", CHILDREN)
    async def test_a_foreign_object_is_never_touched(self, world: World, kind: str) -> None:
        foreign = {
            "apiVersion": "v1",
            "kind": kind,
            "metadata": {"namespace": NAMESPACE, "name": "agent-demo"},
        }
        before = world.cluster.put(foreign)
        world.cluster.put(model())
        world.cluster.put(agent())
        await world.settle()
        assert world.condition() == ("False", reasons.NAME_TAKEN)
        assert world.condition("Stalled") == ("True", reasons.NAME_TAKEN)
        assert f'{kind} "agent-demo" exists' in world.status()["conditions"][0]["message"]
        assert world.child(kind) == before
        assert world.cluster.notes[-1].type == "Warning"

    async def test_children_of_a_deleted_namesake_are_waited_for(self, world: World) -> None:
        await settled(world)
        old = world.child("Deployment")["metadata"]["uid"]
        world.cluster.remove(key("Agent", "demo"))
        world.cluster.put(agent())
        for kind in CHILDREN:
            world.cluster.remove(key(kind, "agent-demo"))
        await world.settle()
        assert world.child("Deployment")["metadata"]["uid"] != old
        owner = world.child("Deployment")["metadata"]["ownerReferences"][0]["uid"]
        assert owner == world.cluster.objects[key("Agent", "demo")]["metadata"]["uid"]

    async def test_a_child_that_lost_its_label_is_taken_back(self, world: World) -> None:
        await settled(world)
        found = world.child("Service")
        # Its watch selects by label, so the operator is told that it is gone.
        world.cluster.listeners.clear()
        edited = world.cluster.change(
            key("Service", "agent-demo"), lambda m: m["metadata"].update(labels={})
        )
        world.cluster.listeners.append(world.engine.observe)
        world.engine.observe("DELETED", edited)
        assert await world.spent() == {("apply", "Service"): 1}
        assert world.child("Service")["metadata"]["labels"] == found["metadata"]["labels"]
        assert world.child("Service")["metadata"]["uid"] == found["metadata"]["uid"]
