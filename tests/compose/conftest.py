"""Fixtures: one stack for all stories of this folder, and ways to talk to it."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from openai import OpenAI

from support.compose import Stack, running_stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("compose")) as stack:
        yield stack


@pytest.fixture(scope="package")
def admin_key(stack: Stack) -> str:
    return stack.admin_key()


@pytest.fixture
def client(stack: Stack, admin_key: str) -> Iterator[OpenAI]:
    """The official SDK, pointed at nginx."""
    with OpenAI(base_url=f"{stack.url}/v1", api_key=admin_key, max_retries=0) as client:
        yield client


@pytest.fixture
async def http(stack: Stack, admin_key: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A session at nginx with the admin key."""
    headers = {"Authorization": f"Bearer {admin_key}"}
    async with aiohttp.ClientSession(stack.url, headers=headers) as session:
        yield session
