"""A budget that is nearly untouched may refuse every chat: people are told which, and why."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from quarterdeck_contract.names import SYSTEM_NAMESPACE
from support.management import OPERATOR, Management, api_key, budget, management, manifest_of

PRICED: dict[str, Any] = {
    "provider": "openai-compatible",
    "model": "x",
    "baseURL": "http://provider.test/v1",
    "price": {"inputPerMillion": 1, "outputPerMillion": 10},
    "parameters": {"maxTokens": 1000},
}
"""One answer sets aside 0.01 USD."""
ENFORCED = {"type": "Enforced", "status": "True", "reason": "Enforced", "message": ""}


@pytest.fixture
async def world() -> AsyncIterator[Management]:
    async with management() as made:
        await made.writer.create(manifest_of("Model", "dear", PRICED))
        await made.writer.create(manifest_of("Model", "free", {"provider": "ollama", "model": "x"}))
        await _agent(made, "shop", "dear")
        yield made


async def _agent(world: Management, name: str, model: str) -> None:
    spec = {"model": model, "instructions": "Be brief."}
    await world.writer.create(manifest_of("Agent", name, spec))


async def _standing(world: Management, spent: str, **spec: Any) -> dict[str, Any]:
    await world.writer.create(budget("tight", **{"amountUSD": 0.02} | spec))
    status = {"spentUSD": spent, "conditions": [ENFORCED]}
    await world.writer.report("Budget", "team-a", "tight", status, manager=OPERATOR)
    return await world.call("GET", "/budgets/team-a/tight")


async def test_less_is_left_than_any_chat_sets_aside(world: Management) -> None:
    view = await _standing(world, "0.010001")
    assert (view["state"], view["too_little_for"]) == ("TooLittleLeft", ["team-a/shop"])
    assert view["least_chat_usd"] == "0.010000"
    assert (await world.call("GET", "/budgets"))["items"] == [view]


@pytest.mark.parametrize(
    ("spent", "spec"),
    [
        ("0.010000", {}),
        ("0.020000", {}),
        ("0.015000", {"enforce": False}),
        ("0.015000", {"scope": {"kind": "Agent", "name": "another"}}),
    ],
    ids=["one fits", "spent", "only watched", "no agent in its scope"],
)
async def test_nothing_is_said_where_nothing_is_short(
    world: Management, spent: str, spec: dict[str, Any]
) -> None:
    view = await _standing(world, spent, **spec)
    assert (view["state"], view["too_little_for"]) == ("Enforced", [])
    assert view["least_chat_usd"] is None


async def test_a_stop_below_the_amount_leaves_less(world: Management) -> None:
    stop = [{"percent": 50, "action": "stop"}]
    assert (await _standing(world, "0.000001", thresholds=stop))["state"] == "TooLittleLeft"


async def test_agents_that_still_fit_keep_it_in_force(world: Management) -> None:
    await _agent(world, "helper", "free")
    view = await _standing(world, "0.015")
    assert (view["state"], view["too_little_for"]) == ("Enforced", ["team-a/shop"])


async def test_a_cheaper_model_of_a_budget_may_still_answer(world: Management) -> None:
    cheaper = [{"percent": 90, "action": "downgrade", "model": "free"}]
    assert (await _standing(world, "0.015", thresholds=cheaper))["too_little_for"] == []


async def test_of_a_key_only_the_agents_that_it_opens_count(world: Management) -> None:
    await _agent(world, "helper", "free")
    await world.writer.create(api_key("ci", agents=["sh*"]))
    view = await _standing(world, "0.015", scope={"kind": "Key", "name": "ci"})
    assert view["state"] == "TooLittleLeft"


async def test_agents_where_a_key_may_not_go_do_not_exist_for_its_budget(world: Management) -> None:
    spec = {"model": "dear", "instructions": "Be brief."}
    dearer = PRICED | {"price": {"inputPerMillion": 1, "outputPerMillion": 1000}}
    await world.writer.create(manifest_of("Model", "dear", dearer, "team-b"))
    await world.writer.create(manifest_of("Agent", "secret", spec, "team-b"))
    await world.writer.create(api_key("ci"))
    view = await _standing(world, "0.015", scope={"kind": "Key", "name": "ci"})
    assert (view["state"], view["too_little_for"]) == ("TooLittleLeft", ["team-a/shop"])
    assert view["least_chat_usd"] == "0.010000"


async def test_a_budget_of_a_key_that_does_not_exist_is_short_for_nobody(world: Management) -> None:
    view = await _standing(world, "0.015", scope={"kind": "Key", "name": "gone"})
    assert (view["state"], view["too_little_for"]) == ("Enforced", [])


async def test_a_key_of_the_installation_is_followed_where_it_may_go(world: Management) -> None:
    await world.writer.create(api_key("far", SYSTEM_NAMESPACE, namespaces=["team-*"]))
    given = {"amountUSD": 0.02, "scope": {"kind": "Key", "name": "far"}}
    await world.writer.create(budget("far", SYSTEM_NAMESPACE, **given))
    status = {"spentUSD": "0.015", "conditions": [ENFORCED]}
    await world.writer.report("Budget", SYSTEM_NAMESPACE, "far", status, manager=OPERATOR)
    view = await world.call("GET", f"/budgets/{SYSTEM_NAMESPACE}/far")
    assert (view["state"], view["too_little_for"]) == ("TooLittleLeft", ["team-a/shop"])
