"""Workers trace to the installation's collector, unless an agent names its own."""

from dataclasses import replace
from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_contract.validation import parse
from quarterdeck_operator.builders.agent import build_agent
from quarterdeck_operator.resolve.agent import resolve_agent
from support.operator_world import OPTIONS, World, agent, model

COLLECTOR = "http://collector.observability:4318"
OWN = {"name": "QUARTERDECK_TRACES_ENDPOINT", "value": "http://mine:4318"}


@pytest.mark.parametrize(
    ("installation", "own", "expected"),
    [("", [], None), (COLLECTOR, [], COLLECTOR), (COLLECTOR, [OWN], OWN["value"])],
)
async def test_the_collector_of_a_worker(
    installation: str, own: list[dict[str, Any]], expected: str | None
) -> None:
    world = World()
    world.cluster.put(model())
    found = parse(world.cluster.put(agent(runtime={"env": own} if own else None)))
    assert isinstance(found, Agent)
    resolved = await resolve_agent(found, world.engine._cache, world.engine._references)
    built = build_agent(resolved, replace(OPTIONS, traces_endpoint=installation))
    (deployment,) = (child for child in built if child["kind"] == "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    named = [e["value"] for e in container["env"] if e["name"] == "QUARTERDECK_TRACES_ENDPOINT"]
    assert named == ([expected] if expected else [])
