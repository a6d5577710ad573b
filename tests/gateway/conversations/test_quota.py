"""How much one person may keep and how fast, on both databases, also when many write at once."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import func, select

from quarterdeck_gateway.conversations import quota as quota_module
from quarterdeck_gateway.conversations.quota import MEBIBYTE
from quarterdeck_gateway.conversations.service import WRITES_PER_MINUTE
from quarterdeck_gateway.conversations.store import ROW_BYTES
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import conversation_messages, conversations
from support.conversations import Desk, desk_over, user

TEXT = "x" * (MEBIBYTE // 4)


async def kept(database: Database) -> tuple[int, int]:
    """Bytes of all conversations as counted, and as they are."""
    counted = select(func.coalesce(func.sum(conversations.c.bytes), 0))
    bodies = func.sum(func.length(conversation_messages.c.body) + ROW_BYTES)
    real = select(func.coalesce(bodies, 0))
    async with database.read() as connection:
        return tuple([int((await connection.execute(q)).scalar_one()) for q in (counted, real)])  # type: ignore[return-value]


async def test_the_quota_is_of_one_owner_and_what_goes_makes_room(database: Database) -> None:
    async with desk_over(database, quota=MEBIBYTE) as desk:
        ids = [await desk.begin() for _ in range(4)]
        for id_ in ids[:3]:
            assert (await desk.put(id_, 0, TEXT)).status_code == 200
        full = await desk.put(ids[3], 0, TEXT)
        assert (full.status_code, full.json()["error"]["code"]) == (413, "quota_exceeded")
        assert "1 MiB" in full.json()["error"]["message"]
        assert "delete some" in full.json()["error"]["message"]
        assert (await desk.put(ids[2], 0, TEXT)).status_code == 200, "the same text takes no more"
        assert (await desk.put(ids[3], 0, "short")).status_code == 200
        desk.caller = user("team-a/bob")
        assert (await desk.put(await desk.begin(), 0, TEXT)).status_code == 200
        desk.caller = user("team-a/ann")
        await desk.call("DELETE", f"/{ids[0]}", 204)
        assert (await desk.put(ids[3], 0, TEXT)).status_code == 200
    counted, real = await kept(database)
    assert counted == real


async def test_the_quota_holds_while_several_gateways_write(database: Database) -> None:
    async with (
        desk_over(database, quota=MEBIBYTE) as one,
        desk_over(database, quota=MEBIBYTE) as other,
    ):
        ids = [await one.begin() for _ in range(8)]
        desks = (one, other) * 4
        answers = await asyncio.gather(
            *(desk.put(id_, 0, TEXT) for desk, id_ in zip(desks, ids, strict=True))
        )
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {200: 3, 413: 5}
    counted, real = await kept(database)
    assert counted == real <= MEBIBYTE


async def test_many_short_messages_count_too(database: Database) -> None:
    async with desk_over(database) as desk:
        await desk.begin(*[""] * 20)
    counted, real = await kept(database)
    assert counted == real > 20 * ROW_BYTES


async def test_the_number_of_conversations_holds_while_several_begin(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota_module, "MAX_CONVERSATIONS", 3)
    answers = await asyncio.gather(*(desk.ask("POST", json={"agent": "a"}) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 5}


async def test_whoever_writes_too_fast_is_told_how_long_to_wait(desk: Desk) -> None:
    id_ = await desk.begin()
    at = desk.now
    statuses = list[int]()
    for _ in range(WRITES_PER_MINUTE + 2):
        desk.now = at
        statuses.append((await desk.put(id_, 0, "x")).status_code)
    assert statuses[-1] == 429
    assert statuses.count(200) in (WRITES_PER_MINUTE, WRITES_PER_MINUTE + 1)
    desk.now = at
    refused = await desk.put(id_, 0, "x")
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert int(refused.headers["retry-after"]) >= 1
    assert (await desk.ask("GET")).status_code == 200, "reading is not writing"
    desk.caller = user("team-a/bob")
    await desk.begin()
