"""What was edited, removed, swapped or put back in a real database is found."""

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import delete, select, text, update

from quarterdeck_gateway.audit.verification import verify_database
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate
from quarterdeck_gateway.database.tables import audit_events, audit_head, metadata
from support.audit_logs import PEPPER, OpenLog, event, verified


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
