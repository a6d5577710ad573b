"""The engine over the shipped fake cluster: people, controllers and the operator in one process."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from quarterdeck_contract.names import API_VERSION, worker_name
from quarterdeck_operator.cluster.fake import FakeCluster
from quarterdeck_operator.cluster.port import Manifest, ObjectKey
from quarterdeck_operator.conditions import find
from quarterdeck_operator.engine import Engine
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.own_secrets import USUAL
from quarterdeck_operator.pepper import FixedPepper

NAMESPACE = "team"
NOW = "2026-01-01T00:00:00Z"
OPTIONS = BuildOptions(worker_image="quarterdeck/worker:test")
PEPPER = b"a pepper of more than thirty-two bytes"

CHILDREN = ("ConfigMap", "Deployment", "NetworkPolicy", "Service", "ServiceAccount")
"""Kinds that every deployed agent becomes."""


def key(kind: str, name: str) -> ObjectKey:
    """A key in the tests' namespace."""
    return ObjectKey(kind, NAMESPACE, name)


def agent(name: str = "demo", **spec: Any) -> Manifest:
    """An Agent manifest; without arguments a good one that needs Model ``m``."""
    base = {"model": "m", "instructions": "Be brief."}
    chosen = {k: v for k, v in (base | spec).items() if v is not None}
    return _own("Agent", name, chosen)


def model(name: str = "m", **spec: Any) -> Manifest:
    """A Model manifest; without arguments one that needs no Secret."""
    return _own(
        "Model", name, spec or {"provider": "ollama", "model": "llama3.2", "baseURL": "http://o"}
    )


def keyed_model(name: str = "m", secret: str = "s") -> Manifest:  # noqa: S107 - a name
    """A Model manifest that needs key ``apiKey`` of a Secret."""
    return model(name, provider="openai", model="gpt", credentials={"name": secret})


def api_key(name: str = "ci", **spec: Any) -> Manifest:
    """An ApiKey manifest; without arguments one whose key the operator makes."""
    return _own("ApiKey", name, {"owner": "ci@example.com"} | spec)


def budget(name: str = "monthly", **spec: Any) -> Manifest:
    """A Budget manifest; without arguments one of the whole namespace."""
    return _own("Budget", name, {"scope": {"kind": "Namespace"}, "amountUSD": 5} | spec)


def secret(name: str = "s", **data: str) -> Manifest:
    """A Secret as the fake cluster keeps it."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"namespace": NAMESPACE, "name": name},
        "stringData": data or {"apiKey": "k1"},
    }


def config_map(name: str = "c", **data: str) -> Manifest:
    """A ConfigMap of a person."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"namespace": NAMESPACE, "name": name},
        "data": data or {"instructions": "Be kind."},
    }


def _own(kind: str, name: str, spec: dict[str, Any]) -> Manifest:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"namespace": NAMESPACE, "name": name},
        "spec": spec,
    }


class World:
    """A cluster and an operator that sees all of it."""

    def __init__(self) -> None:
        self.cluster = FakeCluster()
        self.now = NOW
        self.seconds = 0.0
        self.engine = self.new_engine()

    def new_engine(self) -> Engine:
        """An operator that has just started: it has seen what exists, and sees what comes."""
        engine = Engine(
            self.cluster,
            OPTIONS,
            pepper=FixedPepper(PEPPER),
            reserved=USUAL.keys(NAMESPACE),
            workers=4,
            now=lambda: self.now,
            clock=lambda: self.seconds,
        )
        self.cluster.listeners = [engine.observe]
        for manifest in list(self.cluster.objects.values()):
            engine.observe("ADDED", manifest)
        return engine

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The engine works; settled at the beginning of the block."""
        task = asyncio.create_task(self.engine.run())
        try:
            await asyncio.sleep(0)
            await self.settle()
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def settle(self) -> None:
        """Wait until the operator has done what there is to do."""
        await asyncio.wait_for(self.engine.idle(), 60)

    async def spent(self) -> Counter[tuple[str, str]]:
        """Requests since the last question, once everything is settled."""
        await self.settle()
        calls = +self.cluster.calls
        self.cluster.calls.clear()
        return calls

    def status(self, kind: str = "Agent", name: str = "demo") -> dict[str, Any]:
        """The stored status."""
        found: dict[str, Any] = self.cluster.objects[key(kind, name)].get("status", {})
        return found

    def condition(
        self, type_: str = "Ready", kind: str = "Agent", name: str = "demo"
    ) -> tuple[str, str]:
        """(status, reason) of a condition."""
        found = find(self.status(kind, name), type_)
        return (found["status"], found["reason"]) if found else ("", "")

    def child(self, kind: str, agent_name: str = "demo") -> Manifest:
        """A child as stored."""
        return self.cluster.objects[key(kind, worker_name(agent_name))]

    def roll_out(self, agent_name: str = "demo", **counts: int) -> None:
        """Play the Deployment controller: all workers are there, or as ``counts`` says."""
        deployment = self.child("Deployment", agent_name)
        wanted = int(deployment["spec"].get("replicas", 1))
        names = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")
        status = {name: counts.get(name, wanted) for name in names}
        status["observedGeneration"] = deployment["metadata"]["generation"]

        def set_status(manifest: Manifest) -> None:
            manifest["status"] = status

        self.cluster.change(key("Deployment", worker_name(agent_name)), set_status)


async def settled(world: World) -> None:
    """One Agent with all its workers, and the books closed."""
    world.cluster.put(model())
    world.cluster.put(agent())
    await world.settle()
    world.roll_out()
    await world.spent()
    world.cluster.notes.clear()
