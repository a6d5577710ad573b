"""One face for two databases: URLs, transactions, and what their failures mean."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Table, func, insert, select

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import BadDatabaseUrl, DatabaseAway, DatabaseRefused
from quarterdeck_gateway.database.migrate import migrate
from quarterdeck_gateway.database.tables import audit_head
from support.postgres_servers import PostgresServer


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.open(database_url)
    await migrate(database)
    yield database
    await database.close()


async def count(database: Database, table: Table) -> int:
    async with database.read() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


ROW = {"id": 1, "seq": 0, "hash": ""}


async def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(insert(audit_head), ROW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await count(database, audit_head) == 0


async def test_rows_that_are_there_are_passed_over(database: Database) -> None:
    statement = database.insert_new(audit_head, "id")
    for _ in range(2):
        async with database.write() as connection:
            await connection.execute(statement, [ROW, ROW | {"id": 2}])
    assert await count(database, audit_head) == 2


async def test_refused_data_is_told_from_a_database_that_is_away(database: Database) -> None:
    for bad in (ROW | {"hash": None}, ROW | {"seq": 2**70}):
        with pytest.raises(DatabaseRefused):
            async with database.write() as connection:
                await connection.execute(insert(audit_head), bad)
    async with database.write() as connection:
        await connection.execute(insert(audit_head), ROW)
    with pytest.raises(DatabaseRefused):
        async with database.write() as connection:
            await connection.execute(insert(audit_head), ROW)
    with pytest.raises(DatabaseAway):
        async with database.read() as connection:
            await connection.exec_driver_sql("SELECT * FROM not_migrated_yet")


async def test_texts_that_no_database_takes_are_refused(postgres: PostgresServer) -> None:
    database = Database.open(await asyncio.to_thread(postgres.new_database))
    await migrate(database)
    with pytest.raises(DatabaseRefused):
        async with database.write() as connection:
            await connection.execute(insert(audit_head), ROW | {"hash": "a\0b"})
    await database.close()


async def test_writers_of_sqlite_take_turns(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/turns.db")
    await migrate(database)
    async with database.write() as connection:
        await connection.execute(insert(audit_head), ROW)

    async def increment() -> None:
        async with database.write() as connection:
            seq = (await connection.execute(select(audit_head.c.seq))).scalar_one()
            await asyncio.sleep(0.001)
            await connection.execute(audit_head.update().values(seq=seq + 1))

    await asyncio.gather(*(increment() for _ in range(20)))
    async with database.read() as connection:
        assert (await connection.execute(select(audit_head.c.seq))).scalar_one() == 20
    await database.close()


async def test_sqlite_is_in_wal_mode_and_readers_do_not_wait(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/deep/er/wal.db")
    await migrate(database)
    async with database.write() as connection:
        await connection.execute(insert(audit_head), ROW)
        async with asyncio.timeout(60):
            assert await count(database, audit_head) == 0
    await database.close()
    with sqlite3.connect(tmp_path / "deep/er/wal.db") as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    plain.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:secret@host/x", "mysql"),
        ("sqlite://", "needs a path"),
        ("sqlite:///:memory:", "needs a path"),
        ("sqlite:////proc/nothing/x.db", "cannot make"),
        ("nonsense", "cannot be parsed"),
        ("postgresql://u:secret@host:port/x", "cannot be parsed"),
        ("postgresql://u:secret@host/x?foo=1", "'foo'"),
    ],
)
def test_bad_urls_are_explained_without_their_password(url: str, words: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=words) as caught:
        Database.open(url)
    assert "secret" not in str(caught.value)


async def test_the_password_is_never_shown() -> None:
    database = Database.open("postgresql://u:secret@127.0.0.1:1/x?sslmode=disable")
    assert "secret" not in repr(database)
    with pytest.raises(DatabaseAway) as caught:
        await count(database, audit_head)
    assert "secret" not in str(caught.value)
    await database.close()


async def test_a_restart_of_postgresql_costs_no_question(postgres: PostgresServer) -> None:
    database = Database.open(await asyncio.to_thread(postgres.new_database))
    await migrate(database)
    assert await count(database, audit_head) == 0
    await asyncio.to_thread(postgres.kill)
    with pytest.raises(DatabaseAway):
        await count(database, audit_head)
    await asyncio.to_thread(postgres.start)
    assert await count(database, audit_head) == 0
    await database.close()
