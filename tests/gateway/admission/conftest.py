"""One admission store after the other, each with nothing in it; a gateway that reports."""

from collections.abc import AsyncIterator, Iterator

import pytest

from quarterdeck_gateway.admission.port import AdmissionStore
from quarterdeck_gateway.admission.seeding import NoHistory
from support.admission_stores import LAPSE, STORES, server_for, store_on
from support.budget_reports import ReportingGateway
from support.redis_servers import RedisServer


@pytest.fixture(scope="session", params=STORES)
def store_server(request: pytest.FixtureRequest) -> Iterator[RedisServer | None]:
    """One server of each kind for all tests; None stands for memory."""
    with server_for(request.param) as server:
        yield server


@pytest.fixture
async def store(store_server: RedisServer | None) -> AsyncIterator[AdmissionStore]:
    """A store on that server."""
    async with store_on(store_server) as store:
        yield store


@pytest.fixture
async def hasty(store_server: RedisServer | None) -> AsyncIterator[AdmissionStore]:
    """A store on that server in which reservations lapse after LAPSE seconds."""
    async with store_on(store_server, reservation_seconds=LAPSE) as store:
        yield store


@pytest.fixture
def gateway() -> ReportingGateway:
    """A gateway whose ledger knows 0.12 USD of every budget."""
    return ReportingGateway(history=NoHistory(120_000))
