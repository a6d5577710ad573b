"""Fixtures: the management API around the keys."""

from collections.abc import AsyncIterator

import pytest

from support.management import Management, management


@pytest.fixture
async def world() -> AsyncIterator[Management]:
    """The management API, as the installation's admin."""
    async with management() as made:
        yield made
