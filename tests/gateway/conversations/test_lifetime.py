"""Old conversations go; and what people are told while the database is away."""

import asyncio
from datetime import timedelta

import pytest

from quarterdeck_gateway.accounting.sweeping import Claim
from quarterdeck_gateway.admission.port import StoreAway
from quarterdeck_gateway.conversations import retention as retention_module
from quarterdeck_gateway.conversations.retention import ConversationRetention
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import metadata
from support.conversations import START, Desk, desk_over
from support.postgres_servers import PostgresServer


async def granted(name: str, owner: str, seconds: float) -> bool:
    return True


def retention(database: Database, days: int, claim: Claim = granted) -> ConversationRetention:
    later = START + timedelta(days=100)
    return ConversationRetention(
        database, claim, gateway="g", retention_days=days, now=lambda: later
    )


async def test_what_nobody_continued_goes(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention_module, "CHUNK", 2)
    for number in range(5):
        await desk.begin(f"old {number}", "answer")
    continued = await desk.begin("continued")
    desk.now += timedelta(days=60)
    await desk.say(continued, 1, "again")
    assert await retention(database, 99).sweep() == 5
    assert await desk.listed() == ["continued"]
    assert len((await desk.call("GET", f"/{continued}"))["messages"]) == 2
    assert await retention(database, 99).sweep() == 0


async def test_only_who_has_the_claim_removes(desk: Desk, database: Database) -> None:
    await desk.begin("old")
    answers: list[bool | Exception] = [StoreAway("no answer"), False, True]

    async def claim(name: str, owner: str, seconds: float) -> bool:
        assert (name, owner) == ("conversation-retention", "g")
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    for left in (["old"], ["old"], []):
        await retention(database, 9, claim).turn()
        assert await desk.listed() == left


async def test_a_database_that_is_away_is_said_and_comes_back(postgres: PostgresServer) -> None:
    database = Database.open(postgres.new_database())
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    async with desk_over(database) as desk:
        id_ = await desk.begin("hello")
        await asyncio.to_thread(postgres.kill)
        try:
            for method, path, body in (
                ("GET", "", None),
                ("GET", "?search=x", None),
                ("GET", f"/{id_}", None),
                ("POST", "", {"agent": "a"}),
                ("PUT", f"/{id_}/messages/0", {"role": "user", "content": "x"}),
                ("PATCH", f"/{id_}", {"title": "x"}),
                ("DELETE", f"/{id_}", None),
            ):
                answer = await desk.ask(method, path, json=body)
                assert answer.status_code == 503, (method, path)
                assert "database" in answer.json()["error"]["message"]
                assert answer.headers["retry-after"] == "5"
        finally:
            await asyncio.to_thread(postgres.start)
        assert await desk.listed() == ["hello"]
    await database.close()
