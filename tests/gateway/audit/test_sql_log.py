"""The audit log over real databases: whole, in order and once, whoever writes."""

import asyncio
from pathlib import Path

from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.database.engine import Database
from support.audit_logs import OpenLog, event, subjects, verified


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
    async with asyncio.timeout(60):
        while not await subjects(database):
            await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    log.append(event(2))
    await log.close()
    assert len(await subjects(database)) == 2


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
