"""GET /api/v1/usage over real databases."""

from typing import Any

import httpx
import pytest

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseAway
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.usage.endpoints import router
from quarterdeck_gateway.usage.service import UsageService
from quarterdeck_gateway.usage.store import UsageStore
from support.reporting import ADMIN, client, nothing, now, store, tenant, usage

PATH = "/api/v1/usage"


async def get(database: Database, query: str = "", principal: Principal = ADMIN) -> httpx.Response:
    service = UsageService(UsageStore(database), nothing, now)
    async with client(router(service), principal) as asking:
        return await asking.get(f"{PATH}?{query}")


async def ids(database: Database, query: str = "", principal: Principal = ADMIN) -> list[str]:
    answer = await get(database, query, principal)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_a_record_is_shown_whole(database: Database) -> None:
    record = usage(model=None, code="budget_exceeded", outcome="denied", input_tokens=None)
    await store(database, [record])
    [item] = (await get(database)).json()["items"]
    expected: dict[str, Any] = record.model_dump(mode="json") | {"cost_usd": "0.001000"}
    assert item == expected


async def test_pages_hold_every_record_once_newest_first(database: Database) -> None:
    """Also where many began in the same millisecond."""
    records = [usage(started_at=f"2026-11-23T08:00:0{index % 3}.000Z") for index in range(25)]
    await store(database, records)
    expected = sorted(records, key=lambda r: (r.started_at, r.id), reverse=True)
    seen: list[str] = []
    query = "limit=4"
    while True:
        page = (await get(database, query)).json()
        assert len(page["items"]) <= 4
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query = f"limit=4&cursor={page['next_cursor']}"
    assert seen == [record.id for record in expected]


FILTERS: list[tuple[str, dict[str, Any]]] = [
    ("agent=other", {"agent": "other"}),
    ("namespace=team-b", {"namespace": "team-b"}),
    ("key=admin", {"key": "admin"}),
    ("team=", {"team": ""}),
    ("model=big", {"model": "big"}),
    ("model=", {"model": None}),
    ("outcome=cut", {"outcome": "cut"}),
    ("to=2026-11-22", {"started_at": "2026-11-22T23:59:59.999Z"}),
    ("from=2026-11-23T09:00:00Z", {"started_at": "2026-11-23T09:00:00.000Z"}),
]


async def test_filters(database: Database) -> None:
    wanted = [usage(**fields) for _, fields in FILTERS]
    await store(database, [usage(), *wanted, usage()])
    for (query, _), record in zip(FILTERS, wanted, strict=True):
        assert await ids(database, query) == [record.id], query


async def test_the_last_30_days_by_default(database: Database) -> None:
    await store(database, [usage(started_at="2026-10-01T00:00:00.000Z")])
    assert await ids(database) == []
    assert len(await ids(database, "from=2026-10-01")) == 1


async def test_a_tenant_sees_their_own(database: Database) -> None:
    mine = usage()
    await store(database, [mine, usage(namespace="team-b")])
    assert await ids(database, "", tenant("team-a")) == [mine.id]
    assert await ids(database, "", tenant("nobody")) == []
    assert len(await ids(database, "", tenant("team-*"))) == 2
    refused = await get(database, "namespace=team-b", tenant("team-a"))
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("form=2026-01-01", "form"),
        ("from=yesterday", "from"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("cursor=xyz", "cursor"),
        ("outcome=lost", "outcome"),
        ("agent=%00", "agent"),
        ("namespace=", "namespace"),
    ],
)
async def test_what_is_not_understood_is_refused_by_name(
    untouched: Database, query: str, param: str
) -> None:
    answer = await get(untouched, query)
    assert answer.status_code == 422
    assert answer.json()["error"]["param"] == param


async def test_a_database_that_is_away_is_503_without_its_words(untouched: Database) -> None:
    async def away() -> None:
        raise DatabaseAway("connection to 10.0.0.7 refused")

    service = UsageService(UsageStore(untouched), away, now)
    async with client(router(service)) as asking:
        answer = await asking.get(PATH)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "10.0.0.7" not in answer.text
