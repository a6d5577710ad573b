"""Fixtures: a gateway, a worker, and both together; databases of both kinds."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import metadata
from support.fake_worker import FakeWorker
from support.postgres_servers import database_url, postgres
from support.running_gateway import Gateway, agent, running_gateway

__all__ = ["database_url", "postgres"]


@pytest.fixture(autouse=True, scope="session")
def _plain_logs() -> None:
    """Rich tracebacks of failures that are meant to happen take seconds to draw."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """A gateway with default settings and no agents."""
    async with running_gateway() as running:
        yield running


@pytest.fixture
async def worker() -> AsyncIterator[FakeWorker]:
    """A worker that answers."""
    async with FakeWorker() as running:
        yield running


@pytest.fixture
async def demo(gateway: Gateway, worker: FakeWorker) -> Gateway:
    """The gateway with one agent, ``demo``, that ``worker`` answers for."""
    gateway.registry.put(agent("demo", worker.url))
    return gateway


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database of either kind with our tables.

    That the tables are what migrations make is tested where they are; making them so is quicker.
    """
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
