"""The audit log when a database is away, or a process is killed: nothing lost, nothing twice."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry
from sqlalchemy import text

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseAway
from quarterdeck_gateway.database.tables import metadata
from support.audit_logs import OpenLog, event, new_log, subjects, verified
from support.postgres_servers import PostgresServer


async def test_events_wait_for_a_database_that_is_away(
    database: Database, open_log: OpenLog, registry: CollectorRegistry
) -> None:
    """What cannot be written now is written later, once."""
    log = open_log()
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE audit_events RENAME TO elsewhere"))
    running = asyncio.create_task(log.run())
    for number in range(50):
        log.append(event(number))
    await asyncio.sleep(0.6)
    async with database.write() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO audit_events"))
    async with asyncio.timeout(60):
        while len(await subjects(database)) < 50:
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    report = await verified(database)
    assert (report.rows, report.problem) == (50, None)
    assert registry.get_sample_value(
        "quarterdeck_gateway_audit_events_total", {"action": "key.created"}
    ) == 50  # fmt: skip


_WRITER = """
import asyncio, sys
from pathlib import Path
from prometheus_client import CollectorRegistry
from quarterdeck_contract.audit import AuditEvent
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.audit.chain_writer import ChainWriter
from quarterdeck_gateway.audit.metrics import AuditMetrics
from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseAway

async def main(url, folder):
    registry = CollectorRegistry()
    metrics = AuditMetrics(registry)
    log = SqlAuditLog(
        ChainWriter(Database.open(url), ChainKey(b"p" * 32), metrics),
        Spool(Path(folder), "audit"), DrainMetrics(registry), metrics,
    )
    running = asyncio.create_task(log.run())
    for number in range(100_000):
        log.append(AuditEvent(action="key.created", actor="a", subject=str(number), at="x"))
        print(number, flush=True)
        await asyncio.sleep(0.0005)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_kill_9_loses_no_event_and_writes_none_twice(
    database: Database, open_log: OpenLog, database_url: str, tmp_path: Path
) -> None:
    """Killed in the middle of writing; the next process finds what was left in the spool."""
    folder = tmp_path / "spool"
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITER, database_url, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while len(await subjects(database)) < 100:
            await asyncio.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    # Its log goes to the same place.
    said = [line for line in process.stdout.read().split("\n") if line.isdigit()]
    process.wait()
    process.stdout.close()
    log = open_log()
    await log.flush()
    stored = await subjects(database)
    # The last number may have been taken but not said.
    assert stored[: len(said)] == [str(number) for number in range(len(said))]
    assert len(stored) - len(said) in (0, 1)
    report = await verified(database)
    assert (report.rows, report.problem) == (len(stored), None)


async def test_postgresql_killed_and_restarted_under_load_loses_nothing(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    """SIGKILL in the middle of writing, by two gateways: every event is there once."""
    database = Database.open(postgres.new_database())
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    logs = [new_log(database, tmp_path / "spool", CollectorRegistry()) for _ in range(2)]
    running = [asyncio.create_task(log.run()) for log in logs]
    for number in range(600):
        logs[number % 2].append(event(number))
        if number == 300:
            postgres.kill()
        if number == 450:
            await asyncio.to_thread(postgres.start)
        await asyncio.sleep(0.001)
    async with asyncio.timeout(60):
        for task, log in zip(running, logs, strict=True):
            task.cancel()
            await asyncio.wait([task])
            while True:
                try:
                    await log.flush()
                    break
                except DatabaseAway:
                    await asyncio.sleep(0.05)
            await log.close()
    assert sorted(await subjects(database)) == sorted(f"ApiKey/team-a/{n}" for n in range(600))
    report = await verified(database)
    assert (report.rows, report.problem) == (600, None)
    await database.close()
