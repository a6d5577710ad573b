"""Fixtures: a gateway, a worker, and both together."""

from collections.abc import AsyncIterator

import pytest
import structlog

from support.fake_worker import FakeWorker
from support.running_gateway import Gateway, agent, running_gateway


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
