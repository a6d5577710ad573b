"""A gateway that starts while the database is away: it serves, keeps its books on disk, and goes on
with the database once that is the right one.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate
from support.declared import budget
from support.fake_worker import FakeWorker, Script
from support.gateway_processes import GatewayProcess, gateways
from support.postgres_servers import PostgresServer
from support.redis_servers import running
from support.together import TOKENS, Crowd, agent, catalogue, eventually, ledger

DATABASE_UP = 'quarterdeck_gateway_dependency_up{dependency="database"} 1.0'


@pytest.fixture
async def url(postgres: PostgresServer) -> AsyncIterator[str]:
    """An empty database of a server that does not run now, and does afterwards."""
    url = await asyncio.to_thread(postgres.new_database)
    await asyncio.to_thread(postgres.kill)
    yield url
    if not postgres.running:
        await asyncio.to_thread(postgres.start)


def counted(worker: FakeWorker) -> list[dict[str, Any]]:
    """An agent whose chats a Budget must know before they begin."""
    made = agent(worker.url)
    made["metadata"] |= {"name": "counted", "uid": "agent-counted"}
    return [made, budget("counted", 1000.0, scope={"kind": "Agent", "name": "counted"})]


async def asked(crowd: Crowd, gateway: GatewayProcess, model: str) -> int:
    async with crowd.post(gateway, model=model) as answer:
        await answer.read()
        return int(answer.status)


async def database_is_up(crowd: Crowd, gateway: GatewayProcess) -> bool:
    async with crowd.session.get(f"{gateway.url}/metrics") as answer:
        return DATABASE_UP in await answer.text()


async def database_said(crowd: Crowd, gateway: GatewayProcess) -> str:
    """How the health page shows it."""
    async with crowd.session.get(f"{gateway.url}/api/v1/health") as answer:
        components = (await answer.json())["components"]
    return next(str(each["status"]) for each in components if each["name"] == "database")


async def is_well(crowd: Crowd, gateway: GatewayProcess) -> bool:
    return await database_said(crowd, gateway) == "ok"


async def is_counted(crowd: Crowd, gateway: GatewayProcess) -> bool:
    return await asked(crowd, gateway, "counted") == 200


async def migrated(url: str) -> None:
    database = Database.open(url)
    await migrate(database)
    await database.close()


async def serves_without(crowd: Crowd, gateway: GatewayProcess) -> None:
    """It chats, refuses what only the database could allow, and says what is missing."""
    assert await asked(crowd, gateway, "demo") == 200
    assert await asked(crowd, gateway, "counted") == 503
    assert await database_said(crowd, gateway) == "down"
    assert not await database_is_up(crowd, gateway)


@pytest.mark.parametrize("migrates", ["false", "true"])
async def test_started_without_a_database(
    crowd: Crowd,
    worker: FakeWorker,
    tmp_path: Path,
    postgres: PostgresServer,
    url: str,
    migrates: str,
) -> None:
    worker.script = Script(chunks=TOKENS, text="a")
    with (
        running("valkey", persistent=True) as redis,
        gateways(
            1,
            tmp_path,
            catalogue(worker, *counted(worker)),
            redis_url=redis.url,
            database_url=url,
            QUARTERDECK_MIGRATE_ON_START=migrates,
        ) as (gateway,),
    ):
        await serves_without(crowd, gateway)
        await asyncio.to_thread(postgres.start)
        if migrates == "false":
            await eventually(lambda: told(gateway, "no tables yet"), "the empty one is seen")
            await serves_without(crowd, gateway)
            await migrated(url)
        await eventually(lambda: database_is_up(crowd, gateway), "the database is used")
        await eventually(lambda: is_well(crowd, gateway), "the health page says so")
        await eventually(lambda: is_counted(crowd, gateway), "the ledger is asked again")
        chats = 2 if migrates == "true" else 3
        await eventually(lambda: stored(url, chats), "what waited on disk is in the database")


async def told(gateway: GatewayProcess, words: str) -> bool:
    return words in gateway.log


async def stored(url: str, chats: int) -> bool:
    return (await ledger(url)).by_outcome.get("completed") == chats
