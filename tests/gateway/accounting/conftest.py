"""Databases of both kinds, spools, and records to put into them."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.spool import MAX_BYTES, SEGMENT_BYTES, Spool
from quarterdeck_gateway.accounting.sql_ledger import SPOOL_KIND, SqlLedger
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate

MakeSpool = Callable[..., Spool]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database."""
    database = Database.open(database_url)
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
def metrics() -> DrainMetrics:
    return DrainMetrics(CollectorRegistry())


@pytest.fixture
def spool_directory(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def make_spool(spool_directory: Path) -> Iterator[MakeSpool]:
    """Spools over one directory, closed at the end unless the test did."""
    made: list[Spool] = []

    def make(segment_bytes: int = SEGMENT_BYTES, max_bytes: int = MAX_BYTES) -> Spool:
        spool = Spool(spool_directory, SPOOL_KIND, segment_bytes=segment_bytes, max_bytes=max_bytes)
        made.append(spool)
        return made[-1]

    yield make
    for spool in made:
        spool.close()


@pytest.fixture
async def ledger(
    database: Database, spool_directory: Path, metrics: DrainMetrics
) -> AsyncIterator[SqlLedger]:
    ledger = SqlLedger(database, Spool(spool_directory, SPOOL_KIND), metrics)
    yield ledger
    await ledger.close()
