"""Statuses that are true, written seldom; alerts that come once."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest

from quarterdeck_contract.names import GATEWAY_FIELD_MANAGER
from quarterdeck_gateway.admission.crossings import MemoryAlertSink
from quarterdeck_gateway.admission.lines import line_of
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.port import Ask, BudgetLine, Settlement
from quarterdeck_gateway.admission.reporter import Reporter
from quarterdeck_gateway.admission.seeding import HistoryAway, NoHistory
from quarterdeck_gateway.admission.unpriced import Survey
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.catalogue.port import Observer
from quarterdeck_gateway.errors import Unavailable
from support.keeping import World, until

THRESHOLDS = [{"percent": 50, "action": "warn"}, {"percent": 80, "action": "warn"}]


class CountingWriter(MemoryWriter):
    """Counts reports, and refuses them while ``unavailable``."""

    unavailable = False

    def __init__(self, observe: Observer) -> None:
        super().__init__(observe)
        self.written: list[dict[str, Any]] = []

    async def report(
        self,
        kind: str,
        namespace: str,
        name: str,
        status: Mapping[str, Any],
        *,
        manager: str = GATEWAY_FIELD_MANAGER,
    ) -> None:
        if self.unavailable:
            raise Unavailable("the API server is away")
        if manager == GATEWAY_FIELD_MANAGER:
            self.written.append(dict(status))
        await super().report(kind, namespace, name, status, manager=manager)


class Gateway(World):
    """A World with a Reporter."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.writer: CountingWriter = CountingWriter(self.catalogue.observe)
        self.sink = MemoryAlertSink()
        self.survey = Survey({}, {})
        self.reporter = Reporter(
            self.keeper,
            self.store,
            self.catalogue,
            self.writer,
            self.sink,
            self.metrics,
            gateway=self.gateway,
            unpriced=lambda: self.survey,
        )

    def status(self, name: str = "monthly") -> dict[str, Any]:
        entry = self.catalogue.budget("team-a", name)
        assert entry is not None
        return dict(entry.manifest.get("status") or {})

    def condition(self, type_: str, name: str = "monthly") -> dict[str, Any]:
        found = (c for c in self.status(name).get("conditions", ()) if c["type"] == type_)
        return next(found, {})

    async def line(self, name: str = "monthly", **spec: Any) -> BudgetLine:
        return line_of(await self.budget(name, **spec), time.time())

    async def spend(self, line: BudgetLine, micro_usd: int) -> None:
        settlement = Settlement(f"s{time.perf_counter_ns()}", 0, micro_usd, time.time(), (line,))
        await self.inner.settle([settlement])


@pytest.fixture
def gateway() -> Gateway:
    return Gateway(history=NoHistory(120_000))


async def test_a_new_budget_is_seeded_and_reported(gateway: Gateway) -> None:
    await gateway.budget(period="day")
    await gateway.reporter.round()
    status = gateway.status()
    assert status["spentUSD"] == "0.120000"
    assert status["remainingUSD"] == "0.880000"
    assert status["reservedUSD"] == "0.000000"
    assert status["percent"] == 12
    assert status["periodStartedAt"].endswith("T00:00:00Z")
    assert status["resetsAt"].endswith("T00:00:00Z")
    assert gateway.condition("Enforced")["status"] == "True"
    assert gateway.condition("Enforced")["observedGeneration"] == 1
    assert gateway.condition("Exceeded")["status"] == "False"
    labels = {"namespace": "team-a", "budget": "monthly"}
    assert gateway.metric("quarterdeck_budget_spent_usd", **labels) == 0.12
    assert gateway.metric("quarterdeck_budget_limit_usd", **labels) == 1.0


async def test_the_status_is_written_only_when_it_changes(gateway: Gateway) -> None:
    line = await gateway.line()
    for _ in range(3):
        await gateway.reporter.round()
    assert len(gateway.writer.written) == 1
    await gateway.spend(line, 1)
    await gateway.reporter.round()
    await gateway.reporter.round()
    assert len(gateway.writer.written) == 2
    assert gateway.status()["spentUSD"] == "0.120001"


async def test_transition_times_move_with_the_status_alone(gateway: Gateway) -> None:
    line = await gateway.line()
    await gateway.reporter.round()
    before = gateway.condition("Exceeded")["lastTransitionTime"]
    await asyncio.sleep(1.1)
    await gateway.spend(line, 100_000)
    await gateway.reporter.round()
    assert gateway.condition("Exceeded")["lastTransitionTime"] == before
    await gateway.spend(line, 10**6)
    await gateway.reporter.round()
    assert gateway.condition("Exceeded")["status"] == "True"
    assert gateway.condition("Exceeded")["lastTransitionTime"] > before
    assert gateway.status()["remainingUSD"] == "0.000000"


async def test_running_chats_show_as_reserved(gateway: Gateway) -> None:
    line = await gateway.line()
    await gateway.keeper.admit(Ask("a", (), (line,), 0, 500_000))
    await gateway.reporter.round()
    assert gateway.status()["reservedUSD"] == "0.500000"


async def test_the_operators_part_of_the_status_stays(gateway: Gateway) -> None:
    await gateway.budget()
    ready = {"type": "Ready", "status": "True", "reason": "Accepted", "message": ""}
    status = {"observedGeneration": 1, "conditions": [ready]}
    await gateway.writer.report("Budget", "team-a", "monthly", status, manager="operator")
    await gateway.reporter.round()
    assert gateway.condition("Ready") == ready
    assert [c["type"] for c in gateway.writer.written[0]["conditions"]] == ["Enforced", "Exceeded"]
    await gateway.reporter.round()
    assert len(gateway.writer.written) == 1


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ({"enforce": False}, "NotEnforced"),
        ({"timeZone": "Mars/Olympus"}, "UnknownTimeZone"),
        ({"timeZone": "Europe/Berlin"}, "Enforced"),
    ],
)
async def test_what_is_not_in_force_is_a_false_condition(
    gateway: Gateway, spec: dict[str, Any], reason: str
) -> None:
    await gateway.budget(**spec)
    await gateway.reporter.round()
    condition = gateway.condition("Enforced")
    assert condition["reason"] == reason
    assert condition["status"] == ("True" if reason == "Enforced" else "False")


async def test_models_without_a_price_are_named(gateway: Gateway) -> None:
    await gateway.budget()
    gateway.survey = Survey({}, {"team-a": tuple(f"Model 'm{i}'" for i in range(7))})
    await gateway.reporter.round()
    condition = gateway.condition("Enforced")
    assert condition["reason"] == "UnknownPrice"
    assert "Model 'm0'" in condition["message"]
    assert "and 2 more" in condition["message"]


async def test_while_the_store_is_away_every_gateway_says_so_and_numbers_stay(
    gateway: Gateway,
) -> None:
    await gateway.budget()
    await gateway.reporter.round()
    gateway.store.away = True
    await gateway.reporter.round()
    await gateway.reporter.round()
    assert gateway.condition("Enforced")["reason"] == "StoreUnavailable"
    assert "503" in gateway.condition("Enforced")["message"]
    assert gateway.status()["spentUSD"] == "0.120000"
    assert len(gateway.writer.written) == 2


async def test_a_ledger_that_is_away_is_told_too() -> None:
    class Lost(NoHistory):
        async def flush(self) -> None:
            raise HistoryAway("gone")

    gateway = Gateway(history=Lost())
    await gateway.budget()
    await gateway.reporter.round()
    assert gateway.condition("Enforced")["reason"] == "StoreUnavailable"
    assert "ledger" in gateway.condition("Enforced")["message"]
    assert gateway.keeper.breaker.closed


async def test_only_one_gateway_writes_and_the_other_knows_the_states() -> None:
    inner, catalogue = MemoryAdmissionStore(time.time), EventCatalogue(synced=True)
    one = Gateway(inner, catalogue=catalogue, gateway="one")
    two = Gateway(inner, catalogue=catalogue, gateway="two")
    line = await one.line(thresholds=THRESHOLDS)
    await one.spend(line, 600_000)
    for gateway in (one, two, one, two):
        await gateway.reporter.round()
    assert (len(one.writer.written), len(two.writer.written)) == (1, 0)
    state = two.keeper.state(line.id)
    assert state is not None


async def test_each_threshold_is_told_once_over_all_gateways() -> None:
    inner, catalogue = MemoryAdmissionStore(time.time), EventCatalogue(synced=True)
    gateways = [Gateway(inner, catalogue=catalogue, gateway=name) for name in ("one", "two")]
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


async def test_a_deleted_budget_leaves_nothing_behind(gateway: Gateway) -> None:
    line = await gateway.line()
    await gateway.reporter.round()
    await gateway.writer.delete("Budget", "team-a", "monthly")
    await gateway.reporter.round()
    labels = {"namespace": "team-a", "budget": "monthly"}
    assert gateway.metric("quarterdeck_budget_spent_usd", **labels) is None
    assert gateway.keeper.state(line.id) is None


async def test_an_api_server_that_is_away_is_asked_again(gateway: Gateway) -> None:
    await gateway.budget()
    gateway.writer.unavailable = True
    await gateway.reporter.round()
    assert gateway.status() == {}
    gateway.writer.unavailable = False
    await gateway.reporter.round()
    assert gateway.status()["percent"] == 12


async def test_the_next_period_is_known_before_it_begins(gateway: Gateway) -> None:
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


async def test_it_runs_until_cancelled_and_survives_outages(gateway: Gateway) -> None:
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


async def test_a_fault_of_ours_does_not_end_the_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Gateway()
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
