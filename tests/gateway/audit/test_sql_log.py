"""The audit log over real databases: whole, in order, once, whoever writes and whatever dies."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import delete, select, text, update

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_gateway.audit.chain import ChainKey, Checkpoint
from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.audit.store import AuditStore
from quarterdeck_gateway.audit.verification import (
    VerificationReport,
    verify_database,
    verify_log,
)
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseAway
from quarterdeck_gateway.database.migrate import migrate
from quarterdeck_gateway.database.tables import audit_events, audit_head, metadata
from support.audit_logs import PEPPER, OpenLog, new_log
from support.postgres_servers import PostgresServer


def event(number: int, once: str | None = None, **fields: object) -> AuditEvent:
    values = {
        "action": AuditAction.KEY_CREATED,
        "actor": "admin",
        "subject": f"ApiKey/team-a/{number}",
        "namespace": "team-a",
        "at": "2026-11-23T00:00:00.000Z",
        "once": once,
        "detail": {"number": number},
    }
    return AuditEvent(**(values | fields))  # type: ignore[arg-type]


async def verified(database: Database, noted: Checkpoint | None = None) -> VerificationReport:
    return await verify_log(AuditStore(database), ChainKey(PEPPER), noted)


async def subjects(database: Database) -> list[str]:
    async with database.read() as connection:
        found = await connection.execute(
            select(audit_events.c.subject).order_by(audit_events.c.seq)
        )
        return list(found.scalars())


async def test_nothing_yet_is_whole(database: Database) -> None:
    report = await verified(database)
    assert (report.rows, report.problem, report.checkpoint) == (0, None, None)


async def test_what_is_appended_arrives_in_order_and_verifies(
    database: Database, open_log: OpenLog
) -> None:
    log = open_log()
    for number in range(1234):
        log.append(event(number))
    await log.flush()
    assert await subjects(database) == [f"ApiKey/team-a/{number}" for number in range(1234)]
    report = await verified(database)
    assert (report.rows, report.problem) == (1234, None)


async def test_two_gateways_share_one_chain(database: Database, open_log: OpenLog) -> None:
    """Two writers at once, many transactions each, and what both saw is kept once."""
    logs = [open_log(), open_log()]

    async def write(log: SqlAuditLog, first: int) -> None:
        for number in range(first, first + 100):
            log.append(event(number))
            log.append(event(number, once=f"once-{number % 100}"))
            if number % 5 == 0:
                await log.flush()
        await log.flush()

    await asyncio.gather(*(write(log, 1000 * index) for index, log in enumerate(logs)))
    report = await verified(database)
    assert report.problem is None
    assert report.rows == 200 + 100


async def test_run_delivers_and_close_delivers_the_rest(
    database: Database, open_log: OpenLog
) -> None:
    log = open_log()
    running = asyncio.create_task(log.run())
    log.append(event(1))
    async with asyncio.timeout(5):
        while not await subjects(database):
            await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    log.append(event(2))
    await log.close()
    assert len(await subjects(database)) == 2


async def test_any_edited_column_is_found(database: Database, open_log: OpenLog) -> None:
    log = open_log()
    for number in range(5):
        log.append(event(number))
    await log.flush()
    for column in ("id", *entry_columns()):
        async with database.write() as connection:
            third = audit_events.c.seq == 3
            chosen = select(audit_events.c[column]).where(third)
            before = (await connection.execute(chosen)).scalar_one()
            await connection.execute(update(audit_events).where(third).values({column: "{} "}))
        report = await verified(database)
        assert report.problem is not None, column
        assert (report.problem.seq, report.rows) == (3, 2)
        async with database.write() as connection:
            await connection.execute(update(audit_events).where(third).values({column: before}))
    assert (await verified(database)).problem is None


def entry_columns() -> list[str]:
    """Every column but the two that say which row it is."""
    return [column.name for column in audit_events.c if column.name not in ("seq", "id")]


@pytest.mark.parametrize("seq", [1, 3, 5])
async def test_a_removed_row_is_found_now_and_after_more_was_written(
    database: Database, open_log: OpenLog, seq: int
) -> None:
    log = open_log()
    for number in range(5):
        log.append(event(number))
    await log.flush()
    async with database.write() as connection:
        await connection.execute(delete(audit_events).where(audit_events.c.seq == seq))
    report = await verified(database)
    assert report.problem is not None
    assert report.problem.seq == seq
    for another in (log, open_log()):
        another.append(event(6))
        await another.flush()
        report = await verified(database)
        assert report.problem is not None
        assert report.problem.seq == seq


async def test_cutting_off_the_end_and_its_head_does_not_heal(
    database: Database, open_log: OpenLog, registry: CollectorRegistry
) -> None:
    """The next honest row must not prove what is left, as if it had always been the whole."""
    log = open_log()
    for number in range(3):
        log.append(event(number))
    await log.flush()
    async with database.write() as connection:
        last = (
            await connection.execute(select(audit_events.c.hash).where(audit_events.c.seq == 2))
        ).scalar_one()
        await connection.execute(delete(audit_events).where(audit_events.c.seq == 3))
        await connection.execute(update(audit_head).values(seq=2, hash=last))
    another = open_log()
    another.append(event(4))
    await another.flush()
    report = await verified(database)
    assert report.problem is not None
    assert report.problem.seq == 3


async def test_an_older_copy_of_the_log_is_noticed_by_its_writer(
    database: Database, open_log: OpenLog, registry: CollectorRegistry
) -> None:
    log = open_log()
    log.append(event(1))
    await log.flush()
    async with database.read() as connection:
        head = (await connection.execute(select(audit_head.c.hash))).scalar_one()
    log.append(event(2))
    await log.flush()
    noted = (await verified(database)).checkpoint
    async with database.write() as connection:
        await connection.execute(delete(audit_events).where(audit_events.c.seq == 2))
        await connection.execute(update(audit_head).values(seq=1, hash=head))
    assert (await verified(database)).problem is None, "a copy is whole in itself"
    assert (await verified(database, noted)).problem is not None, "but for whoever took a note"
    log.append(event(3))
    await log.flush()
    assert (await verified(database)).problem is not None, "and the writer remembers"
    breaks = registry.get_sample_value("quarterdeck_gateway_audit_chain_breaks_total")
    assert breaks == 1


async def test_swapped_rows_are_found(database: Database, open_log: OpenLog) -> None:
    log = open_log()
    for number in range(4):
        log.append(event(number))
    await log.flush()
    async with database.write() as connection:
        for statement in (
            "UPDATE audit_events SET seq = 99 WHERE seq = 2",
            "UPDATE audit_events SET seq = 2 WHERE seq = 3",
            "UPDATE audit_events SET seq = 3 WHERE seq = 99",
        ):
            await connection.execute(text(statement))
    report = await verified(database)
    assert report.problem is not None
    assert report.problem.seq == 2


async def test_whatever_a_client_made_up_is_stored_and_verifies(
    database: Database, open_log: OpenLog
) -> None:
    log = open_log()
    log.append(event(1, subject="GET /\x00\ud800" + "x" * 5000, actor="é\n\u2028😀"))
    log.append(event(2, detail={"weird": float("nan"), "at": Path("/x")}))
    log.append(event(3, detail={"long": "y" * 100_000}))
    log.append(event(4, detail={"text": "\x00\ud800", "big": 2**80}))
    await log.flush()
    report = await verified(database)
    assert (report.rows, report.problem) == (4, None)


async def test_verifying_offline_needs_the_right_pepper(
    database: Database, open_log: OpenLog, database_url: str
) -> None:
    async with database.write() as connection:
        await connection.run_sync(metadata.drop_all)
    await migrate(database)
    log = open_log()
    log.append(event(1))
    await log.flush()
    good = await verify_database(database_url, PEPPER)
    bad = await verify_database(database_url, b"q" * 32)
    assert (good.problem, good.rows) == (None, 1)
    assert bad.problem is not None


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
    async with asyncio.timeout(10):
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
    async with asyncio.timeout(20):
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
    async with asyncio.timeout(20):
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
