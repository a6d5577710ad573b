"""Waiting for a database before a gateway starts: as long as it helps, and not longer."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate
from quarterdeck_gateway.database.schema import check_schema
from quarterdeck_gateway.database.waiting import Found, Patience, Step, Waiting, next_step
from support.postgres_servers import PostgresServer

USUAL = Patience()
HASTY = Patience(away=0.5, other_schema=0.5, at_all=60.0)
PAUSE = 0.05


@pytest.mark.parametrize(
    ("found", "waited", "answered", "expected"),
    [
        (Found.FIT, 0, 0, Step.START),
        (Found.AWAY, 119, 0, Step.WAIT),
        (Found.AWAY, 120, 0, Step.START),
        (Found.AWAY, 120, 300, Step.START),
        # An installation: however long the database took to start, the migrations get their time.
        (Found.OTHER_SCHEMA, 500, 59, Step.WAIT),
        (Found.OTHER_SCHEMA, 60, 60, Step.MIGRATE),
        (Found.OTHER_SCHEMA, 300, 300, Step.GIVE_UP),
        (Found.NOT_LET_IN, 299, 299, Step.WAIT),
        (Found.NOT_LET_IN, 300, 300, Step.GIVE_UP),
    ],
)
def test_next_step(found: Found, waited: float, answered: float, expected: Step) -> None:
    assert next_step(found, waited, answered, USUAL) is expected


@pytest.fixture
async def url(postgres: PostgresServer) -> AsyncIterator[str]:
    """An empty database of a server that runs again afterwards."""
    yield await asyncio.to_thread(postgres.new_database)
    if not postgres.running:
        await asyncio.to_thread(postgres.start)


async def waited(url: str, patience: Patience, said: list[str] | None = None) -> bool:
    database = Database.open(url)
    try:
        waiting = Waiting(
            database, (said if said is not None else []).append, patience, pause=PAUSE
        )
        return await waiting.until_a_gateway_may_start()
    finally:
        await database.close()


async def test_without_a_database_a_gateway_may_start_after_a_while(
    postgres: PostgresServer, url: str
) -> None:
    await asyncio.to_thread(postgres.kill)
    said: list[str] = []
    assert await waited(url, HASTY, said)
    assert len(said) == 1, "the same is not said twice"


async def test_an_installation_waits_for_the_database_and_then_for_its_migrations(
    postgres: PostgresServer, url: str
) -> None:
    await asyncio.to_thread(postgres.kill)
    waiting = asyncio.create_task(waited(url, USUAL))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(postgres.start)
    await asyncio.sleep(0.5)
    assert not waiting.done()
    database = Database.open(url)
    await migrate(database)
    await database.close()
    async with asyncio.timeout(60):
        assert await waiting


async def test_a_new_database_behind_an_old_secret_is_migrated(url: str) -> None:
    assert await waited(url, HASTY)
    database = Database.open(url)
    await check_schema(database)
    await database.close()


async def test_a_wrong_name_is_for_people_to_mend(postgres: PostgresServer) -> None:
    said: list[str] = []
    patience = Patience(away=60.0, other_schema=60.0, at_all=0.3)
    assert not await waited(postgres.url("nobody_made_this"), patience, said)
    assert "nobody_made_this" in said[0]
