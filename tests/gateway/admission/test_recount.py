"""What a gateway could not tell the store any more is known to budgets all the same."""

import asyncio
import time
from pathlib import Path

import pytest

from quarterdeck_gateway.accounting import drain as drain_module
from quarterdeck_gateway.accounting.spool import Spool
from quarterdeck_gateway.accounting.sql_ledger import SPOOL_KIND
from quarterdeck_gateway.admission.budget_status import rfc3339
from quarterdeck_gateway.admission.lines import line_of
from quarterdeck_gateway.admission.port import Ask, BudgetLine
from quarterdeck_gateway.admission.recount import CLOSING_SECONDS, MARKER, Recount
from quarterdeck_gateway.admission.seeding import NoHistory
from quarterdeck_gateway.errors import BudgetExceeded
from support.budget_reports import ReportingGateway
from support.declared import budget
from support.keeping import World, until
from support.redis_servers import running
from support.reporting import usage
from support.whole_gateway import whole_gateway

ALL = 1_000_000


def recount_of(world: World, folder: Path, ahead: float = 0.0) -> Recount:
    keeper = world.keeper
    return Recount(
        world.store,
        keeper.breaker,
        keeper.outbox,
        world.catalogue,
        folder,
        now=lambda: time.time() + ahead,
    )


async def line_in(world: World) -> BudgetLine:
    return line_of(await world.budget(), time.time())


async def stop_owing(world: World, line: BudgetLine, folder: Path, ledger: NoHistory) -> None:
    """A chat spends all of the budget while the store is away, and the gateway is stopped."""
    reporting = asyncio.create_task(recount_of(world, folder).run())
    async with world.running() as keeper:
        grant = await keeper.admit(Ask("a", (), (line,), micro_usd=ALL))
        world.store.away = True
        grant.settle(10, ALL)
        ledger.sum += ALL
        await asyncio.sleep(0.05)
    reporting.cancel()
    await asyncio.wait([reporting])


async def test_what_was_unsent_at_the_end_is_counted_by_the_next_gateway(tmp_path: Path) -> None:
    ledger = NoHistory()
    one = World(history=ledger, reservation_seconds=0.1)
    line = await line_in(one)
    await stop_owing(one, line, tmp_path, ledger)
    assert (tmp_path / MARKER).exists()
    await asyncio.sleep(0.15)
    two = ReportingGateway(one.inner, history=ledger, gateway="gateway-2", catalogue=one.catalogue)
    await recount_of(two, tmp_path).turn()
    await two.reporter.round()
    with pytest.raises(BudgetExceeded):
        await two.keeper.admit(Ask("b", (), (line,), micro_usd=ALL))


async def test_the_marker_goes_when_its_gateway_has_surely_ended(tmp_path: Path) -> None:
    world = World()
    line = await line_in(world)
    (tmp_path / MARKER).touch()
    early, late = recount_of(world, tmp_path), recount_of(world, tmp_path, CLOSING_SECONDS + 1)
    for _ in range(3):
        await early.turn()
    assert world.store.calls.count("doubt") == 1
    assert (tmp_path / MARKER).exists()
    await world.inner.seed(line, 5, time.time())
    await late.turn()
    await late.turn()
    (state,) = await world.inner.states([line])
    assert state.doubted
    assert world.store.calls.count("doubt") == 2
    assert not (tmp_path / MARKER).exists()


async def test_a_store_that_is_away_is_told_later(tmp_path: Path) -> None:
    world = World()
    await line_in(world)
    recount = recount_of(world, tmp_path)
    recount.due()
    async with world.running() as keeper:
        world.store.away = True
        await recount.turn()
        await recount.turn()
        assert world.store.calls.count("doubt") == 1
        world.store.away = False
        await until(lambda: keeper.breaker.closed)
        await recount.turn()
        await recount.turn()
    assert world.store.calls.count("doubt") == 2


async def test_who_owes_nothing_leaves_no_marker(tmp_path: Path) -> None:
    world = World()
    task = asyncio.create_task(recount_of(world, tmp_path).run())
    async with world.running() as keeper:
        grant = await keeper.admit(Ask("a", (), (await line_in(world),), micro_usd=ALL))
        world.store.away = True
        grant.settle(0, 0)
        await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait([task])
    assert world.store.calls.count("doubt") == 0
    assert not (tmp_path / MARKER).exists()


async def test_a_gateway_looks_for_what_others_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The marker of one that stopped, and the folder of one that was killed."""
    monkeypatch.setattr(drain_module, "ADOPT_SECONDS", 0.1)
    folder = tmp_path / "recount"
    folder.mkdir()
    with running("valkey") as redis:
        async with whole_gateway(folder, redis.url) as gateway:
            chat = usage(cost_micro_usd=500, started_at=rfc3339(time.time() - 60))
            gateway.services.ledger.record(chat)
            await gateway.writer.create(budget("monthly", 1.0, namespace="team-a"))

            def spent() -> bytes | None:
                keys = redis.command("KEYS", "*:b:*")
                found: bytes | None = redis.command("HGET", keys[0].decode(), "spent")
                return found

            def lose_settlements() -> None:
                redis.command("HSET", redis.command("KEYS", "*:b:*")[0].decode(), "spent", 77)

            await until(lambda: redis.command("KEYS", "*:b:*") and spent() == b"500")
            lose_settlements()
            await asyncio.sleep(0.5)
            assert spent() == b"77"
            (folder / "spool" / MARKER).touch()
            await until(lambda: spent() == b"500")
            await asyncio.sleep(1.1)
            lose_settlements()
            killed = Spool(folder / "spool", SPOOL_KIND)
            killed.append(b"")
            killed._own.release()
            await until(lambda: spent() == b"500")
