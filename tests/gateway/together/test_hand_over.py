"""Gateways whose disk goes with them, as an ``emptyDir`` goes with its pod, stop while the database
is away: what they have recorded gets there all the same.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.audit.store import AuditStore
from quarterdeck_gateway.audit.verification import VerificationReport, verify_log
from quarterdeck_gateway.database.engine import Database
from support.declared import PEPPER
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

SETTINGS = {"QUARTERDECK_HAND_OVER": "true", "QUARTERDECK_LOG_LEVEL": "info"}
HANDED = "{quarterdeck}:handed:*"
CHATS = 700
"""More than one batch."""


@pytest.fixture
async def server(postgres: PostgresServer) -> AsyncIterator[PostgresServer]:
    """A PostgreSQL that a test may kill."""
    yield postgres
    if not postgres.running:
        await asyncio.to_thread(postgres.start)


@pytest.fixture(autouse=True)
def _patience(request: pytest.FixtureRequest, worker: FakeWorker) -> None:
    request.node.add_marker(pytest.mark.timeout(180))
    worker.script = Script(chunks=TOKENS, text="a")


async def chat(crowd: Crowd, gateway: GatewayProcess, chats: int) -> None:
    """So many chats that are answered, and one caller who is not let in."""
    answers = await crowd.ask([gateway], requests=chats, clients=20)
    assert answers.count(200) == chats
    wrong = {"authorization": f"Bearer qd_not-a-key-{gateway.port}"}
    async with crowd.session.get(f"{gateway.url}/v1/models", headers=wrong) as answer:
        assert answer.status == 401


async def stop_and_lose_the_disk(gateway: GatewayProcess) -> None:
    """As a pod goes: in order, and its emptyDir with it."""
    await asyncio.to_thread(gateway.stop)
    assert "records handed over" in gateway.log
    assert "at risk" not in gateway.log
    shutil.rmtree(gateway.folder / "spool")


async def audited(url: str) -> VerificationReport:
    database = Database.open(url)
    try:
        return await verify_log(AuditStore(database), ChainKey(PEPPER.encode()), None)
    finally:
        await database.close()


@pytest.mark.parametrize("heirs", ["running", "started later"])
async def test_what_a_stopped_gateway_recorded_is_written_by_others(
    crowd: Crowd, worker: FakeWorker, tmp_path: Path, server: PostgresServer, heirs: str
) -> None:
    money, database = calls(100_000), await asyncio.to_thread(server.new_database)
    with (
        running("valkey", persistent=True) as redis,
        gateways(
            3 if heirs == "running" else 2,
            tmp_path,
            catalogue(worker, money),
            redis_url=redis.url,
            database_url=database,
            **SETTINGS,
        ) as (leaving, *others),
    ):
        await chat(crowd, leaving, 10)
        before = await audited(database)
        await asyncio.to_thread(server.kill)
        await chat(crowd, leaving, CHATS)
        await chat(crowd, others[0], 5)
        await stop_and_lose_the_disk(leaving)
        if heirs == "started later":
            await stop_and_lose_the_disk(others[0])
        await asyncio.to_thread(server.start)
        if heirs == "started later":
            await asyncio.to_thread(others[0].start)

        async def written() -> bool:
            return (await ledger(database)).records >= CHATS + 15

        async def nothing_waits() -> bool:
            return not redis.command("KEYS", HANDED)

        async def counted() -> bool:
            return await standing(redis.url, money) == (CHATS + 15, 0)

        await eventually(written, "every chat is in the ledger")
        await eventually(nothing_waits, "what was handed over is removed")
        await eventually(counted, "every call is charged once")
    found = await ledger(database)
    assert found.by_outcome == {"completed": CHATS + 15}
    assert found.cost == (CHATS + 15) * CALL * MICRO
    after = await audited(database)
    assert after.problem is None
    assert after.rows >= before.rows + 2


async def test_budgets_are_counted_anew_when_others_have_written_it(
    crowd: Crowd, worker: FakeWorker, tmp_path: Path, server: PostgresServer
) -> None:
    """Redis forgot what was spent, and was told by a ledger to which that had not come yet."""
    money, database = calls(100), await asyncio.to_thread(server.new_database)
    with (
        running("valkey", persistent=True) as redis,
        gateways(
            2,
            tmp_path,
            catalogue(worker, money),
            redis_url=redis.url,
            database_url=database,
            **SETTINGS,
        ) as (leaving, heir),
    ):
        await chat(crowd, heir, 1)
        await asyncio.to_thread(server.kill)
        await chat(crowd, leaving, 20)
        await stop_and_lose_the_disk(leaving)
        redis.command("DEL", *redis.command("KEYS", "{quarterdeck}:b:*"))
        await asyncio.to_thread(server.start)

        async def served() -> bool:
            async with crowd.post(heir) as answer:
                return int(answer.status) == 200

        async def anew() -> bool:
            return "budgets are counted anew" in heir.log

        async def counted() -> bool:
            return await standing(redis.url, money) == (23, 0)

        await eventually(served, "the ledger is asked")
        await eventually(anew, "what it said is forgotten")
        await eventually(served, "the ledger is asked again")
        await eventually(counted, "all that was spent is known")


async def test_without_redis_records_stay_on_disk_and_the_log_counts_them(
    crowd: Crowd, worker: FakeWorker, tmp_path: Path, server: PostgresServer
) -> None:
    database = await asyncio.to_thread(server.new_database)
    with (
        running("valkey") as redis,
        gateways(
            1, tmp_path, catalogue(worker), redis_url=redis.url, database_url=database, **SETTINGS
        ) as (gateway,),
    ):
        await asyncio.to_thread(server.kill)
        await chat(crowd, gateway, 30)
        redis.kill()
        await asyncio.to_thread(gateway.stop)
        assert f'"kind":"usage","records":30,"micro_usd":{30 * CALL * MICRO}' in gateway.log
        assert "at risk" in gateway.log
        assert "records handed over" not in gateway.log
        spool = Spool(gateway.folder / "spool", "usage")
        assert spool.depth == 30
        spool.close()
        redis.start()
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(gateway.start)

        async def written() -> bool:
            return (await ledger(database)).records == 30

        await eventually(written, "the next process on that disk delivers them")
