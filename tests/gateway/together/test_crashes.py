"""Gateways, Redis and PostgreSQL killed in the middle of the work: nothing lost, nothing twice."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from support.fake_worker import FakeWorker, Script
from support.gateway_processes import GatewayProcess, gateways
from support.postgres_servers import PostgresServer
from support.redis_servers import running
from support.together import (
    CALL,
    MICRO,
    TOKENS,
    Crowd,
    calls,
    catalogue,
    eventually,
    ledger,
    standing,
)

MEANWHILE = 20
"""So many chats end while something is dead: nobody waits for it."""
AGAIN = 100
"""So many chats in a row that are served show that all is well again."""
RESERVATION = {"QUARTERDECK_RESERVATION_SECONDS": "6"}


async def test_a_gateway_killed_in_the_middle_of_a_hundred_streams(
    crowd: Crowd, worker: FakeWorker, tmp_path: Path
) -> None:
    worker.script = Script(chunks=TOKENS, text="a")
    money, database = calls(150), f"sqlite:///{tmp_path}/ledger.db"
    with (
        running("valkey", persistent=True) as redis,
        gateways(
            2,
            tmp_path,
            catalogue(worker, money),
            redis_url=redis.url,
            database_url=database,
            **RESERVATION,
        ) as (victim, survivor),
    ):
        before = await crowd.ask([victim, survivor], requests=40, clients=10, stream=True)
        assert before.count(200) == 40
        worker.script = Script(chunks=TOKENS, text="a", hang_after=1)
        streams = [asyncio.create_task(_stream(crowd, victim)) for _ in range(100)]
        await eventually(_has(redis.url, money, (40, 100)), "a hundred streams are reserved")
        victim.kill()
        outcomes = await asyncio.gather(*streams)
        assert outcomes == ["cut"] * 100
        await eventually(_has(redis.url, money, (40, 0)), "the reservations return")
        worker.script = Script(chunks=TOKENS, text="a")
        after = await crowd.ask([survivor], requests=200, clients=50)
        assert after.count(200) == 110
        victim.start()
    found = await ledger(database)
    assert found.by_outcome["completed"] == 150
    assert found.cost == 150 * CALL * MICRO


async def test_redis_killed_and_started_again_under_load(
    crowd: Crowd, worker: FakeWorker, tmp_path: Path
) -> None:
    worker.script = Script(chunks=TOKENS, text="a")
    money, database = calls(100_000), f"sqlite:///{tmp_path}/ledger.db"
    with (
        running("valkey", persistent=True) as redis,
        gateways(
            2, tmp_path, catalogue(worker, money), redis_url=redis.url, database_url=database
        ) as both,
    ):
        statuses = await _under_load(crowd, both, redis.kill, redis.start)
        served = statuses.count(200)
        # Closed: what cannot be counted is not spent. And nobody waits for a dead store.
        assert set(statuses) == {200, 503}
        assert statuses[-1] == 200
        assert len(worker.requests) == served
        await eventually(_has(redis.url, money, (served, 0)), "every call is charged once")
    found = await ledger(database)
    assert found.by_outcome["completed"] == served
    assert found.cost == served * CALL * MICRO


async def test_a_redis_that_forgot_everything_is_told_by_the_ledger(
    crowd: Crowd, worker: FakeWorker, tmp_path: Path
) -> None:
    worker.script = Script(chunks=TOKENS, text="a")
    money, database = calls(30), f"sqlite:///{tmp_path}/ledger.db"
    with (
        running("valkey") as redis,
        gateways(
            2, tmp_path, catalogue(worker, money), redis_url=redis.url, database_url=database
        ) as both,
    ):
        first = await crowd.ask(both, requests=20, clients=10)
        assert first.count(200) == 20

        async def written() -> bool:
            return (await ledger(database)).records == 20

        await eventually(written, "all is in the ledger")
        redis.command("FLUSHALL")
        second = await crowd.ask(both, requests=40, clients=20)
        assert second.count(200) == 10
        assert second.count(402) == 30


async def test_postgresql_killed_and_started_again_under_load(
    crowd: Crowd, worker: FakeWorker, tmp_path: Path, postgres: PostgresServer
) -> None:
    worker.script = Script(chunks=TOKENS, text="a")
    money, database = calls(100_000), postgres.new_database()
    with (
        running("valkey") as redis,
        gateways(
            2, tmp_path, catalogue(worker, money), redis_url=redis.url, database_url=database
        ) as both,
    ):
        statuses = await _under_load(crowd, both, postgres.kill, postgres.start)
        assert set(statuses) == {200}, "chats do not need the ledger's database"
        assert len(worker.requests) == len(statuses)
    found = await ledger(database)
    assert found.by_outcome == {"completed": len(statuses)}
    assert found.cost == len(statuses) * CALL * MICRO


async def _under_load(
    crowd: Crowd,
    both: list[GatewayProcess],
    kill: Callable[[], None],
    start: Callable[[], None],
) -> list[int]:
    """Statuses of chats, in the order of their ends, while something dies and comes back."""
    statuses: list[int] = []
    stopping = asyncio.Event()

    async def client(number: int) -> None:
        while not stopping.is_set():
            async with crowd.post(both[number % 2]) as answer:
                await answer.read()
                statuses.append(answer.status)
            await asyncio.sleep(0.02)

    async def ended(more: int) -> None:
        before = len(statuses)

        async def look() -> bool:
            return len(statuses) >= before + more

        await eventually(look, f"{more} more chats end")

    clients = [asyncio.create_task(client(number)) for number in range(10)]
    try:
        await ended(MEANWHILE)
        await asyncio.to_thread(kill)
        await asyncio.sleep(1.0)
        await ended(MEANWHILE)
        await asyncio.to_thread(start)
        back = len(statuses)

        async def served_again() -> bool:
            return len(statuses) >= back + AGAIN and set(statuses[-AGAIN:]) == {200}

        await eventually(served_again, "all are served again")
    finally:
        stopping.set()
        await asyncio.gather(*clients)
    return statuses


async def _stream(crowd: Crowd, gateway: GatewayProcess) -> str:
    try:
        async with crowd.post(gateway, stream=True) as answer:
            assert answer.status == 200
            await answer.read()
    except aiohttp.ClientError:
        return "cut"
    return "ended"


def _has(
    url: str, money: dict[str, object], expected: tuple[int, int]
) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        found = await standing(url, money)
        return found == expected

    return look


@pytest.fixture(autouse=True)
def _patience(request: pytest.FixtureRequest) -> None:
    request.node.add_marker(pytest.mark.timeout(360))
