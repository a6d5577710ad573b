"""GET /api/v1/costs over real databases: the sums of what was recorded, whatever has gone."""

import csv
import io
import random
from datetime import timedelta
from typing import Any

import httpx
import pytest

from quarterdeck_contract.usage import UsageRecord
from quarterdeck_gateway.accounting.retention import Retention
from quarterdeck_gateway.costs.endpoints import router
from quarterdeck_gateway.costs.service import CostService
from quarterdeck_gateway.costs.store import CostStore
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.identity.principal import Principal
from support.reporting import ADMIN, NOW, client, nothing, now, store, tenant, usage

SUMS = ("calls", "input_tokens", "cached_tokens", "output_tokens", "cost_micro_usd")


async def get(database: Database, query: str = "", principal: Principal = ADMIN) -> httpx.Response:
    service = CostService(CostStore(database), nothing, now)
    async with client(router(service), principal) as asking:
        return await asking.get(f"/api/v1/costs?{query}")


async def report(
    database: Database, query: str = "", principal: Principal = ADMIN
) -> dict[str, Any]:
    answer = await get(database, query, principal)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def retain(database: Database, days: int) -> int:
    async def always(_name: str, _owner: str, _seconds: float) -> bool:
        return True

    return await Retention(database, always, gateway="g", retention_days=days, now=now).sweep()


def naive(records: list[UsageRecord], names: list[str]) -> dict[tuple[str, ...], list[int]]:
    """The same sums, without a database."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for record in records:
        values = record.model_dump() | {"day": record.started_at[:10], "calls": 1}
        sums = groups.setdefault(tuple(values[name] or "" for name in names), [0] * len(SUMS))
        for index, name in enumerate(SUMS):
            sums[index] += values[name] or 0
    return groups


def random_records(count: int, seed: int = 1) -> list[UsageRecord]:
    draw = random.Random(seed)
    return [
        usage(
            namespace=draw.choice(["team-a", "team-b"]),
            agent=draw.choice(["demo", "other"]),
            key=draw.choice(["team-a/ci", "admin"]),
            team=draw.choice(["", "research"]),
            model=draw.choice([None, "small", "big"]),
            input_tokens=draw.choice([None, 7, 1000]),
            output_tokens=draw.randrange(100),
            cost_micro_usd=draw.randrange(10_000),
            started_at=(NOW - timedelta(hours=draw.randrange(1, 700)))
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
        )
        for _ in range(count)
    ]


async def test_sums_by_anything_are_those_of_the_records(database: Database) -> None:
    records = random_records(200)
    await store(database, records)
    everything = ["agent", "model", "key", "team", "namespace", "day"]
    for by, names in (
        (["agent"], ["namespace", "agent"]),
        (["model"], ["namespace", "model"]),
        (["key"], ["key"]),
        (["team"], ["team"]),
        (["namespace"], ["namespace"]),
        (["day"], ["day"]),
        (["day", "agent", "day"], ["day", "namespace", "agent"]),
        (everything, everything),
    ):
        found = await report(database, "&".join(f"by={name}" for name in by))
        assert found["by"] == names
        groups = {
            tuple(item[name] for name in names): [item[name] for name in SUMS]
            for item in found["items"]
        }
        assert groups == naive(records, names)
        assert list(groups) == sorted(groups)
        [total] = naive(records, []).values()
        assert [found["total"][name] for name in SUMS] == total


async def test_money_is_said_twice_and_exactly(database: Database) -> None:
    await store(database, [usage(cost_micro_usd=1_234_567), usage(cost_micro_usd=1)])
    [item] = (await report(database))["items"]
    assert item == {
        "namespace": "team-a",
        "agent": "demo",
        "calls": 2,
        "input_tokens": 20,
        "cached_tokens": 8,
        "output_tokens": 10,
        "cost_micro_usd": 1_234_568,
        "cost_usd": "1.234568",
    }


async def test_nothing_sums_up_to_nothing(database: Database) -> None:
    found = await report(database)
    assert found["items"] == []
    assert found["total"]["cost_usd"] == "0.000000"
    assert found["since"] == "2026-10-24T12:00:00.000Z"


async def test_sums_beyond_any_int32(database: Database) -> None:
    await store(database, [usage(cost_micro_usd=10**14) for _ in range(4)])
    assert (await report(database))["total"]["cost_micro_usd"] == 4 * 10**14


async def test_filters_and_tenants(database: Database) -> None:
    records = random_records(100)
    await store(database, records)
    chosen = [r for r in records if r.namespace == "team-a" and r.model == "big"]
    expected = sum(r.cost_micro_usd for r in chosen)
    admin = await report(database, "namespace=team-a&model=big")
    mine = await report(database, "model=big", tenant("team-a"))
    assert admin["total"]["cost_micro_usd"] == mine["total"]["cost_micro_usd"] == expected
    assert (await get(database, "namespace=team-b", tenant("team-a"))).status_code == 404


async def test_what_retention_removed_still_counts_once(database: Database) -> None:
    """Before, while and after records go into monthly sums, the totals are the same."""
    months = [f"2026-{month:02d}-{day:02d}" for month in (8, 9, 10, 11) for day in (1, 15, 28)]
    records = [
        usage(started_at=f"{day}T06:00:00.000Z", cost_micro_usd=7)
        for day in months
        if day < "2026-11-23"
    ]
    await store(database, records)
    query = "from=2026-08-01&by=agent"
    before = await report(database, query)
    assert await retain(database, 60) > 0
    after = await report(database, query)
    assert after == before
    by_day = (await report(database, "from=2026-08-01&by=day"))["items"]
    assert [item["day"] for item in by_day] == [
        "2026-08", "2026-09", "2026-09-28", "2026-10-01", "2026-10-15", "2026-10-28",
        "2026-11-01", "2026-11-15",
    ]  # fmt: skip


async def test_a_month_that_is_cut_is_left_out_and_named(database: Database) -> None:
    await store(database, [usage(started_at=f"2026-0{m}-15T00:00:00.000Z") for m in (6, 7, 8)])
    await retain(database, 30)
    cut = await report(database, "from=2026-06-10&to=2026-08-20")
    assert cut["total"]["calls"] == 1
    assert cut["left_out_months"] == ["2026-06", "2026-08"]
    whole = await report(database, "from=2026-06-01&to=2026-08-31")
    assert whole["total"]["calls"] == 3
    assert whole["left_out_months"] == []
    assert (await report(database, "from=2026-06-10", tenant("x")))["left_out_months"] == []


async def test_csv_is_for_spreadsheets(database: Database) -> None:
    await store(
        database,
        [usage(key='=HYPERLINK("http://evil")', team='a,"b"\n'), usage(key="+1", team="-x")],
    )
    answer = await get(database, "by=key&by=team&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows == [
        ["key", "team", "calls", "input_tokens", "cached_tokens", "output_tokens",
         "cost_micro_usd", "cost_usd"],
        ["'+1", "'-x", "1", "10", "4", "5", "1000", "0.001000"],
        ["'=HYPERLINK(\"http://evil\")", 'a,"b"\n', "1", "10", "4", "5", "1000", "0.001000"],
        ["total", "", "2", "20", "8", "10", "2000", "0.002000"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("by=colour", "by[0]"),
        ("by=agent&by=week", "by[1]"),
        ("by=", "by[0]"),
        ("format=xml", "format"),
        ("limit=3", "limit"),
        ("from=2026-02-30", "from"),
    ],
)
async def test_what_is_not_understood_is_refused_by_name(
    untouched: Database, query: str, param: str
) -> None:
    answer = await get(untouched, query)
    assert answer.status_code == 422
    assert answer.json()["error"]["param"] == param


async def test_too_many_rows_are_refused_and_not_cut_off(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck_gateway.costs.service.MOST_ROWS", 3)
    await store(database, [usage(key=f"k-{index}") for index in range(4)])
    answer = await get(database, "by=key")
    assert answer.status_code == 422
    assert answer.json()["error"]["param"] == "by"


async def test_odd_times_are_no_failure(database: Database) -> None:
    for query in ("from=0000-01-01&to=9999-12-31", "from=2026-12-01&to=2026-01-01"):
        assert (await get(database, query)).status_code == 200
