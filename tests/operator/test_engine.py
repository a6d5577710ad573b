"""The operator as people see it, with requests counted: the engine over the fake cluster."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from quarterdeck_contract.names import ANNOTATION_CONFIG_HASH, WORKER_CONFIG_KEY
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest, Probe
from quarterdeck_operator.errors import Stalled, Transient
from quarterdeck_operator.reconcile.result import PATIENCE
from support.operator_world import (
    NAMESPACE,
    World,
    agent,
    config_map,
    key,
    keyed_model,
    model,
    secret,
)

CHILDREN = ("ConfigMap", "Deployment", "NetworkPolicy", "Service", "ServiceAccount")
NEW_AGENT = {("apply", kind): 1 for kind in CHILDREN}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """An operator at work in an empty cluster."""
    world = World()
    async with world.running():
        yield world


async def settled(world: World) -> None:
    """One Agent with all its workers, and the books closed."""
    world.cluster.put(model())
    world.cluster.put(agent())
    await world.settle()
    world.roll_out()
    await world.spent()
    world.cluster.notes.clear()


def config_hash(world: World) -> str:
    template = world.child("Deployment")["spec"]["template"]
    return str(template["metadata"]["annotations"][ANNOTATION_CONFIG_HASH])


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


class TestReferences:
    async def test_model_arrives(self, world: World) -> None:
        world.cluster.put(agent())
        await world.settle()
        assert world.condition() == ("False", reasons.MODEL_NOT_FOUND)
        assert world.condition("Stalled") == ("False", reasons.NOT_STALLED)
        world.cluster.put(model())
        await world.settle()
        assert world.condition() == ("False", reasons.WAITING_FOR_WORKERS)

    async def test_secret_and_key_arrive(self, world: World) -> None:
        world.cluster.put(keyed_model())
        world.cluster.put(agent())
        await world.settle()
        for kind, name in (("Agent", "demo"), ("Model", "m")):
            assert world.condition(kind=kind, name=name) == ("False", reasons.SECRET_NOT_FOUND)
        world.cluster.put(secret(other="x"))
        await world.settle()
        for kind, name in (("Agent", "demo"), ("Model", "m")):
            assert world.condition(kind=kind, name=name) == ("False", reasons.SECRET_KEY_NOT_FOUND)
        message = world.status()["conditions"][0]["message"]
        assert all(word in message for word in ('"s"', NAMESPACE, '"apiKey"', "present: other"))
        world.cluster.put(secret())
        await world.settle()
        assert world.condition(kind="Model", name="m") == ("True", reasons.CREDENTIALS_FOUND)
        assert world.condition() == ("False", reasons.WAITING_FOR_WORKERS)

    async def test_config_map_and_key_arrive(self, world: World) -> None:
        world.cluster.put(model())
        world.cluster.put(agent(instructions=None, instructionsFrom={"name": "c", "key": "text"}))
        await world.settle()
        assert world.condition() == ("False", reasons.CONFIG_MAP_NOT_FOUND)
        world.cluster.put(config_map())
        await world.settle()
        assert world.condition() == ("False", reasons.CONFIG_MAP_KEY_NOT_FOUND)
        world.cluster.put(config_map(text="Be wise."))
        await world.settle()
        assert "Be wise." in world.child("ConfigMap")["data"][WORKER_CONFIG_KEY]

    @pytest.mark.parametrize("change", ["secret", "config_map", "model", "env_secret"])
    async def test_a_changed_reference_rolls_the_workers(self, world: World, change: str) -> None:
        env = [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "e", "key": "t"}}}]
        world.cluster.put(secret())
        world.cluster.put(secret("e", t="1"))
        world.cluster.put(config_map())
        world.cluster.put(keyed_model())
        world.cluster.put(
            agent(instructions=None, instructionsFrom={"name": "c"}, runtime={"env": env})
        )
        await world.settle()
        before = config_hash(world)
        changed = {
            "secret": secret(apiKey="k2"),
            "config_map": config_map(instructions="Be quick."),
            "model": model(provider="openai", model="gpt-next", credentials={"name": "s"}),
            "env_secret": secret("e", t="2"),
        }
        world.cluster.put(changed[change])
        await world.settle()
        assert config_hash(world) != before

    async def test_other_keys_of_the_secret_do_not_roll(self, world: World) -> None:
        world.cluster.put(secret())
        world.cluster.put(keyed_model())
        world.cluster.put(agent())
        await world.settle()
        before = config_hash(world)
        world.cluster.put(secret(apiKey="k1", unused="new"))
        assert {verb for verb, _ in await world.spent()} & {"apply"} == {"apply"}
        world.cluster.put(secret(apiKey="k1", unused="newer"))
        assert ("apply", "Deployment") not in await world.spent()
        assert config_hash(world) == before

    async def test_a_removed_model_is_told_and_workers_stay(self, world: World) -> None:
        await settled(world)
        world.cluster.remove(key("Model", "m"))
        await world.settle()
        assert world.condition() == ("False", reasons.MODEL_NOT_FOUND)
        assert world.child("Deployment")["spec"]["replicas"] == 1

    async def test_no_secret_value_is_kept(self, world: World) -> None:
        world.cluster.put(secret(apiKey="topsecret"))
        world.cluster.put(keyed_model())
        world.cluster.put(agent())
        await world.settle()
        assert "topsecret" not in str(
            [m for k, m in world.cluster.objects.items() if k.kind != "Secret"]
        )
        assert b"topsecret" not in b"".join(
            content for _, content in world.engine._cache._objects.values()
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
        assert world.engine.counts() == {("Model", "True"): 1}


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


class TestFailures:
    async def test_hiccups_are_retried_without_a_word(self, world: World) -> None:
        world.cluster.put(model())
        await world.spent()
        world.cluster.fail("apply", *[Transient("Throttled", "slow down", 0.01)] * 3)
        world.cluster.put(agent())
        while world.condition() != ("False", reasons.WAITING_FOR_WORKERS):
            await world.settle()
        spent = await world.spent()
        assert spent["status", "Agent"] == 1
        assert sum(n for (verb, _), n in spent.items() if verb == "apply") == len(CHILDREN) + 3

    async def test_lasting_trouble_is_told_and_ends(self, world: World) -> None:
        world.cluster.put(model())
        failures = [Transient(reasons.APPLY_FAILED, "etcd is away")] * (PATIENCE + 1)
        world.cluster.fail("apply", *failures)
        world.cluster.put(agent())
        seen = set()
        while world.condition("Reconciling") != ("True", reasons.WAITING_FOR_WORKERS):
            await world.settle()
            seen.add(world.condition("Reconciling"))
        assert ("True", reasons.APPLY_FAILED) in seen

    async def test_what_only_a_person_can_mend_stalls(self, world: World) -> None:
        world.cluster.put(model())
        world.cluster.fail("apply", Stalled(reasons.FORBIDDEN, "quota"))
        world.cluster.put(agent())
        await world.spent()
        assert world.condition("Stalled") == ("True", reasons.FORBIDDEN)
        world.cluster.put(agent(description="changed"))
        await world.settle()
        assert world.condition("Stalled") == ("False", reasons.NOT_STALLED)

    async def test_a_stored_object_of_another_shape_is_refused_in_words(self, world: World) -> None:
        await settled(world)
        world.cluster.change(key("Agent", "demo"), lambda m: m["spec"].update(future=True))
        await world.settle()
        assert world.condition() == ("False", reasons.INVALID)
        assert "spec.future" in world.status()["conditions"][0]["message"]
        assert world.child("Deployment")["spec"]["replicas"] == 1

    async def test_an_admission_policy_with_the_last_word_does_not_make_a_loop(
        self, world: World
    ) -> None:
        await settled(world)

        original = world.cluster._store

        def admitted(manifest: Manifest) -> Manifest:
            if manifest["kind"] == "Service":
                manifest["spec"]["type"] = "NodePort"
            return original(manifest)

        world.cluster._store = admitted  # type: ignore[method-assign]
        world.cluster.change(key("Service", "agent-demo"), lambda m: None)
        assert await world.spent() == {("apply", "Service"): 1}
        world.cluster.put(agent(description="no matter"))
        assert ("apply", "Service") not in await world.spent()


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
        assert ("Agent", "True") in world.engine.counts()

    async def test_nothing_is_worked_on_before_run(self) -> None:
        world = World()
        world.cluster.put(model())
        world.cluster.put(agent())
        await world.settle()
        assert world.cluster.writes() == 0
