"""kill -9 of whoever records, and of PostgreSQL under load: every record is there, once."""

import asyncio
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.accounting.sql_ledger import SPOOL_KIND, SqlLedger
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate
from quarterdeck_gateway.database.tables import usage_records
from support.postgres_servers import PostgresServer
from support.usage import usage_record

RECORDER = """
import asyncio, sys
from pathlib import Path
from prometheus_client import CollectorRegistry
from quarterdeck_contract.usage import UsageRecord
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.accounting.sql_ledger import SPOOL_KIND, SqlLedger
from quarterdeck_gateway.database.engine import Database

async def main(url, directory):
    spool = Spool(Path(directory), SPOOL_KIND, segment_bytes=20_000)
    ledger = SqlLedger(Database.open(url), spool, DrainMetrics(CollectorRegistry()))
    running = asyncio.create_task(ledger.run())
    template = UsageRecord.model_validate_json(sys.argv[3])
    number = 0
    while True:
        ledger.record(template.model_copy(update={"id": f"chat-{number:06}"}))
        print(number, flush=True)
        number += 1
        await asyncio.sleep(0.0005)

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


async def ids(database: Database) -> list[str]:
    async with database.read() as connection:
        return list(await connection.scalars(select(usage_records.c.id)))


def number_in(line: bytes, before: int) -> int:
    """The number that the recorder says; it logs there too."""
    return int(line) if line.strip().isdigit() else before


async def test_kill_9_of_the_recorder(
    database_url: str, database: Database, spool_directory: Path, metrics: DrainMetrics
) -> None:
    template = usage_record().model_dump_json(by_alias=True)
    arguments = [sys.executable, "-c", RECORDER, database_url, str(spool_directory), template]
    recorder = await asyncio.create_subprocess_exec(*arguments, stdout=subprocess.PIPE)
    assert recorder.stdout is not None
    last = -1
    # Long enough for some to be in the database already; the kill comes between any two steps.
    async with asyncio.timeout(60):
        while last < 600 or not await ids(database):
            last = number_in(await recorder.stdout.readline(), last)
    recorder.kill()
    for line in (await recorder.stdout.read()).splitlines():
        last = number_in(line, last)
    await recorder.wait()
    before = len(await ids(database))
    assert 0 < before <= last + 2

    ledger = SqlLedger(database, Spool(spool_directory, SPOOL_KIND), metrics)
    await ledger.flush()
    found = sorted(await ids(database))
    # The record at which it died may have been written without being told of.
    assert found in (
        [f"chat-{number:06}" for number in range(last + 1)],
        [f"chat-{number:06}" for number in range(last + 2)],
    )
    await ledger.close()
    assert list(spool_directory.iterdir()) == []


async def test_kill_9_of_postgresql_under_load(
    postgres: PostgresServer, spool_directory: Path, metrics: DrainMetrics
) -> None:
    url = await asyncio.to_thread(postgres.new_database)
    database = Database.open(url)
    await migrate(database)
    ledger = SqlLedger(database, Spool(spool_directory, SPOOL_KIND, segment_bytes=50_000), metrics)
    recorded: list[str] = []

    async def chats() -> None:
        while True:
            for _ in range(5):
                record = usage_record(id=f"chat-{len(recorded):06}")
                ledger.record(record)
                recorded.append(record.id)
            await asyncio.sleep(0.005)

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(ledger.run()), tasks.create_task(chats())]
        for _ in range(3):
            await asyncio.sleep(0.5)
            await asyncio.to_thread(postgres.kill)
            await asyncio.sleep(0.5)
            await asyncio.to_thread(postgres.start)
        while len(recorded) <= 500:
            await asyncio.sleep(0.05)
        for task in reversed(running):
            task.cancel()
    async with asyncio.timeout(60):
        await ledger.flush()
    assert sorted(await ids(database)) == recorded
    assert len(recorded) > 500
    await ledger.close()
    await database.close()


async def test_two_gateways_share_a_database_and_a_directory(
    database: Database, spool_directory: Path, metrics: DrainMetrics
) -> None:
    spools = [Spool(spool_directory, SPOOL_KIND) for _ in range(2)]
    ledgers = [SqlLedger(database, spool, metrics) for spool in spools]
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(ledger.run()) for ledger in ledgers]
        for number in range(400):
            ledgers[number % 2].record(usage_record(id=f"{number:04}"))
            await asyncio.sleep(0.001)
        for task in running:
            task.cancel()
    for ledger in ledgers:
        await ledger.flush()
    assert sorted(await ids(database)) == [f"{number:04}" for number in range(400)]
    for spool in spools:
        spool.close()
