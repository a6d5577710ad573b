"""Agents follow what they refer to: arrival, change and loss."""

import pytest

from quarterdeck_contract.names import ANNOTATION_CONFIG_HASH, WORKER_CONFIG_KEY
from quarterdeck_operator import reasons
from support.operator_world import (
    NAMESPACE,
    World,
    agent,
    config_map,
    key,
    keyed_model,
    model,
    secret,
    settled,
)


def config_hash(world: World) -> str:
    template = world.child("Deployment")["spec"]["template"]
    return str(template["metadata"]["annotations"][ANNOTATION_CONFIG_HASH])


class TestReferences:
    async def test_model_arrives(self, world: World) -> None:
        world.cluster.put(agent())
        await world.settle()
        assert world.condition() == ("False", reasons.MODEL_NOT_FOUND)
        assert world.condition("Stalled") == ("False", reasons.NOT_STALLED)
        world.cluster.put(model())
        await world.settle()
        assert world.condition() == ("False", reasons.WAITING_FOR_WORKERS)

    async def test_an_address_that_hands_out_credentials_is_never_given_to_a_worker(
        self, world: World
    ) -> None:
        world.cluster.put(
            model(provider="ollama", model="x", baseURL="http://169.254.169.254/latest")
        )
        world.cluster.put(agent())
        await world.settle()
        for kind, name in (("Agent", "demo"), ("Model", "m")):
            assert world.condition(kind=kind, name=name) == ("False", reasons.ADDRESS_FORBIDDEN)
            assert world.condition("Stalled", kind, name)[0] == "True"
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
