"""Two gateways, a real store that is killed, emptied or frozen under load, a real ledger: what the
store says was spent is what the ledger says, to the last micro-USD."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_gateway.accounting.drain_metrics import DrainMetrics
from quarterdeck_gateway.accounting.history import LedgerHistory
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.accounting.sql_ledger import SPOOL_KIND, SqlLedger
from quarterdeck_gateway.admission import seeding as seeding_module
from quarterdeck_gateway.admission.keeper import Keeper
from quarterdeck_gateway.admission.lines import line_of
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import Ask, BudgetLine, Limit, LimitKind
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.chat.settlement import ended_at
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.migrate import migrate
from quarterdeck_gateway.errors import BudgetExceeded, GatewayError
from support.keeping import FaultyStore, budget_manifest, until
from support.redis_servers import RedisServer, running

TIMEOUT = 1.0
CLIENTS = 20
RESERVATION = 5.0
PLACES = Limit(LimitKind.CONCURRENCY, "agent", "team-a/writer", 500)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with running(getattr(request, "param", "valkey")) as server:
        yield server


@pytest.fixture(autouse=True)
def patient_seeding(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the other gateway takes longer to write what it has settled."""
    monkeypatch.setattr(seeding_module, "OTHERS_SECONDS", 3.0)
    monkeypatch.setattr(seeding_module, "SEEDING_SECONDS", 30.0)


class Gateway:
    """What one process of the gateway has for admission and accounting."""

    def __init__(self, keeper: Keeper, ledger: SqlLedger, store: FaultyStore) -> None:
        self.keeper = keeper
        self.ledger = ledger
        self.store = store
        self.settled = 0
        self.refused = 0

    @property
    def asked(self) -> int:
        """How often the store was asked for leave."""
        return self.store.calls.count("admit")

    async def chat(self, name: str, line: BudgetLine, reserve: int, cost: int) -> bool:
        """One chat, from admission to settlement; False when it was refused."""
        began_at, began = datetime.now(UTC), time.monotonic()
        try:
            grant = await self.keeper.admit(Ask(name, (PLACES,), (line,), 10, reserve))
        except GatewayError:
            self.refused += 1
            return False
        await asyncio.sleep(random.random() * 0.03)
        record = UsageRecord(
            id=name,
            request_id="",
            namespace="team-a",
            agent="writer",
            stream=False,
            outcome=Outcome.COMPLETED,
            status=200,
            cost_micro_usd=cost,
            started_at=began_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            seconds=round(time.monotonic() - began, 6),
        )
        self.ledger.record(record)
        grant.settle(10, cost, ended_at(record))
        self.settled += cost
        return True


@asynccontextmanager
async def gateway(
    name: str, server: RedisServer, database: Database, catalogue: EventCatalogue, folder: Path
) -> AsyncIterator[Gateway]:
    registry = CollectorRegistry()
    store = FaultyStore(RedisAdmissionStore.open(server.url, "test", TIMEOUT, RESERVATION))
    spool = Spool(folder / name, SPOOL_KIND)
    ledger = SqlLedger(database, spool, DrainMetrics(registry))
    keeper = Keeper(
        store,
        catalogue,
        LedgerHistory(ledger),
        AdmissionMetrics(registry),
        gateway=name,
        reservation_seconds=RESERVATION,
    )
    tasks = [asyncio.create_task(keeper.run()), asyncio.create_task(ledger.run())]
    try:
        yield Gateway(keeper, ledger, store)
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await ledger.close()
        await store.close()


class Installation:
    def __init__(self, gateways: list[Gateway], database: Database, line: BudgetLine) -> None:
        self.gateways = gateways
        self.database = database
        self.line = line
        self.stopping = False

    @property
    def settled(self) -> int:
        """Micro-USD, as the clients know them."""
        return sum(g.settled for g in self.gateways)

    @asynccontextmanager
    async def load(self, clients: int, **chat: int) -> AsyncIterator[None]:
        """So many clients per gateway that chat all the time."""
        tasks = [
            asyncio.create_task(self._client(g, f"{i}-{j}", **chat))
            for i, g in enumerate(self.gateways)
            for j in range(clients)
        ]
        try:
            yield
        finally:
            self.stopping = True
            await asyncio.gather(*tasks)

    async def _client(self, gateway: Gateway, name: str, *, reserve: int, cost: int) -> None:
        number = 0
        while not self.stopping:
            number += 1
            this = cost or random.randrange(1, reserve)
            if not await gateway.chat(f"{name}-{number}", self.line, reserve, this):
                await asyncio.sleep(0.01)

    async def agree(self) -> int:
        """Wait until nothing is owed, and have store, ledger and clients tell the same sum."""
        for g in self.gateways:
            await until(lambda g=g: len(g.keeper.outbox) == 0 and g.keeper.breaker.closed)
            await g.ledger.flush()
        first = self.gateways[0]
        # Somebody has to ask: a store without memory learns of the budget by a chat.
        with suppress(BudgetExceeded):
            (await first.keeper.admit(Ask("last", (), (self.line,), 0, 0))).settle(0, 0)
        (state,) = await first.store.states([self.line])
        ledger = await first.ledger.spent(namespace="team-a", since=None, until=time.time() + 3600)
        assert (state.spent, ledger) == (self.settled, self.settled)
        assert state.reserved == 0
        return self.settled


@asynccontextmanager
async def installation(
    server: RedisServer, folder: Path, **spec: Any
) -> AsyncIterator[Installation]:
    catalogue = EventCatalogue(synced=True)
    await MemoryWriter(catalogue.observe).create(budget_manifest(**spec))
    (entry,) = catalogue.budgets()
    database = Database.open(f"sqlite:///{folder}/ledger.db")
    await migrate(database)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        gateways = [
            await stack.enter_async_context(gateway(name, server, database, catalogue, folder))
            for name in ("one", "two")
        ]
        await until(lambda: gateways[1].keeper.heartbeat.gateways == 2)
        yield Installation(gateways, database, line_of(entry, time.time()))


@pytest.mark.parametrize("server", ["valkey", "redis"], indirect=True)
async def test_killed_and_restarted_empty_under_load(server: RedisServer, tmp_path: Path) -> None:
    async with installation(server, tmp_path, amountUSD=1000.0) as world:
        async with world.load(CLIENTS, reserve=1000, cost=0):
            await until(lambda: world.settled > 50_000)
            await asyncio.to_thread(server.kill)
            await until(lambda: all(g.refused for g in world.gateways))
            await asyncio.to_thread(server.start)
            before = world.settled
            await until(lambda: all(g.keeper.breaker.closed for g in world.gateways))
            await until(lambda: world.settled > before + 50_000)
        await world.agree()


async def test_frozen_under_load(server: RedisServer, tmp_path: Path) -> None:
    """Answers that never come: nobody waits for them twice, and nothing is charged twice."""
    async with installation(server, tmp_path, amountUSD=1000.0) as world:
        async with world.load(CLIENTS, reserve=1000, cost=0):
            await until(lambda: world.settled > 50_000)
            asked = [g.asked for g in world.gateways]
            refused = [g.refused for g in world.gateways]
            server.pause()
            await until(
                lambda: all(
                    g.refused > before + 5 * CLIENTS
                    for g, before in zip(world.gateways, refused, strict=True)
                )
            )
            waited = [g.asked - before for g, before in zip(world.gateways, asked, strict=True)]
            assert max(waited) <= CLIENTS, "one question of each was on its way when it froze"
            server.resume()
            before = world.settled
            await until(lambda: world.settled > before + 50_000)
        await world.agree()


async def test_a_budget_is_exact_over_two_gateways_and_a_restart(
    server: RedisServer, tmp_path: Path
) -> None:
    """600 chats of 1,000 micro-USD: the store forgets everything in the middle."""
    async with installation(server, tmp_path, amountUSD=0.6) as world:
        async with world.load(CLIENTS, reserve=1000, cost=1000):
            await until(lambda: world.settled > 100_000)
            await asyncio.to_thread(server.restart)
            await until(lambda: world.settled >= 600_000)
            await asyncio.sleep(0.3)
        assert await world.agree() == 600_000
