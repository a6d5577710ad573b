"""Workers trace to the installation's collector, when there is one."""

from dataclasses import replace

import pytest

from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_contract.validation import parse
from quarterdeck_operator.builders.agent import build_agent
from quarterdeck_operator.resolve.agent import resolve_agent
from support.operator_world import OPTIONS, World, agent, model

COLLECTOR = "http://collector.observability:4318"


@pytest.mark.parametrize(("installation", "expected"), [("", []), (COLLECTOR, [COLLECTOR])])
async def test_the_collector_of_a_worker(installation: str, expected: list[str]) -> None:
    world = World()
    world.cluster.put(model())
    found = parse(world.cluster.put(agent()))
    assert isinstance(found, Agent)
    resolved = await resolve_agent(found, world.engine._cache, world.engine._references)
    built = build_agent(resolved, replace(OPTIONS, traces_endpoint=installation))
    (deployment,) = (child for child in built if child["kind"] == "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    named = [e["value"] for e in container["env"] if e["name"] == "QUARTERDECK_TRACES_ENDPOINT"]
    assert named == expected
