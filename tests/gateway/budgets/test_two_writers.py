"""Two people, or a person and a tool, on one budget: nobody overwrites what they have not seen."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from quarterdeck_contract.names import ANNOTATION_LAST_APPLIED
from support.management import OPERATOR, Management, budget, management

PATH = "/api/v1/budgets/team-a/daily"
SPEC: dict[str, Any] = {"scope": {"kind": "Agent", "name": "demo"}, "amountUSD": 25}


@pytest.fixture
async def world() -> AsyncIterator[Management]:
    async with management() as made:
        yield made


async def put(world: Management, amount: float, query: str = "", **headers: str) -> httpx.Response:
    body = {"spec": SPEC | {"amountUSD": amount}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await world.http.put(PATH + query, json=body, headers=named)


def amount(world: Management) -> float:
    return float(world.stored("Budget", "team-a", "daily")["spec"]["amountUSD"])


def refusal(response: httpx.Response, status: int, param: str | None) -> str:
    """The message of a refusal, which must be this one."""
    error = response.json()["error"]
    assert (response.status_code, error["param"]) == (status, param), error
    return str(error["message"])


async def test_the_second_of_two_writers_is_told(world: Management) -> None:
    await put(world, 25)
    tag = (await world.http.get(PATH)).headers["etag"]
    first = await put(world, 30, if_match=tag)
    assert first.status_code == 200
    assert first.headers["etag"] == f'"{first.json()["version"]}"' != tag
    late = await put(world, 99, if_match=tag)
    assert "changed or deleted since you read it" in refusal(late, 412, "If-Match")
    assert amount(world) == 30
    again = await put(world, 99, if_match=first.headers["etag"])
    assert again.status_code == 200
    assert amount(world) == 99


async def test_spending_makes_no_version_stale(world: Management) -> None:
    tag = (await put(world, 25)).headers["etag"]
    await world.writer.report("Budget", "team-a", "daily", {"spentUSD": "1.000000"})
    ready = {"observedGeneration": 1}
    await world.writer.report("Budget", "team-a", "daily", ready, manager=OPERATOR)
    assert (await put(world, 30, if_match=tag)).status_code == 200
    assert amount(world) == 30


async def test_changed_labels_make_a_version_stale_for_who_writes_labels(world: Management) -> None:
    tag = (await put(world, 25)).headers["etag"]
    await world.call("PUT", "/budgets/team-a/daily", spec=SPEC, labels={"red": "1"})
    body = {"spec": SPEC, "labels": {"blue": "1"}}
    late = await world.http.put(PATH, json=body, headers={"if-match": tag})
    refusal(late, 412, "If-Match")
    assert world.stored("Budget", "team-a", "daily")["metadata"]["labels"] == {"red": "1"}


async def test_a_budget_made_anew_is_another_one(world: Management) -> None:
    tag = (await put(world, 25)).headers["etag"]
    await world.call("DELETE", "/budgets/team-a/daily", 204)
    refusal(await put(world, 99, if_match=tag), 412, "If-Match")
    await world.call("GET", "/budgets/team-a/daily", 404)
    # The same name and generation, and yet not what was read.
    await put(world, 25)
    refusal(await put(world, 99, if_match=tag), 412, "If-Match")
    assert amount(world) == 25


async def test_what_is_new_replaces_nothing(world: Management) -> None:
    assert (await put(world, 25, if_none_match="*")).status_code == 200
    told = refusal(await put(world, 99, if_none_match="*"), 412, "metadata.name")
    assert "leave out If-None-Match" in told
    assert amount(world) == 25
    assert [str(event.action) for event in world.audit.events] == ["resource.created"]


async def test_headers_that_cannot_be_meant(world: Management) -> None:
    tag = (await put(world, 25)).headers["etag"]
    refusal(await put(world, 99, if_match=tag, if_none_match="*"), 422, "If-Match")
    for wrong in ("1", '"1"', '"x.1.y"', '"1.2.3.4"'):
        refusal(await put(world, 99, if_match=wrong), 422, "if-match")
    assert amount(world) == 25


async def test_what_a_tool_manages_is_changed_and_removed_only_by_force(world: Management) -> None:
    applied = budget("daily", scope=SPEC["scope"], amountUSD=25)
    applied["metadata"]["annotations"] = {ANNOTATION_LAST_APPLIED: "{}"}
    await world.writer.create(applied)
    told = refusal(await put(world, 99), 409, None)
    assert "managed by 'kubectl apply'" in told
    assert "force=true" in told
    refusal(await world.http.delete(PATH), 409, None)
    assert amount(world) == 25
    assert world.audit.events == []
    assert (await put(world, 99, "?force=true")).status_code == 200
    assert amount(world) == 99
    assert (await world.http.delete(PATH + "?force=true")).status_code == 204


async def test_a_dry_run_only_judges(world: Management) -> None:
    planned = await put(world, 25, "?dry_run=true")
    assert planned.json()["amount_usd"] == 25
    assert world.writer.objects == {}
    tag = (await put(world, 25)).headers["etag"]
    planned = await put(world, 30, "?dry_run=true", if_match=tag)
    assert planned.json()["amount_usd"] == 30
    refusal(await put(world, 30, "?dry_run=true", if_none_match="*"), 412, "metadata.name")
    assert amount(world) == 25
    assert len(world.audit.events) == 1
