"""The schema: up, down, by several at once, and the same as the tables that queries use."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import SchemaMismatch
from quarterdeck_gateway.database.migrate import BASE, migrate, script_directory
from quarterdeck_gateway.database.schema import REVISIONS, check_schema, current_revision, mismatch
from quarterdeck_gateway.database.tables import metadata

HEAD = REVISIONS[-1]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.open(database_url)
    yield database
    await database.close()


async def tables(database: Database) -> set[str]:
    async with database.read() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


def test_revisions_are_those_of_the_scripts() -> None:
    scripts = [script.revision for script in script_directory().walk_revisions()]
    assert tuple(reversed(scripts)) == REVISIONS


async def test_up_and_down_and_up_again(database: Database) -> None:
    assert await current_revision(database) is None
    assert await migrate(database) == HEAD
    assert await tables(database) == {*metadata.tables, "alembic_version"}
    assert await migrate(database, BASE) == BASE
    assert await tables(database) == {"alembic_version"}
    assert await migrate(database, HEAD) == HEAD
    assert await migrate(database) == HEAD
    await check_schema(database)


async def test_tables_equal_migrations(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))

    await migrate(database)
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    command = [sys.executable, "-m", "quarterdeck_gateway.database", "--database", database_url]
    processes = [
        await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE) for _ in range(2)
    ]
    said = [await process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert [out for out, _ in said] == [f"the schema is at {HEAD}\n".encode()] * 2


async def test_a_gateway_refuses_a_database_without_tables(database: Database) -> None:
    with pytest.raises(SchemaMismatch, match="run `quarterdeck migrate`"):
        await check_schema(database)


async def test_an_unknown_revision_changes_nothing(database: Database) -> None:
    await migrate(database)
    with pytest.raises(SchemaMismatch, match="cannot migrate to 9999"):
        await migrate(database, "9999")
    await check_schema(database)


async def test_a_migration_that_fails_leaves_nothing(database: Database) -> None:
    async with database.write() as connection:
        # In the way of the third table, so that two have been made when it fails.
        await connection.exec_driver_sql("CREATE TABLE audit_events (x INTEGER)")
    with pytest.raises(Exception, match="audit_events"):
        await migrate(database)
    assert await tables(database) == {"audit_events"}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (None, "no tables yet: run `quarterdeck migrate`"),
        ("0999", "newer release"),
    ],
)
def test_what_is_wrong_is_said(found: str | None, words: str) -> None:
    assert words in (mismatch(found) or "")
