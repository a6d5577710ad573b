"""A Budget's status is true, and says what is not in force."""

import asyncio
from typing import Any

import pytest

from quarterdeck_gateway.admission.port import Ask
from quarterdeck_gateway.admission.room import Floors
from quarterdeck_gateway.admission.seeding import HistoryAway, NoHistory
from quarterdeck_gateway.admission.unpriced import Survey
from support.budget_reports import ReportingGateway


async def test_a_new_budget_is_seeded_and_reported(gateway: ReportingGateway) -> None:
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


async def test_transition_times_move_with_the_status_alone(gateway: ReportingGateway) -> None:
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


async def test_running_chats_show_as_reserved(gateway: ReportingGateway) -> None:
    line = await gateway.line()
    await gateway.keeper.admit(Ask("a", (), (line,), 0, 500_000))
    await gateway.reporter.round()
    assert gateway.status()["reservedUSD"] == "0.500000"


async def test_the_operators_part_of_the_status_stays(gateway: ReportingGateway) -> None:
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
    gateway: ReportingGateway, spec: dict[str, Any], reason: str
) -> None:
    await gateway.budget(**spec)
    await gateway.reporter.round()
    condition = gateway.condition("Enforced")
    assert condition["reason"] == reason
    assert condition["status"] == ("True" if reason == "Enforced" else "False")


async def test_models_without_a_price_are_named(gateway: ReportingGateway) -> None:
    await gateway.budget()
    gateway.survey = Survey({}, {"team-a": tuple(f"Model 'm{i}'" for i in range(7))})
    await gateway.reporter.round()
    condition = gateway.condition("Enforced")
    assert condition["reason"] == "UnknownPrice"
    assert "Model 'm0'" in condition["message"]
    assert "and 2 more" in condition["message"]


async def test_too_little_left_for_any_chat_is_told_with_the_numbers(
    gateway: ReportingGateway,
) -> None:
    line = await gateway.line()
    gateway.floors = Floors({"team-a": {"shop": 880_001, "lab": 2_000_000}, "team-b": {"b": 1}})
    await gateway.reporter.round()
    exceeded = gateway.condition("Exceeded")
    assert (exceeded["status"], exceeded["reason"]) == ("False", "TooLittleLeft")
    assert "0.880000 USD are left and every chat sets aside 0.880001 or more" in exceeded["message"]
    assert "spec.amountUSD" in exceeded["message"]
    assert gateway.condition("Enforced")["status"] == "True"
    await gateway.reporter.round()
    assert len(gateway.writer.written) == 1
    await gateway.spend(line, 880_000)
    await gateway.reporter.round()
    assert gateway.condition("Exceeded")["reason"] == "AmountSpent"


async def test_agents_that_do_not_fit_are_named_while_others_do(gateway: ReportingGateway) -> None:
    await gateway.budget()
    gateway.floors = Floors({"team-a": {"shop": 880_000, "lab": 2_000_000}})
    await gateway.reporter.round()
    exceeded = gateway.condition("Exceeded")
    assert (exceeded["status"], exceeded["reason"]) == ("False", "WithinBudget")
    assert "too little for chats with team-a/lab: they set aside 2.000000" in exceeded["message"]


async def test_a_cheaper_price_or_more_money_ends_it(gateway: ReportingGateway) -> None:
    await gateway.budget()
    gateway.floors = Floors({"team-a": {"shop": 880_001}})
    await gateway.reporter.round()
    gateway.floors = Floors({"team-a": {"shop": 880_000}})
    await gateway.reporter.round()
    exceeded = gateway.condition("Exceeded")
    assert (exceeded["reason"], exceeded["message"]) == ("WithinBudget", "")
    assert len(gateway.writer.written) == 2


async def test_while_the_store_is_away_every_gateway_says_so_and_numbers_stay(
    gateway: ReportingGateway,
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

    gateway = ReportingGateway(history=Lost())
    await gateway.budget()
    await gateway.reporter.round()
    assert gateway.condition("Enforced")["reason"] == "StoreUnavailable"
    assert "ledger" in gateway.condition("Enforced")["message"]
    assert gateway.keeper.breaker.closed
