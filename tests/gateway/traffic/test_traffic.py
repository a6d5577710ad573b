"""GET /api/v1/metrics over real databases: what was recorded, cut into steps of time."""

import asyncio
import math
import random
import threading
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries import room as room_module
from quarterdeck_gateway.queries.moments import rfc3339
from quarterdeck_gateway.traffic import store as store_module
from quarterdeck_gateway.traffic.endpoints import router
from quarterdeck_gateway.traffic.service import TrafficService
from quarterdeck_gateway.traffic.steps import Steps
from quarterdeck_gateway.traffic.store import TrafficStore
from support.reporting import ADMIN, NOW, client, nothing, now, store, tenant, usage

ZEROS = {
    "requests": 0,
    "errors": 0,
    "denied": 0,
    "input_tokens": 0,
    "output_tokens": 0,
    "cost_micro_usd": 0,
    "p50_seconds": None,
    "p95_seconds": None,
    "p99_seconds": None,
}


async def get(database: Database, query: str = "", principal: Principal = ADMIN) -> httpx.Response:
    service = TrafficService(TrafficStore(database), nothing, now)
    async with client(router(service), principal) as asking:
        return await asking.get(f"/api/v1/metrics?{query}")


async def report(
    database: Database, query: str = "", principal: Principal = ADMIN
) -> dict[str, Any]:
    answer = await get(database, query, principal)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ago(**units: float) -> str:
    return rfc3339(NOW - timedelta(**units))


def random_records(count: int, seed: int = 1) -> list[UsageRecord]:
    draw = random.Random(seed)
    return [
        usage(
            namespace=draw.choice(["team-a", "team-b"]),
            agent=draw.choice(["demo", "other"]),
            outcome=draw.choice([Outcome.COMPLETED] * 5 + list(Outcome)),
            input_tokens=draw.choice([None, 7, 1000]),
            output_tokens=draw.randrange(100),
            cost_micro_usd=draw.randrange(10_000),
            seconds=round(draw.lognormvariate(0, 1), 3),
            started_at=ago(seconds=draw.uniform(0.001, 5999)),
        )
        for _ in range(count)
    ]


def naive(
    records: list[UsageRecord], since: datetime, step: int
) -> dict[tuple[str, str, int], Any]:
    """The same points, without a database."""
    groups: dict[tuple[str, str, int], list[UsageRecord]] = {}
    for record in records:
        index = int((datetime.fromisoformat(record.started_at) - since).total_seconds() // step)
        groups.setdefault((record.namespace, record.agent, index), []).append(record)
    return {key: naive_point(chats) for key, chats in groups.items()}


def naive_point(chats: list[UsageRecord]) -> dict[str, Any]:
    durations = sorted(c.seconds for c in chats if c.outcome is Outcome.COMPLETED)
    denied = (Outcome.DENIED, Outcome.CUT)
    return {
        "requests": len(chats),
        "errors": sum(c.outcome is Outcome.UPSTREAM_ERROR for c in chats),
        "denied": sum(c.outcome in denied for c in chats),
        "input_tokens": sum(c.input_tokens or 0 for c in chats),
        "output_tokens": sum(c.output_tokens or 0 for c in chats),
        "cost_micro_usd": sum(c.cost_micro_usd for c in chats),
    } | {
        f"p{share}_seconds": durations[math.ceil(len(durations) * share / 100) - 1]
        if durations
        else None
        for share in (50, 95, 99)
    }


@pytest.mark.parametrize("step", [60, 300, 7])
async def test_every_point_is_that_of_the_records(database: Database, step: int) -> None:
    records = random_records(400)
    await store(database, records)
    found = await report(database, f"from={ago(seconds=6000)}&step={step}")
    since = datetime.fromisoformat(found["from"])
    assert int(since.timestamp()) % step == 0
    expected = naive(records, since, step)
    assert [(s["namespace"], s["agent"]) for s in found["series"]] == sorted(
        {(namespace, agent) for namespace, agent, _ in expected}
    )
    for series in found["series"]:
        for index, point in enumerate(series["points"]):
            at = datetime.fromisoformat(point.pop("at"))
            assert at == since + timedelta(seconds=index * step)
            key = series["namespace"], series["agent"], index
            assert point == expected.pop(key, ZEROS)
    assert not expected


async def test_an_hour_in_minutes_when_nothing_is_asked(database: Database) -> None:
    await store(database, [usage(started_at=ago(minutes=5))])
    found = await report(database)
    assert (found["from"], found["to"]) == (ago(hours=1), ago())
    assert found["step_seconds"] == 60
    [series] = found["series"]
    assert [point["requests"] for point in series["points"]] == [0] * 55 + [1] + [0] * 4


async def test_nothing_is_no_series(database: Database) -> None:
    assert (await report(database))["series"] == []


@pytest.mark.parametrize(
    ("query", "step", "points"),
    [
        ("from=2026-11-01&to=2026-11-30", 21_600, 120),
        ("from=0001-01-01&to=0001-01-01T00:00:05Z&step=7", 7, 1),
        ("from=2026-11-22&to=2026-11-22", 900, 96),
        ("from=2020-01-01&to=2020-01-01&step=86400", 86_400, 1),
        ("from=2026-11-23T10:00:01Z&to=2026-11-23T10:00:02Z&step=1", 1, 1),
        ("from=2026-11-23T10:00:02Z&to=2026-11-23T10:00:01Z", 60, 0),
    ],
)
async def test_steps_fit_the_time(database: Database, query: str, step: int, points: int) -> None:
    found = await report(database, query)
    since, until = (datetime.fromisoformat(found[end]) for end in ("from", "to"))
    assert found["step_seconds"] == step
    assert math.ceil((until - since).total_seconds() / step) == points


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("from=2020-01-01&to=2026-01-01&step=60", "step"),
        ("from=0001-01-01", "from"),
        ("from=2026-08-01&to=2026-11-23&step=86400", "from"),
        ("from=2024-01-01&step=2678400", "from"),
        ("step=0", "step"),
        ("step=abc", "step"),
        ("namespace=", "namespace"),
        ("from=yesterday", "from"),
        ("colour=red", "colour"),
    ],
)
async def test_what_cannot_be_answered_is_refused(
    database: Database, query: str, param: str
) -> None:
    answer = await get(database, query)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["param"] == param


async def test_filters_and_tenants(database: Database) -> None:
    await store(database, random_records(100))
    everything = await report(database, f"from={ago(seconds=6000)}")
    mine = await report(database, f"from={ago(seconds=6000)}", tenant("team-a"))
    assert mine["series"] == [s for s in everything["series"] if s["namespace"] == "team-a"]
    one = await report(database, f"from={ago(seconds=6000)}&namespace=team-b&agent=demo")
    assert [(s["namespace"], s["agent"]) for s in one["series"]] == [("team-b", "demo")]
    assert (await get(database, "namespace=team-b", tenant("team-a"))).status_code == 404


async def test_a_quarter_of_a_year_is_answered(database: Database) -> None:
    assert (await get(database, "from=2026-07-01&to=2026-09-30&step=86400")).status_code == 200


async def test_few_such_questions_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_module, "PATIENCE_SECONDS", 0.05)
    traffic = TrafficStore(database)
    service = TrafficService(traffic, nothing, now)
    async with client(router(service)) as asking, AsyncExitStack() as others:
        for _ in range(store_module.MOST_AT_ONCE):
            await others.enter_async_context(traffic.room.enter())
        refused = await asking.get("/api/v1/metrics")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        await others.aclose()
        assert (await asking.get("/api/v1/metrics")).status_code == 200


async def test_percentiles_are_chosen_while_the_place_is_still_taken(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    choosing, chosen = threading.Event(), threading.Event()
    choose = store_module._with_percentiles

    def slowly(rows: Any) -> Any:
        choosing.set()
        assert chosen.wait(60)
        return choose(rows)

    monkeypatch.setattr(store_module, "_with_percentiles", slowly)
    monkeypatch.setattr(store_module, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(room_module, "PATIENCE_SECONDS", 0.05)
    service = TrafficService(TrafficStore(database), nothing, now)
    async with client(router(service)) as asking:
        first = asyncio.create_task(asking.get("/api/v1/metrics"))
        assert await asyncio.to_thread(choosing.wait, 60)
        refused = await asking.get("/api/v1/metrics")
        chosen.set()
        assert (refused.status_code, (await first).status_code) == (503, 200)


async def test_the_server_does_not_go_on_for_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.is_postgresql:
        pytest.skip("SQLite has no such limit")
    monkeypatch.setattr(store_module, "LONGEST_MS", 100)
    async with database.write() as connection:
        await connection.execute(text("LOCK TABLE usage_records IN ACCESS EXCLUSIVE MODE"))
        async with asyncio.timeout(60):
            assert (await get(database)).status_code == 503
    async with database.read() as connection:
        await connection.execute(text("SELECT pg_sleep(0.2)"))
    monkeypatch.setattr(store_module, "LONGEST_MS", 60_000)
    assert (await get(database)).status_code == 200


async def test_too_many_agents_are_told_so(database: Database) -> None:
    await store(database, [usage(agent=f"agent-{n}", started_at=ago(minutes=1)) for n in range(21)])
    answer = await get(database, f"from={ago(seconds=999)}&step=1")
    assert answer.status_code == 422
    assert "21 agents" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("namespace", "agent", "index"),
    [
        (None, None, "ix_usage_records_started_at_id"),
        ("team-a", "demo", "ix_usage_records_namespace_agent_started_at"),
    ],
)
async def test_an_index_finds_the_records(
    database: Database, namespace: str | None, agent: str | None, index: str
) -> None:
    await store(database, random_records(400))
    statement = TrafficStore(database).statement(
        Steps(int(NOW.timestamp() * 1000) - 60_000, int(NOW.timestamp() * 1000), 1000),
        namespace,
        agent,
        10,
        ADMIN,
    )
    plain = statement.compile(database.engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if database.is_postgresql else "EXPLAIN QUERY PLAN"
    async with database.read() as connection:
        if database.is_postgresql:
            # A handful of rows is read whole, if nobody forbids it.
            await connection.execute(text("SET enable_seqscan = off"))
        plan = str((await connection.execute(text(f"{explain} {plain}"))).all())
    if database.is_postgresql:
        # Which of the two is cheaper depends on what it knows of the rows.
        assert "ix_usage_records" in plan
        assert "Seq Scan" not in plan
    else:
        assert index in plan


def test_points_of_a_year_begin_where_they_should() -> None:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    steps = Steps(int(since.timestamp() * 1000), int(since.timestamp() * 1000) + 1, 1000)
    assert (steps.count, steps.beginning(0)) == (1, steps.since)
