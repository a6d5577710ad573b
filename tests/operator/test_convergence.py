"""Whatever happened, in whatever order: the operator ends at what the resources say, then rests."""

import asyncio
import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_contract.validation import parse
from quarterdeck_operator.builders.agent import AGENT_CHILD_KINDS, build_agent
from quarterdeck_operator.cluster.ownership import controls
from quarterdeck_operator.cluster.port import Manifest, key_of
from quarterdeck_operator.drift import drifted
from quarterdeck_operator.errors import OperatorError, Transient
from quarterdeck_operator.resolve.agent import resolve_agent
from support.operator_world import (
    NAMESPACE,
    OPTIONS,
    World,
    agent,
    budget,
    config_map,
    key,
    keyed_model,
    model,
    secret,
)

SPECS: list[dict[str, Any]] = [
    {},
    {"replicas": 2},
    {"suspended": True},
    {"scaling": {"min": 1, "max": 3}},
    {"modelFallbacks": ["spare"]},
    {"instructions": None, "instructionsFrom": {"name": "c"}},
    {"model": None, "instructions": None, "runtime": {"endpoint": "http://x"}},
]


TO_SPARE = [{"percent": 80, "action": "downgrade", "model": "spare"}]


def foreign(kind: str) -> Manifest:
    """A stranger's object under the name of a child."""
    metadata = {"namespace": NAMESPACE, "name": "agent-demo", "labels": {"mine": "yes"}}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": {"theirs": True}}


kinds = st.sampled_from(AGENT_CHILD_KINDS)
steps = st.one_of(
    st.tuples(st.just("agent"), st.sampled_from(SPECS)),
    st.tuples(st.just("put"), st.sampled_from([model(), model("spare"), keyed_model()])),
    st.tuples(
        st.just("put"),
        st.sampled_from([secret(), secret(apiKey="k2"), secret(no="key"), config_map()]),
    ),
    st.tuples(st.just("put"), st.sampled_from([budget(thresholds=TO_SPARE), budget()])),
    st.tuples(
        st.just("remove"),
        st.sampled_from(
            [
                key("Model", "m"),
                key("Model", "spare"),
                key("Secret", "s"),
                key("ConfigMap", "c"),
                key("Agent", "demo"),
                key("Budget", "monthly"),
            ]
        ),
    ),
    st.tuples(st.just("delete child"), kinds),
    st.tuples(st.just("edit child"), kinds),
    st.tuples(st.just("orphan child"), kinds),
    st.tuples(st.just("foreign"), kinds),
    st.tuples(st.just("fail"), st.sampled_from(["apply", "status", "delete", "secret"])),
    st.tuples(st.just("settle"), st.none()),
    st.tuples(st.just("restart"), st.none()),
)


def act(world: World, what: str, subject: Any) -> None:
    """One thing that may happen in a cluster."""
    objects = world.cluster.objects
    match what:
        case "agent":
            world.cluster.put(agent(**subject))
        case "put":
            world.cluster.put(subject)
        case "remove" if subject in objects:
            world.cluster.remove(subject, collect=True)
        case "delete child" if key(subject, "agent-demo") in objects:
            world.cluster.remove(key(subject, "agent-demo"))
        case "edit child" if key(subject, "agent-demo") in objects:
            world.cluster.change(key(subject, "agent-demo"), vandalise)
        case "orphan child" if key(subject, "agent-demo") in objects:
            world.cluster.change(
                key(subject, "agent-demo"), lambda m: m["metadata"].pop("ownerReferences", None)
            )
        case "foreign" if key(subject, "agent-demo") not in objects:
            world.cluster.put(foreign(subject))
        case "fail":
            world.cluster.fail(subject, Transient("Hiccup", "once", 0.001))


def vandalise(manifest: Manifest) -> None:
    """Change something that the operator cares for, if it is there."""
    manifest["metadata"]["labels"] = {}
    for field in ("replicas", "ingress", "ports", "minReplicas", "maxUnavailable"):
        if field in manifest.get("spec", {}):
            manifest["spec"][field] = 7
    manifest.get("data", {}).clear()


async def wanted(world: World) -> list[Manifest] | None:
    """What should be there for the Agent; None where something it needs is missing."""
    stored = world.cluster.objects.get(key("Agent", "demo"))
    if stored is None:
        return []
    parsed = parse(stored)
    assert isinstance(parsed, Agent)
    fresh = World()
    fresh.cluster.objects = world.cluster.objects
    engine = fresh.new_engine()
    try:
        cheaper = engine._concerns.downgrades.models_for(NAMESPACE, "demo")
        resolved = await resolve_agent(parsed, engine._cache, engine._references, cheaper)
    except OperatorError:
        return None
    return list(build_agent(resolved, OPTIONS))


def strangers(world: World) -> dict[Any, Manifest]:
    """Objects under children's names that no Agent controls."""
    uids = {m["metadata"]["uid"] for k, m in world.cluster.objects.items() if k.kind == "Agent"}
    return {
        found: copy.deepcopy(manifest)
        for found, manifest in world.cluster.objects.items()
        if found.kind in AGENT_CHILD_KINDS
        and found.name == "agent-demo"
        and not any(controls(uid, manifest) for uid in uids)
    }


async def live_through(story: list[tuple[str, Any]]) -> None:
    world = World()
    for what, subject in [*story, ("end", None)]:
        async with world.running():
            before = strangers(world)
            act(world, what, subject)
            now = strangers(world)
            await world.settle()
            after = strangers(world)
            assert {k: m for k, m in after.items() if k in now} == now or before == after
        if what == "restart":
            world.engine = world.new_engine()
    world.engine = world.new_engine()
    async with world.running():
        await rest(world)
        await check(world)


async def rest(world: World) -> None:
    """All pending retries have run."""
    for _ in range(3):
        await asyncio.sleep(0.02)
        await world.settle()


async def check(world: World) -> None:
    built = await wanted(world)
    alien = strangers(world)
    if built is not None and not any(key_of(child) in alien for child in built):
        for child in built:
            assert not drifted(child, world.cluster.objects[key_of(child)])
        names = {key_of(child) for child in built}
        ours = {
            found
            for found in world.cluster.objects
            if found.kind in AGENT_CHILD_KINDS and found.name == "agent-demo"
        }
        assert ours - alien.keys() == names
    if key("Agent", "demo") in world.cluster.objects:
        assert world.condition()[0] in ("True", "False")
    # At rest: another look at everything changes nothing, and makes no request unless a stranger
    # bears a child's name, which only an attempt can tell.
    world.cluster.calls.clear()
    objects = copy.deepcopy(world.cluster.objects)
    world.engine = world.new_engine()
    async with world.running():
        await rest(world)
        assert world.cluster.objects == objects
        assert world.cluster.writes() <= (1 if alien else 0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=1, max_size=12))
def test_any_story_ends_well(story: list[tuple[str, Any]]) -> None:
    asyncio.run(live_through(story))
