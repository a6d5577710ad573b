"""Fixtures: the API of conversations over a database of either kind."""

from collections.abc import AsyncIterator

import pytest

from quarterdeck_gateway.database.engine import Database
from support.conversations import Desk, desk_over


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    async with desk_over(database) as opened:
        yield opened
