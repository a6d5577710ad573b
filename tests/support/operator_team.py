"""A person with one namespace of a real cluster, who writes Agents and Models and watches them."""

from typing import Any

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import AGENT, MODEL, Manifest, Resource, resource_for
from quarterdeck_operator.builders.agent import AGENT_CHILD_KINDS
from quarterdeck_operator.conditions import RECONCILING, find
from support.operator_process import absent, eventually


class Team:
    """A person with one namespace."""

    def __init__(self, api: KubeClient, namespace: str) -> None:
        self.api = api
        self.namespace = namespace

    async def put(self, resource: Resource, name: str, **content: Any) -> Manifest:
        return await self.api.apply(
            resource,
            {
                "apiVersion": resource.api_version,
                "kind": resource.kind,
                "metadata": {"namespace": self.namespace, "name": name},
                **content,
            },
        )

    async def model(self, name: str = "m") -> Manifest:
        spec = {"provider": "ollama", "model": "llama3.2", "baseURL": "http://ollama:11434"}
        return await self.put(MODEL, name, spec=spec)

    async def keyed_model(self, name: str = "m") -> Manifest:
        spec = {"provider": "openai", "model": "gpt", "credentials": {"name": "s"}}
        return await self.put(MODEL, name, spec=spec)

    async def agent(self, name: str = "demo", **spec: Any) -> Manifest:
        # No pods, so that what is counted is the operator's doing alone.
        base: dict[str, Any] = {"model": "m", "instructions": "Be brief.", "replicas": 0}
        chosen = {field: value for field, value in (base | spec).items() if value is not None}
        return await self.put(AGENT, name, spec=chosen)

    async def external(self, name: str, **runtime: Any) -> Manifest:
        return await self.put(AGENT, name, spec={"runtime": runtime})

    async def ready(self, name: str = "demo", resource: Resource = AGENT) -> tuple[str, str]:
        """Status and reason of Ready, once about the present generation."""
        found = await self.api.get(resource, self.namespace, name)
        status = found.get("status") or {}
        if status.get("observedGeneration") != found["metadata"]["generation"]:
            return "", ""
        condition = find(status, "Ready") or {}
        return condition.get("status", ""), condition.get("reason", "")

    async def until(
        self, reason: str, name: str = "demo", resource: Resource = AGENT, seconds: float = 60
    ) -> float:
        async def reached() -> bool:
            return (await self.ready(name, resource))[1] == reason

        return await eventually(reached, seconds, f"{name} is {reason}")

    async def until_settled(self, name: str = "demo") -> None:
        """Return once nothing about the Agent is in motion any more."""

        async def settled() -> bool:
            found = await self.api.get(AGENT, self.namespace, name)
            condition = find(found.get("status") or {}, RECONCILING) or {}
            return bool(condition.get("status") == "False")

        await eventually(settled, what=f"{name} settled")

    async def until_built(self, name: str, count: int) -> None:
        """Return once so many of the Agent's children are there."""

        async def built() -> bool:
            missing = [
                await absent(self.api, resource_for(kind), self.namespace, f"agent-{name}")
                for kind in AGENT_CHILD_KINDS
            ]
            return missing.count(False) == count

        await eventually(built, what=f"children of {name}")

    async def child(self, resource: Resource, name: str = "demo") -> Manifest:
        return await self.api.get(resource, self.namespace, f"agent-{name}")


@pytest.fixture
def team(api: KubeClient, namespace: str) -> Team:
    return Team(api, namespace)
