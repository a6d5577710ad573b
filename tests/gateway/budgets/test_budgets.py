"""``/api/v1/budgets`` as people and their tools use it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from quarterdeck_contract.names import LABEL_TEAM
from quarterdeck_gateway.budgets.service import state
from support.management import OPERATOR, Management, admin_of, budget, management

SPEC: dict[str, Any] = {
    "scope": {"kind": "Agent", "name": "demo"},
    "amountUSD": 25,
    "period": "day",
}


@pytest.fixture
async def world() -> AsyncIterator[Management]:
    async with management() as made:
        yield made


async def test_put_get_list_delete(world: Management) -> None:
    made = await world.call("PUT", "/budgets/team-a/daily", spec=SPEC, labels={LABEL_TEAM: "red"})
    assert made == {
        "namespace": "team-a",
        "name": "daily",
        "version": made["version"],
        "scope": "Agent demo",
        "amount_usd": 25.0,
        "period": "day",
        "enforced": True,
        "spent_usd": None,
        "remaining_usd": None,
        "reserved_usd": None,
        "percent": None,
        "period_started_at": None,
        "resets_at": None,
        "state": "Pending",
        "too_little_for": [],
        "least_chat_usd": None,
        "labels": {LABEL_TEAM: "red"},
        "spec": {
            "scope": {"kind": "Agent", "name": "demo"},
            "amountUSD": 25.0,
            "period": "day",
            "timeZone": "UTC",
            "enforce": True,
            "failOpen": False,
        },
        "conditions": [],
    }
    assert await world.call("GET", "/budgets/team-a/daily") == made
    assert await world.call("GET", "/budgets") == {"items": [made]}
    (entry,) = world.catalogue.budgets_for("team-a", "demo", "", "")
    assert entry.spec.amount_micro_usd == 25_000_000
    await world.call("DELETE", "/budgets/team-a/daily", 204)
    await world.call("GET", "/budgets/team-a/daily", 404)
    await world.call("DELETE", "/budgets/team-a/daily", 404)


async def test_the_numbers_of_the_period(world: Management) -> None:
    await world.call("PUT", "/budgets/team-a/daily", spec=SPEC)
    numbers = {
        "spentUSD": "20.500000",
        "remainingUSD": "4.500000",
        "reservedUSD": "0.100000",
        "percent": 82,
        "periodStartedAt": "2026-07-01T00:00:00Z",
        "resetsAt": "2026-07-02T00:00:00Z",
    }
    await world.writer.report("Budget", "team-a", "daily", numbers)
    view = await world.call("GET", "/budgets/team-a/daily")
    assert (view["spent_usd"], view["remaining_usd"]) == ("20.500000", "4.500000")
    assert (view["reserved_usd"], view["percent"]) == ("0.100000", 82)
    assert view["resets_at"] == "2026-07-02T00:00:00Z"
    # A changed definition does not lose them.
    again = await world.call("PUT", "/budgets/team-a/daily", spec=SPEC | {"amountUSD": 50})
    assert (again["amount_usd"], again["spent_usd"]) == (50, "20.500000")


async def test_put_replaces_the_spec_and_keeps_labels_unless_given(world: Management) -> None:
    first = SPEC | {"failOpen": True, "thresholds": [{"percent": 80, "action": "warn"}]}
    await world.call("PUT", "/budgets/team-a/daily", spec=first, labels={LABEL_TEAM: "red"})
    second = await world.call("PUT", "/budgets/team-a/daily", spec=SPEC)
    assert second["spec"]["failOpen"] is False
    assert "thresholds" not in second["spec"]
    assert second["labels"] == {LABEL_TEAM: "red"}
    third = await world.call("PUT", "/budgets/team-a/daily", spec=SPEC, labels={})
    assert third["labels"] == {}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"amountUSD": 0}, "spec.amountUSD"),
        ({"period": "year"}, "spec.period"),
        ({"timeZone": "Mars/Olympus"}, "spec.timeZone"),
        ({"scope": {"kind": "Agent"}}, "spec.scope"),
        ({"thresholds": [{"percent": 5, "action": "downgrade"}]}, "spec.thresholds"),
        ({"colour": "red"}, "spec.colour"),
    ],
)
async def test_a_wrong_field_is_named(world: Management, spec: dict[str, Any], field: str) -> None:
    refused = await world.call("PUT", "/budgets/team-a/daily", 422, spec=SPEC | spec)
    assert refused["error"]["param"].startswith(field)
    assert world.writer.objects == {}


async def test_the_scope_stays(world: Management) -> None:
    await world.call("PUT", "/budgets/team-a/daily", spec=SPEC)
    other = SPEC | {"scope": {"kind": "Namespace"}}
    refused = await world.call("PUT", "/budgets/team-a/daily", 422, spec=other)
    assert refused["error"]["param"] == "spec.scope"


async def test_names_are_checked_before_anything_is_written(world: Management) -> None:
    for path in ("/budgets/team-a/Upper", "/budgets/team-a/" + "x" * 51, "/budgets/A/ok"):
        await world.call("PUT", path, 422, spec=SPEC)
    await world.call("PUT", "/budgets/team-a/daily", 422, spec=SPEC, extra=1)


async def test_what_is_in_another_namespace_does_not_exist(world: Management) -> None:
    await world.call("PUT", "/budgets/team-a/daily", spec=SPEC)
    world.principal = admin_of("team-b")
    assert await world.call("GET", "/budgets") == {"items": []}
    await world.call("GET", "/budgets/team-a/daily", 404)
    await world.call("DELETE", "/budgets/team-a/daily", 404)
    await world.call("PUT", "/budgets/team-a/daily", 404, spec=SPEC | {"amountUSD": 1})
    assert world.stored("Budget", "team-a", "daily")["spec"]["amountUSD"] == 25


async def test_the_list_of_one_namespace(world: Management) -> None:
    for namespace in ("team-a", "team-b"):
        await world.writer.put(budget(namespace=namespace))
    listed = await world.call("GET", "/budgets?namespace=team-b")
    assert [item["namespace"] for item in listed["items"]] == ["team-b"]


async def test_changes_are_on_record(world: Management) -> None:
    await world.call("PUT", "/budgets/team-a/daily", spec=SPEC)
    await world.call("PUT", "/budgets/team-a/daily", spec=SPEC)
    await world.call("PUT", "/budgets/team-a/daily", spec=SPEC | {"amountUSD": 50})
    await world.call("DELETE", "/budgets/team-a/daily", 204)
    told = [(str(event.action), event.detail.get("fields")) for event in world.audit.events]
    assert told == [
        ("resource.created", None),
        ("resource.changed", ["amountUSD"]),
        ("resource.deleted", None),
    ]
    assert {event.subject for event in world.audit.events} == {"Budget/team-a/daily"}
    assert {event.actor for event in world.audit.events} == {"admin"}


async def test_the_state_in_one_word(world: Management) -> None:
    await world.writer.put(budget())
    ready = {
        "type": "Ready",
        "status": "False",
        "reason": "ModelNotFound",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    status = {"conditions": [ready]}
    await world.writer.report("Budget", "team-a", "month", status, manager=OPERATOR)
    assert (await world.call("GET", "/budgets/team-a/month"))["state"] == "ModelNotFound"
    enforced = {"type": "Enforced", "status": "True", "reason": "Enforced"}
    exceeded = {"type": "Exceeded", "status": "True", "reason": "Spent"}
    assert state([enforced]) == "Enforced"
    assert state([enforced, exceeded]) == "Exceeded"
