"""When the cluster refuses, hiccups or has the last word."""

from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.errors import Stalled, Transient
from quarterdeck_operator.reconcile.result import PATIENCE
from support.operator_world import (
    CHILDREN,
    World,
    agent,
    key,
    model,
    settled,
)


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
