"""What things cost in requests, counted over the fake cluster."""

import pytest

from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest
from support.operator_world import (
    CHILDREN,
    World,
    agent,
    key,
    keyed_model,
    model,
    secret,
    settled,
)

NEW_AGENT = {("apply", kind): 1 for kind in CHILDREN}


class TestRequests:
    async def test_a_new_agent_costs_its_children_and_two_statuses(self, world: World) -> None:
        world.cluster.put(model())
        assert await world.spent() == {("status", "Model"): 1}
        world.cluster.put(agent())
        assert await world.spent() == NEW_AGENT | {("status", "Agent"): 1}
        assert world.condition() == ("False", reasons.WAITING_FOR_WORKERS)
        world.roll_out(replicas=1, updatedReplicas=1, readyReplicas=0, availableReplicas=0)
        assert await world.spent() == {}
        world.roll_out()
        assert await world.spent() == {("status", "Agent"): 1}
        assert world.condition() == ("True", reasons.WORKERS_READY)
        assert [note.reason for note in world.cluster.notes] == [reasons.WORKERS_READY]

    async def test_no_op_events_cost_nothing(self, world: World) -> None:
        await settled(world)
        for kind in ("Agent", "Model"):
            for found in list(world.cluster.objects):
                if found.kind == kind:
                    world.cluster.change(
                        found, lambda m: m["metadata"].update(annotations={"a": "b"})
                    )
        assert await world.spent() == {}

    async def test_a_restart_with_settled_objects_costs_nothing(self) -> None:
        world = World()
        async with world.running():
            await settled(world)
        world.engine = world.new_engine()
        async with world.running():
            assert await world.spent() == {}

    async def test_a_restart_reads_each_secret_once_and_writes_nothing(self) -> None:
        world = World()
        async with world.running():
            world.cluster.put(secret())
            world.cluster.put(keyed_model())
            for name in ("one", "two", "three"):
                world.cluster.put(agent(name))
            await world.spent()
        world.engine = world.new_engine()
        async with world.running():
            spent = await world.spent()
            assert {verb for verb, _ in spent} <= {"secret"}
            assert spent.total() <= 4

    @pytest.mark.parametrize("kind", CHILDREN)
    async def test_a_deleted_child_comes_back_with_one_apply(self, world: World, kind: str) -> None:
        await settled(world)
        world.cluster.remove(key(kind, "agent-demo"))
        spent = await world.spent()
        assert spent.pop(("apply", kind)) == 1
        # A new Deployment has no workers yet, and that is told.
        assert spent == ({("status", "Agent"): 1} if kind == "Deployment" else {})

    async def test_an_edited_child_is_repaired_with_one_apply(self, world: World) -> None:
        await settled(world)

        def open_up(manifest: Manifest) -> None:
            manifest["spec"]["ingress"].append({})

        world.cluster.change(key("NetworkPolicy", "agent-demo"), open_up)
        assert await world.spent() == {("apply", "NetworkPolicy"): 1}
        assert len(world.child("NetworkPolicy")["spec"]["ingress"]) == 1

    async def test_foreign_additions_to_a_child_are_left_alone(self, world: World) -> None:
        await settled(world)
        world.cluster.change(
            key("Service", "agent-demo"), lambda m: m["metadata"]["labels"].update(team="red")
        )
        assert await world.spent() == {}
        assert world.child("Service")["metadata"]["labels"]["team"] == "red"

    async def test_waiting_costs_one_status_and_no_read(self, world: World) -> None:
        world.cluster.put(agent())
        assert await world.spent() == {("status", "Agent"): 1}


class TestLists:
    async def test_a_list_drops_what_was_deleted_unseen(self, world: World) -> None:
        await settled(world)
        world.cluster.listeners.clear()
        world.cluster.remove(key("Model", "m"))
        listed = [m for k, m in world.cluster.objects.items() if k.kind == "Model"]
        world.engine.replace("Model", listed, "1000")
        await world.settle()
        assert world.condition() == ("False", reasons.MODEL_NOT_FOUND)

    async def test_a_list_keeps_what_is_newer_than_itself(self, world: World) -> None:
        await settled(world)
        world.engine.replace("Agent", [], "1")
        assert await world.spent() == {}
        standings = {(each.kind, each.ready) for each in world.engine.counts()}
        assert ("Agent", "True") in standings

    async def test_nothing_is_worked_on_before_run(self) -> None:
        world = World()
        world.cluster.put(model())
        world.cluster.put(agent())
        await world.settle()
        assert world.cluster.writes() == 0
