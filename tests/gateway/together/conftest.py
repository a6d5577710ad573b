"""Fixtures of tests with several gateways."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from support.fake_worker import FakeWorker
from support.gateway_processes import ADMIN_KEY
from support.together import Crowd


@pytest.fixture
async def crowd() -> AsyncIterator[Crowd]:
    headers = {"authorization": f"Bearer {ADMIN_KEY}"}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        yield Crowd(session)


@pytest.fixture
async def worker() -> AsyncIterator[FakeWorker]:
    """Answers with TOKENS tokens, and says so."""
    async with FakeWorker() as running:
        yield running
