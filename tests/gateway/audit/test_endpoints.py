"""GET /api/v1/audit and /api/v1/audit/verify over real databases."""

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_gateway.audit.chain import ChainKey
from quarterdeck_gateway.audit.endpoints import router
from quarterdeck_gateway.audit.service import AuditService
from quarterdeck_gateway.audit.sql_log import SqlAuditLog
from quarterdeck_gateway.audit.store import AuditStore
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import audit_events
from quarterdeck_gateway.identity.principal import Principal
from support.audit_logs import PEPPER, OpenLog
from support.reporting import ADMIN, client, nothing, tenant

PATH = "/api/v1/audit"


def event(**fields: Any) -> AuditEvent:
    values: dict[str, Any] = {
        "action": AuditAction.KEY_CREATED,
        "actor": "admin",
        "address": "192.0.2.7",
        "namespace": "team-a",
        "subject": "ApiKey/team-a/ci",
        "request_id": "r-1",
        "detail": {"role": "user"},
        "at": "2026-11-23T08:00:00.000Z",
    }
    return AuditEvent(**(values | fields))


async def get(
    database: Database,
    log: SqlAuditLog | None,
    path: str = PATH,
    principal: Principal = ADMIN,
) -> httpx.Response:
    flush = nothing if log is None else log.flush
    service = AuditService(AuditStore(database), ChainKey(PEPPER), flush)
    async with client(router(service), principal) as asking:
        return await asking.get(path)


async def seqs(
    database: Database, log: SqlAuditLog, query: str = "", principal: Principal = ADMIN
) -> list[int]:
    answer = await get(database, log, f"{PATH}?{query}", principal)
    assert answer.status_code == 200, answer.text
    return [item["seq"] for item in answer.json()["items"]]


async def test_what_was_just_done_is_shown_whole(database: Database, open_log: OpenLog) -> None:
    log = open_log()
    log.append(event())
    [item] = (await get(database, log)).json()["items"]
    shown = event().model_dump(mode="json", exclude={"once"})
    assert item == shown | {"seq": 1, "id": item["id"], "hash": item["hash"]}


async def test_filters_and_pages(database: Database, open_log: OpenLog) -> None:
    log = open_log()
    log.append(event())
    log.append(event(namespace="team-b", actor="team-b/root"))
    log.append(event(action=AuditAction.ACCESS_DENIED, namespace="", subject="POST /api/v1/keys"))
    log.append(event(at="2026-11-21T23:59:59.999Z"))
    for query, expected in {
        "": [4, 3, 2, 1],
        "namespace=team-b": [2],
        "namespace=": [3],
        "actor=team-b/root": [2],
        "action=access.denied": [3],
        "subject=POST+/api/v1/keys": [3],
        "from=2026-11-22": [3, 2, 1],
        "to=2026-11-21": [4],
        "from=2026-11-24": [],
        "limit=2": [4, 3],
        "limit=2&cursor=3": [2, 1],
    }.items():
        assert await seqs(database, log, query) == expected, query
    first = (await get(database, log, f"{PATH}?limit=3")).json()
    last = (await get(database, log, f"{PATH}?limit=3&cursor={first['next_cursor']}")).json()
    assert [item["seq"] for item in last["items"]] == [1]
    assert last["next_cursor"] is None


async def test_an_admin_of_some_namespaces_sees_those(
    database: Database, open_log: OpenLog
) -> None:
    """And nothing of the installation, like failed authentications."""
    log = open_log()
    for namespace in ("team-a", "team-b", ""):
        log.append(event(namespace=namespace))
    assert await seqs(database, log, "", tenant("team-a")) == [1]
    assert await seqs(database, log, "", tenant("team-?")) == [2, 1]
    refused = await get(database, log, f"{PATH}?namespace=team-b", tenant("team-a"))
    assert refused.status_code == 404
    for path in (f"{PATH}/verify", f"{PATH}/verify?checkpoint=1:{'0' * 64}"):
        assert (await get(database, log, path, tenant("team-a"))).status_code == 403


async def test_verify(database: Database, open_log: OpenLog) -> None:
    log = open_log()
    empty = (await get(database, log, f"{PATH}/verify")).json()
    assert empty["ok"] is True
    for number in range(3):
        log.append(event(at=f"2026-11-23T08:00:0{number}.000Z"))
    await log.flush()
    whole = (await get(database, log, f"{PATH}/verify")).json()
    checkpoint = whole.pop("checkpoint")
    assert whole == {
        "ok": True,
        "rows": 3,
        "first": "2026-11-23T08:00:00.000Z",
        "last": "2026-11-23T08:00:02.000Z",
        "problem": None,
    }
    again = await get(database, log, f"{PATH}/verify?checkpoint={checkpoint}")
    assert again.json()["ok"] is True
    replaced = await get(database, log, f"{PATH}/verify?checkpoint=3:{'0' * 64}")
    assert replaced.json()["problem"]["seq"] == 3
    async with database.write() as connection:
        await connection.execute(
            update(audit_events).where(audit_events.c.seq == 2).values(actor="nobody")
        )
    broken = (await get(database, log, f"{PATH}/verify")).json()
    assert broken["ok"] is False
    assert broken["rows"] == 1
    assert broken["problem"]["seq"] == 2
    assert "edited" in broken["problem"]["what"]
    assert broken["checkpoint"] is None


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("?action=sing", "action"),
        ("?limit=0", "limit"),
        ("?cursor=-1", "cursor"),
        ("?user=x", "user"),
        ("/verify?checkpoint=1", "checkpoint"),
        ("/verify?x=1", "x"),
    ],
)
async def test_what_is_not_understood_is_refused_by_name(query: str, param: str) -> None:
    untouched = Database.open("sqlite:////nonexistent-is-never-opened.db")
    answer = await get(untouched, None, f"{PATH}{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["param"] == param


async def test_an_edited_detail_is_shown_as_it_is(database: Database, open_log: OpenLog) -> None:
    log = open_log()
    log.append(event())
    await log.flush()
    async with database.write() as connection:
        await connection.execute(update(audit_events).values(detail="not json"))
    [item] = (await get(database, log)).json()["items"]
    assert item["detail"] == {"unreadable": "not json"}
