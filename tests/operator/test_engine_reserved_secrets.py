"""Quarterdeck's own Secrets go to no worker: a Model's address could carry them away."""

from typing import Any

import pytest

from quarterdeck_contract.names import (
    API_KEY_SECRET_FIELD,
    LABEL_API_KEY,
    LABEL_PART_OF,
    MANAGED_BY,
    api_key_secret_name,
)
from quarterdeck_operator import reasons
from quarterdeck_operator.installation import REDIS
from support.operator_world import World, agent, api_key, key, keyed_model, model, secret

NOT_ALLOWED = ("False", reasons.SECRET_NOT_ALLOWED)


def env_of(name: str, field: str = "apiKey") -> dict[str, Any]:
    source = {"secretKeyRef": {"name": name, "key": field}}
    return {"env": [{"name": "TAKEN", "valueFrom": source}]}


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("s", {LABEL_API_KEY: "ci"}),
        ("s", {LABEL_PART_OF: MANAGED_BY}),
        # Brought along by whoever installed it, hence without our label.
        (REDIS, {}),
    ],
    ids=["of an ApiKey", "made at the start", "of the installation by name"],
)
async def test_neither_a_model_nor_an_agent_gets_it(
    world: World, name: str, labels: dict[str, str]
) -> None:
    taken = secret(name)
    taken["metadata"]["labels"] = labels
    world.cluster.put(taken)
    world.cluster.put(keyed_model(secret=name))
    world.cluster.put(agent())
    world.cluster.put(model("free"))
    world.cluster.put(agent("by-env", model="free", runtime=env_of(name)))
    await world.settle()
    for kind, referrer in (("Model", "m"), ("Agent", "demo"), ("Agent", "by-env")):
        assert world.condition(kind=kind, name=referrer) == NOT_ALLOWED
        assert world.condition("Stalled", kind, referrer)[0] == "True"
    assert f'Secret "{name}"' in world.status()["conditions"][0]["message"]
    assert [found for found in world.cluster.objects if found.kind == "Deployment"] == []
    assert world.cluster.calls["secret", "Secret"] == 0


async def test_a_key_that_is_made_later_is_not_given_either(world: World) -> None:
    name = api_key_secret_name("ci")
    world.cluster.put(model())
    world.cluster.put(agent(runtime=env_of(name, API_KEY_SECRET_FIELD)))
    await world.settle()
    assert world.condition() == ("False", reasons.SECRET_NOT_FOUND)
    world.cluster.put(api_key("ci"))
    await world.settle()
    assert key("Secret", name) in world.cluster.objects
    assert world.condition() == NOT_ALLOWED
    # A Secret of one's own heals it.
    world.cluster.put(secret("mine"))
    world.cluster.put(agent(runtime=env_of("mine")))
    await world.settle()
    assert world.condition() == ("False", reasons.WAITING_FOR_WORKERS)
