"""Limits and money, exact over two gateways and one Redis, whichever Redis it is."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_worker import FakeWorker, Script
from support.gateway_processes import gateways
from support.redis_servers import RedisServer, running
from support.together import TOKENS, Crowd, calls, catalogue, eventually, ledger, standing


@pytest.fixture(params=["valkey", "redis"])
def redis(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with running(request.param) as server:
        yield server


async def test_a_budget_for_ten_calls_admits_ten_of_two_hundred(
    redis: RedisServer, crowd: Crowd, worker: FakeWorker, tmp_path: Path
) -> None:
    worker.script = Script(chunks=TOKENS, text="a", wait=0.2)
    money, database = calls(10), f"sqlite:///{tmp_path}/ledger.db"
    manifests = catalogue(worker, money)
    with gateways(2, tmp_path, manifests, redis_url=redis.url, database_url=database) as both:
        answers = await crowd.ask(both, requests=200, clients=200)
        assert answers.count(200) == 10
        assert answers.count(402) == 190
        assert len(worker.requests) == 10
        await eventually(
            lambda: _stands(redis.url, money, (10, 0)), "ten calls are spent, none reserved"
        )
    found = await ledger(database)
    assert found.by_outcome == {"completed": 10, "denied": 190}


async def test_what_broken_off_streams_did_not_use_is_given_back(
    redis: RedisServer, crowd: Crowd, worker: FakeWorker, tmp_path: Path
) -> None:
    # Silent after the head: whoever leaves now has got nothing, and owes nothing.
    worker.script = Script(chunks=TOKENS, text="a", hang_after=0)
    money, database = calls(10), f"sqlite:///{tmp_path}/ledger.db"
    with gateways(
        2, tmp_path, catalogue(worker, money), redis_url=redis.url, database_url=database
    ) as both:
        waiting = [
            asyncio.create_task(crowd.ask([both[number % 2]], 1, 1, stream=True))
            for number in range(10)
        ]
        await eventually(
            lambda: _stands(redis.url, money, (0, 10)), "all of the budget is reserved"
        )
        refused = await crowd.ask(both, requests=20, clients=20)
        assert refused.count(402) == 20
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        await eventually(lambda: _stands_below(redis.url, money, 10), "reservations return")
        worker.script = Script(chunks=TOKENS, text="a")
        spent, _ = await standing(redis.url, money)
        answers = await crowd.ask(both, requests=200, clients=100)
        assert answers.count(200) == 10 - spent
    found = await ledger(database)
    assert found.by_outcome["client_gone"] == 10
    assert found.cost == 10 * TOKENS * 1_000_000


async def test_a_limit_of_a_hundred_a_minute_admits_a_hundred_of_a_thousand(
    redis: RedisServer, crowd: Crowd, worker: FakeWorker, tmp_path: Path
) -> None:
    worker.script = Script(chunks=TOKENS, text="a")
    manifests = catalogue(worker, rateLimit={"requestsPerMinute": 100})
    database = f"sqlite:///{tmp_path}/ledger.db"
    with gateways(2, tmp_path, manifests, redis_url=redis.url, database_url=database) as both:
        begun = time.monotonic()
        answers = await crowd.ask(both, requests=1000, clients=100)
        seconds = time.monotonic() - begun
    admitted = answers.count(200)
    # One more for every 0.6 s that went by meanwhile: that is what a hundred a minute means.
    assert 100 <= admitted <= 100 + seconds / 0.6
    assert answers.count(429) == 1000 - admitted
    assert len(worker.requests) == admitted
    left = [
        int(headers["x-ratelimit-remaining-requests"])
        for status, headers in zip(answers.statuses, answers.headers, strict=True)
        if status == 200
    ]
    assert (max(left), min(left)) == (99, 0)
    # What became free meanwhile is told twice, and nothing else is.
    assert len(set(left)) >= 100 - seconds / 0.6
    for status, headers in zip(answers.statuses, answers.headers, strict=True):
        assert headers["x-ratelimit-limit-requests"] == "100"
        if status == 429:
            assert headers["x-ratelimit-remaining-requests"] == "0"
            assert 1 <= int(headers["retry-after"]) <= 60


async def _stands(url: str, money: dict[str, object], expected: tuple[int, int]) -> bool:
    return await standing(url, money) == expected


async def _stands_below(url: str, money: dict[str, object], reserved: int) -> bool:
    found = await standing(url, money)
    return found[1] == 0 and reserved > 0
