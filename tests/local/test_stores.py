"""Which stores standalone mode opens: its own, or the ones that the environment names."""

from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from quarterdeck_local.home import Home, opened
from quarterdeck_local.process import Lifeline
from quarterdeck_local.stores import opened_stores

REDIS = {"QUARTERDECK_REDIS_URL": "redis://:secret@redis.example:6379/0"}
DATABASE = {"QUARTERDECK_DATABASE_URL": "postgresql://quarterdeck:secret@db.example/quarterdeck"}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with opened(tmp_path / "home") as home:
        yield home


@pytest.fixture
def lifeline() -> Iterator[Lifeline]:
    with closing(Lifeline()) as lifeline:
        yield lifeline


async def test_a_laptop_gets_its_own(home: Home, lifeline: Lifeline) -> None:
    async with AsyncExitStack() as stack:
        stores = await opened_stores(home, lifeline, {}, stack)
        assert stores.redis_url.get_secret_value().startswith("unix://")
        assert stores.database_url.get_secret_value() == f"sqlite:///{home.ledger.resolve()}"
        assert len(stores.runs) == 1
        assert home.valkey_directory.exists()


async def test_named_servers_are_used_and_nothing_is_started(
    home: Home, lifeline: Lifeline
) -> None:
    async with AsyncExitStack() as stack:
        stores = await opened_stores(home, lifeline, REDIS | DATABASE, stack)
    assert stores.redis_url.get_secret_value() == REDIS["QUARTERDECK_REDIS_URL"]
    assert stores.database_url.get_secret_value() == DATABASE["QUARTERDECK_DATABASE_URL"]
    assert stores.runs == ()
    assert not home.valkey_directory.exists()
    assert "secret" not in repr(stores)


async def test_one_may_be_named_and_the_other_not(home: Home, lifeline: Lifeline) -> None:
    # An empty variable, as Compose writes it for one that is not set, names nothing.
    environment = REDIS | {"QUARTERDECK_DATABASE_URL": ""}
    async with AsyncExitStack() as stack:
        stores = await opened_stores(home, lifeline, environment, stack)
    assert stores.database_url.get_secret_value().startswith("sqlite:///")
