"""A database of either kind with our tables for every test here.

That the tables are what migrations make is tested where they are; making them so is quicker.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import metadata
from support.postgres_servers import database_url, postgres

__all__ = ["database_url", "postgres"]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(database_url)
    async with opened.write() as connection:
        await connection.run_sync(metadata.create_all)
    yield opened
    await opened.close()


@pytest.fixture
async def untouched(tmp_path: Path) -> AsyncIterator[Database]:
    """A database that must not be asked: there is nothing in it."""
    opened = Database.open(f"sqlite:///{tmp_path}/untouched.db")
    yield opened
    assert not (tmp_path / "untouched.db").exists()
    await opened.close()
