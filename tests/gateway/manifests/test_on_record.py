"""A change of an agent is on record once, whoever saw it: the gateway that made it, and watches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.api_key import Role
from support.management import manifest_of
from support.redis_servers import RedisServer, running
from support.whole_gateway import INSTALLATION, SPECS, WholeGateway, key_of, whole_gateway

ONE = "/api/v1/agents/team-a/made"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running("valkey") as server:
        yield server


def an_agent(**spec: Any) -> dict[str, Any]:
    return manifest_of("Agent", "made", {**SPECS["Agent"], **spec})


async def recorded(gateway: WholeGateway) -> list[tuple[str, str, Any]]:
    """What is on record about the agent, oldest first."""
    answer = await gateway.ask("GET", "/api/v1/audit?limit=1000", INSTALLATION)
    return [
        (item["action"], item["actor"], item["detail"].get("fields"))
        for item in reversed(answer.json()["items"])
        if item["subject"] == "Agent/team-a/made"
    ]


async def test_each_change_once(tmp_path: Path, redis: RedisServer) -> None:
    editor = key_of("team-a", Role.EDITOR)
    async with whole_gateway(tmp_path, redis.url) as gateway:
        assert (await gateway.ask("PUT", ONE, editor, json=an_agent())).status_code == 200
        changed = await gateway.ask("PUT", ONE, editor, json=an_agent(replicas=2))
        assert changed.status_code == 200
        # As somebody with kubectl would.
        await gateway.writer.patch_spec("Agent", "team-a", "made", {"suspended": True})
        assert (await gateway.ask("DELETE", ONE, editor)).status_code == 204
    # What only a watch has seen is on record at the latest when the gateway stops.
    async with whole_gateway(tmp_path, redis.url) as gateway:
        assert await recorded(gateway) == [
            ("resource.created", "team-a/editor", None),
            ("resource.changed", "team-a/editor", ["replicas"]),
            ("resource.deleted", "team-a/editor", None),
            ("resource.changed", "cluster", ["suspended"]),
        ]
