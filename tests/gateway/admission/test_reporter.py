"""Statuses are written seldom, alerts come once, and rounds outlive faults."""

import asyncio
import time

import pytest

from quarterdeck_gateway.admission.lines import line_of
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from support.budget_reports import ReportingGateway
from support.keeping import until

THRESHOLDS = [{"percent": 50, "action": "warn"}, {"percent": 80, "action": "warn"}]


async def test_the_status_is_written_only_when_it_changes(gateway: ReportingGateway) -> None:
    line = await gateway.line()
    for _ in range(3):
        await gateway.reporter.round()
    assert len(gateway.writer.written) == 1
    await gateway.spend(line, 1)
    await gateway.reporter.round()
    await gateway.reporter.round()
    assert len(gateway.writer.written) == 2
    assert gateway.status()["spentUSD"] == "0.120001"


async def test_only_one_gateway_writes_and_the_other_knows_the_states() -> None:
    inner, catalogue = MemoryAdmissionStore(time.time), EventCatalogue(synced=True)
    one = ReportingGateway(inner, catalogue=catalogue, gateway="one")
    two = ReportingGateway(inner, catalogue=catalogue, gateway="two")
    line = await one.line(thresholds=THRESHOLDS)
    await one.spend(line, 600_000)
    for gateway in (one, two, one, two):
        await gateway.reporter.round()
    assert (len(one.writer.written), len(two.writer.written)) == (1, 0)
    state = two.keeper.state(line.id)
    assert state is not None


async def test_each_threshold_is_told_once_over_all_gateways() -> None:
    inner, catalogue = MemoryAdmissionStore(time.time), EventCatalogue(synced=True)
    gateways = [
        ReportingGateway(inner, catalogue=catalogue, gateway=name) for name in ("one", "two")
    ]
    line = await gateways[0].line(thresholds=THRESHOLDS)

    async def look() -> list[tuple[int, str]]:
        for gateway in gateways:
            for _ in range(2):
                # Whoever holds the claim may change at any time.
                inner._claims.pop("reporter", None)
                await gateway.reporter.round()
        alerts = [alert for gateway in gateways for alert in gateway.sink.alerts]
        return sorted((alert.percent, alert.action.value) for alert in alerts)

    assert await look() == []
    await gateways[0].spend(line, 500_000)
    assert await look() == [(50, "warn")]
    await gateways[0].spend(line, 500_000)
    assert await look() == [(50, "warn"), (80, "warn"), (100, "stop")]
    alert = gateways[0].sink.alerts[-1] if gateways[0].sink.alerts else gateways[1].sink.alerts[-1]
    assert (alert.namespace, alert.name, alert.amount) == ("team-a", "monthly", 1_000_000)
    assert alert.resets_at == line.ends_at


async def test_a_deleted_budget_leaves_nothing_behind(gateway: ReportingGateway) -> None:
    line = await gateway.line()
    await gateway.reporter.round()
    await gateway.writer.delete("Budget", "team-a", "monthly")
    await gateway.reporter.round()
    labels = {"namespace": "team-a", "budget": "monthly"}
    assert gateway.metric("quarterdeck_budget_spent_usd", **labels) is None
    assert gateway.keeper.state(line.id) is None


async def test_an_api_server_that_is_away_is_asked_again(gateway: ReportingGateway) -> None:
    await gateway.budget()
    gateway.writer.unavailable = True
    await gateway.reporter.round()
    assert gateway.status() == {}
    gateway.writer.unavailable = False
    await gateway.reporter.round()
    assert gateway.status()["percent"] == 12


async def test_the_next_period_is_known_before_it_begins(gateway: ReportingGateway) -> None:
    now = time.time()
    gateway.reporter._now = lambda: now
    entry = await gateway.budget(period="hour")
    end = line_of(entry, now).ends_at
    assert end is not None
    now = end - 5
    await gateway.reporter.round()
    following = line_of(entry, end + 1)
    states = await gateway.inner.states([following])
    assert [(state.spent, state.reserved) for state in states] == [(0, 0)]


async def test_it_runs_until_cancelled_and_survives_outages(gateway: ReportingGateway) -> None:
    gateway.reporter._interval = 0.02
    await gateway.budget()
    async with gateway.running() as keeper:
        task = asyncio.create_task(gateway.reporter.run())
        await until(lambda: gateway.condition("Enforced").get("status") == "True")
        gateway.store.away = True
        await until(lambda: gateway.condition("Enforced").get("status") == "False")
        gateway.store.away = False
        await until(lambda: gateway.condition("Enforced").get("status") == "True")
        assert keeper.breaker.closed
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_nothing_is_said_before_the_agents_are_known(gateway: ReportingGateway) -> None:
    """What agents cost is in the statuses: they would be written, and written back."""
    gateway.reporter._interval = 0.01
    gateway.agents_known = False
    await gateway.budget()
    task = asyncio.create_task(gateway.reporter.run())
    await asyncio.sleep(0.1)
    assert gateway.writer.written == []
    gateway.agents_known = True
    await until(lambda: gateway.writer.written != [])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_fault_of_ours_does_not_end_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    world = ReportingGateway()
    await world.budget()
    world.reporter._interval = 0.01
    rounds = 0

    async def fail(*_: object) -> None:
        nonlocal rounds
        rounds += 1
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(world.store, "states", fail)
    task = asyncio.create_task(world.reporter.run())
    await until(lambda: rounds >= 3)
    assert not task.done()
    task.cancel()
