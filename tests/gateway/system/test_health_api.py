"""GET /api/v1/health of a whole gateway over real stores, while they are there and when they are
gone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.system import service as service_module
from quarterdeck_gateway.system.control_plane import OperatorPresence
from quarterdeck_gateway.system.kubernetes import leader_of
from support.redis_servers import RedisServer, running
from support.whole_gateway import INSTALLATION, WholeGateway, key_of, whole_gateway


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running("valkey") as server:
        yield server


@pytest.fixture
async def gateway(tmp_path: Path, redis: RedisServer) -> AsyncIterator[WholeGateway]:
    async with whole_gateway(tmp_path, redis.url) as whole:
        yield whole


async def health(gateway: WholeGateway, key: str = INSTALLATION) -> dict[str, Any]:
    answer = await gateway.ask("GET", "/api/v1/health", key)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def components(found: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["status"] for each in found["components"]}


async def test_everything_answers(gateway: WholeGateway) -> None:
    found = await health(gateway)
    known = components(found)
    # Nobody told this gateway of an operator.
    assert known.pop("operator") == "unknown"
    assert set(known.values()) == {"ok"}
    assert found["status"] == "unknown"
    assert all(each["since"] and each["message"] for each in found["components"])


async def test_a_tenant_sees_the_sum_and_their_own(gateway: WholeGateway) -> None:
    await gateway.restore()
    own = await health(gateway, key_of("team-a", Role.VIEWER))
    assert own["components"] == []
    assert own["status"] == "unknown"
    assert {each["namespace"] for each in own["conditions"]} == {"team-a"}
    assert ("Agent", "victim", "NotReconciled") in {
        (each["kind"], each["name"], each["reason"]) for each in own["conditions"]
    }
    other = await health(gateway, key_of("team-b", Role.VIEWER))
    assert {each["namespace"] for each in other["conditions"]} == {"team-b"}
    everything = await health(gateway)
    assert len(everything["conditions"]) >= len(own["conditions"]) + len(other["conditions"])


async def test_a_gateway_that_stops_says_so_with_the_moment(gateway: WholeGateway) -> None:
    before = {c["name"]: c["since"] for c in (await health(gateway))["components"]}
    gateway.services.drain.begin()
    await asyncio.sleep(1.1)
    found = await health(gateway)
    after = {c["name"]: c["since"] for c in found["components"]}
    assert components(found)["gateway"] == "degraded"
    assert after.pop("gateway") > before.pop("gateway")
    assert after == before


async def test_redis_is_away(tmp_path: Path) -> None:
    async with whole_gateway(tmp_path, "redis://127.0.0.1:1") as gateway:
        async with asyncio.timeout(60):
            while components(found := await health(gateway))["limits-store"] != "down":
                await asyncio.sleep(0.2)
    assert found["status"] == "down"


async def test_many_who_ask_are_one_question(
    gateway: WholeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "CACHE_SECONDS", 60)
    answers = await asyncio.gather(*(health(gateway) for _ in range(20)))
    assert len({answer["as_of"] for answer in answers}) == 1


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "holder", "presence"),
    [
        (2, "pod-1", OperatorPresence.LEADING),
        (-5, "pod-1", OperatorPresence.LEADING),
        (29, "pod-1", OperatorPresence.LEADING),
        (31, "pod-1", OperatorPresence.ABSENT),
        (2, "", OperatorPresence.ABSENT),
    ],
)
def test_who_leads(age: float, holder: str, presence: OperatorPresence) -> None:
    renewed = (NOW - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    spec = {"holderIdentity": holder, "renewTime": renewed, "leaseDurationSeconds": 15}
    assert leader_of(spec, NOW).presence is presence
