"""Budgets: what they refer to is checked, and agents learn of the cheaper models they may use."""

from typing import Any

import orjson
import pytest

from quarterdeck_contract.names import ANNOTATION_CONFIG_HASH, WORKER_CONFIG_KEY, model_key_env
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest
from support.operator_world import (
    World,
    agent,
    api_key,
    budget,
    key,
    keyed_model,
    model,
    secret,
    settled,
)

TO_SMALL = [{"percent": 80, "action": "downgrade", "model": "small"}]
OF_DEMO = {"kind": "Agent", "name": "demo"}


def ready(world: World) -> tuple[str, str]:
    return world.condition("Ready", "Budget", "monthly")


def config(world: World, name: str = "demo") -> dict[str, Any]:
    text = world.child("ConfigMap", name)["data"][WORKER_CONFIG_KEY]
    found: dict[str, Any] = orjson.loads(text)
    return found


def alternates(world: World, name: str = "demo") -> list[str]:
    return [model["name"] for model in config(world, name).get("alternates", [])]


def template(world: World) -> Manifest:
    found: Manifest = world.child("Deployment")["spec"]["template"]
    return found


class TestChecks:
    async def test_a_budget_of_a_namespace_costs_one_status(self, world: World) -> None:
        world.cluster.put(budget())
        assert await world.spent() == {("status", "Budget"): 1}
        assert ready(world) == ("True", reasons.ACTIVE)

    @pytest.mark.parametrize(
        ("kind", "name", "thing"), [("Agent", "demo", agent()), ("Key", "ci", api_key())]
    )
    async def test_what_it_counts_must_exist(
        self, world: World, kind: str, name: str, thing: Manifest
    ) -> None:
        world.cluster.put(model())
        world.cluster.put(budget(scope={"kind": kind, "name": name}))
        await world.settle()
        assert ready(world) == ("False", reasons.SCOPE_NOT_FOUND)
        world.cluster.put(thing)
        await world.settle()
        assert ready(world) == ("True", reasons.ACTIVE)
        world.cluster.remove(key(thing["kind"], name))
        await world.settle()
        assert ready(world) == ("False", reasons.SCOPE_NOT_FOUND)

    async def test_a_team_is_a_label_and_needs_nothing(self, world: World) -> None:
        world.cluster.put(budget(scope={"kind": "Team", "name": "research"}))
        await world.settle()
        assert ready(world) == ("True", reasons.ACTIVE)

    async def test_an_unknown_time_zone_is_refused(self, world: World) -> None:
        world.cluster.put(budget(timeZone="Europe/Atlantis"))
        await world.settle()
        assert ready(world) == ("False", reasons.TIME_ZONE_UNKNOWN)
        assert world.condition("Stalled", "Budget", "monthly")[0] == "True"

    async def test_the_gateways_part_of_the_status_stays_and_wakes_nobody(
        self, world: World
    ) -> None:
        world.cluster.put(budget())
        await world.spent()
        enforced = {"type": "Enforced", "status": "True", "reason": "Counting"}

        def report(manifest: Manifest) -> None:
            manifest["status"]["spentUSD"] = "1.000000"
            manifest["status"]["conditions"].append(enforced)

        world.cluster.change(key("Budget", "monthly"), report)
        assert await world.spent() == {}
        world.cluster.put(budget(amountUSD=6))
        assert await world.spent() == {("status", "Budget"): 1}
        status = world.status("Budget", "monthly")
        assert status["spentUSD"] == "1.000000"
        assert enforced in status["conditions"]

    async def test_a_restart_writes_nothing(self) -> None:
        world = World()
        async with world.running():
            await settled(world)
            world.cluster.put(model("small", provider="ollama", model="s", baseURL="http://o"))
            world.cluster.put(budget(thresholds=TO_SMALL))
            await world.settle()
            world.roll_out()
            await world.spent()
        world.engine = world.new_engine()
        async with world.running():
            assert await world.spent() == {}


class TestDowngrade:
    async def test_agents_learn_of_the_cheaper_model(self, world: World) -> None:
        await settled(world)
        before = template(world)["metadata"]["annotations"][ANNOTATION_CONFIG_HASH]
        world.cluster.put(model("small"))
        assert await world.spent() == {("status", "Model"): 1}
        world.cluster.put(budget(thresholds=TO_SMALL))
        await world.settle()
        assert ready(world) == ("True", reasons.ACTIVE)
        assert [m["name"] for m in config(world)["models"]] == ["m"]
        assert alternates(world) == ["small"]
        assert template(world)["metadata"]["annotations"][ANNOTATION_CONFIG_HASH] != before
        world.cluster.remove(key("Budget", "monthly"))
        await world.settle()
        assert "alternates" not in config(world)
        assert template(world)["metadata"]["annotations"][ANNOTATION_CONFIG_HASH] == before

    @pytest.mark.parametrize(
        ("scope", "concerned"),
        [
            ({"kind": "Namespace"}, {"demo", "other"}),
            ({"kind": "Team", "name": "x"}, {"demo", "other"}),
            ({"kind": "Key", "name": "ci"}, {"demo", "other"}),
            (OF_DEMO, {"demo"}),
        ],
        ids=lambda value: value["kind"] if isinstance(value, dict) else "",
    )
    async def test_whom_a_budget_concerns(
        self, world: World, scope: dict[str, str], concerned: set[str]
    ) -> None:
        world.cluster.put(model())
        world.cluster.put(model("small"))
        world.cluster.put(agent())
        world.cluster.put(agent("other"))
        world.cluster.put(budget(scope=scope, thresholds=TO_SMALL))
        await world.settle()
        assert {name for name in ("demo", "other") if alternates(world, name)} == concerned

    async def test_a_missing_model_is_the_budgets_trouble_alone(self, world: World) -> None:
        await settled(world)
        world.cluster.put(budget(thresholds=TO_SMALL))
        assert await world.spent() == {("status", "Budget"): 1}
        assert ready(world) == ("False", reasons.MODEL_NOT_FOUND)
        assert world.condition() == ("True", reasons.WORKERS_READY)
        world.cluster.put(model("small"))
        await world.settle()
        assert ready(world) == ("True", reasons.ACTIVE)
        assert alternates(world) == ["small"]

    async def test_a_missing_key_is_the_budgets_trouble_alone(self, world: World) -> None:
        await settled(world)
        world.cluster.put(keyed_model("small", "cheap"))
        world.cluster.put(budget(thresholds=TO_SMALL))
        await world.settle()
        assert ready(world) == ("False", reasons.SECRET_NOT_FOUND)
        assert alternates(world) == []
        world.cluster.put(secret("cheap"))
        await world.settle()
        assert ready(world) == ("True", reasons.ACTIVE)
        (small,) = config(world)["alternates"]
        assert small["apiKeyEnv"] == model_key_env(1)
        (container,) = template(world)["spec"]["containers"]
        env = {variable["name"]: variable for variable in container["env"]}
        assert env[model_key_env(1)]["valueFrom"]["secretKeyRef"]["name"] == "cheap"

    async def test_a_new_key_of_the_cheaper_model_rolls_the_workers(self, world: World) -> None:
        await settled(world)
        world.cluster.put(secret("cheap"))
        world.cluster.put(keyed_model("small", "cheap"))
        world.cluster.put(budget(thresholds=TO_SMALL))
        await world.settle()
        before = template(world)
        world.cluster.put(secret("cheap", apiKey="k2"))
        await world.settle()
        assert template(world) != before

    async def test_a_model_that_the_agent_has_anyway_is_not_repeated(self, world: World) -> None:
        world.cluster.put(model())
        world.cluster.put(model("small"))
        world.cluster.put(agent(modelFallbacks=["small"]))
        world.cluster.put(budget(thresholds=TO_SMALL))
        await world.settle()
        assert [m["name"] for m in config(world)["models"]] == ["m", "small"]
        assert alternates(world) == []

    async def test_other_namespaces_are_not_concerned(self, world: World) -> None:
        await settled(world)
        world.cluster.put(model("small"))
        foreign = budget(thresholds=TO_SMALL)
        foreign["metadata"]["namespace"] = "elsewhere"
        world.cluster.put(foreign)
        await world.settle()
        assert alternates(world) == []


class TestPriceOfAnExternalAgent:
    async def test_its_model_must_exist_and_its_key_need_not(self, world: World) -> None:
        world.cluster.put(agent(instructions=None, runtime={"endpoint": "http://there"}))
        await world.settle()
        assert world.condition() == ("False", reasons.MODEL_NOT_FOUND)
        world.cluster.put(keyed_model())
        await world.settle()
        assert world.condition() == ("False", reasons.ENDPOINT_UNREACHABLE)
        assert world.cluster.calls["probe", "http://there"] >= 1
        assert not [found for found in world.cluster.objects if found.kind == "Deployment"]
