"""When the next worker is tried; what workers do is in test_node.py."""

import asyncio
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import aiohttp

from quarterdeck_local.deployment import DeploymentRunner, Machine
from quarterdeck_local.process import Lifeline
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import Manifest, ObjectKey

KEY = ObjectKey("Deployment", "default", "agent-demo")


def without_its_secret() -> Manifest:
    """A Deployment of which no worker can be launched: every try fails at once."""
    gone = {"secretKeyRef": {"name": "gone", "key": "k"}}
    missing = {"name": "QUARTERDECK_MODEL_0_API_KEY", "valueFrom": gone}
    pod = {"containers": [{"name": "worker", "image": "ours", "env": [missing]}]}
    return {
        "kind": KEY.kind,
        "metadata": {"name": KEY.name, "namespace": KEY.namespace},
        "spec": {"replicas": 1, "template": {"metadata": {}, "spec": pod}},
    }


def early_timer() -> Iterator[float]:
    """Fails at 0, so due at 1; woken too early, then a moment before, past it ever after."""
    return chain([0.0, 0.0, 0.5, 0.9995], repeat(1.1))


def told(store: ObjectStore) -> str:
    return str((store.get(KEY) or {}).get("status"))


async def test_a_timer_that_fires_early_does_not_lose_the_next_try(tmp_path: Path) -> None:
    store, readings, lifeline = ObjectStore(), early_timer(), Lifeline()
    store.put(without_its_secret())
    async with aiohttp.ClientSession() as session:
        machine = Machine(
            store, session, lifeline, tmp_path, tmp_path, "ours", {}, clock=lambda: next(readings)
        )
        task = asyncio.create_task(DeploymentRunner(KEY, machine).run())
        try:
            async with asyncio.timeout(60):
                while "next try after 2 s" not in told(store):
                    await asyncio.sleep(0.01)
        finally:
            task.cancel()
            lifeline.close()
