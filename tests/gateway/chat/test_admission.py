"""Limits and budgets of a chat over real sockets: who is refused, and who may begin."""

import asyncio
from typing import Any

import pytest

from quarterdeck_contract.audit import AuditAction
from quarterdeck_contract.usage import Outcome
from support import declared
from support.fake_worker import FakeWorker
from support.running_gateway import Gateway, agent, error_of, running_gateway, until


@pytest.mark.parametrize("stream", [False, True])
async def test_a_budget_that_is_too_small(
    priced: Gateway, worker: FakeWorker, stream: bool
) -> None:
    priced.declare(declared.budget("all", 0.0001))
    async with priced.chat(stream=stream, max_tokens=100) as response:
        error = await error_of(response)
    assert (response.status, error["code"]) == (402, "budget_exceeded")
    assert "default/all" in error["message"]
    assert worker.requests == []
    (record,) = priced.ledger.records
    assert (record.outcome, record.status, record.code) == (
        Outcome.DENIED,
        402,
        "budget_exceeded",
    )
    assert (record.cost_micro_usd, record.input_tokens) == (0, None)
    (event,) = priced.audit.events
    assert (event.action, event.subject) == (AuditAction.CHAT_DENIED, "Agent/default/demo")
    assert event.detail == {"code": "budget_exceeded", "record": record.id}
    assert (event.actor, event.address, event.request_id) == (
        "admin",
        "127.0.0.1",
        record.request_id,
    )
    assert await priced.budget() == (0, 0)


async def test_exactly_as_many_as_the_budget_pays(priced: Gateway, worker: FakeWorker) -> None:
    """Each may cost 18: 10 at once, whoever comes first, and none more."""
    # Whoever has ended gives back what it did not use: nobody ends before all have asked.
    worker.go.clear()
    priced.declare(declared.budget("all", 0.000180))
    refused = 0

    async def one() -> int:
        nonlocal refused
        async with priced.chat(max_tokens=3) as response:
            await response.read()
            refused += response.status == 402
            return int(response.status)

    asking = [asyncio.create_task(one()) for _ in range(60)]
    await until(lambda: refused + len(worker.requests) == 60)
    worker.go.set()
    statuses = await asyncio.gather(*asking)
    assert sorted(set(statuses)) == [200, 402]
    assert statuses.count(200) == len(worker.requests) == 10
    assert await priced.budget() == (130, 0)


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
async def test_no_client_asks_for_more_tokens_than_can_be_counted(
    priced: Gateway, worker: FakeWorker, field: str
) -> None:
    asked: dict[str, Any] = {field: 10_000_001}
    async with priced.chat(**asked) as response:
        error = await error_of(response)
    assert (response.status, error["param"]) == (422, field)
    asked = {field: 10_000_000}
    async with priced.chat(**asked) as response:
        assert response.status == 200
    assert len(worker.requests) == 1


async def test_no_chat_begins_before_budgets_are_known(priced: Gateway, worker: FakeWorker) -> None:
    priced.catalogue.synced = False
    async with priced.chat() as response:
        error = await error_of(response)
    assert (response.status, error["code"], worker.requests) == (503, "starting", [])
    priced.catalogue.synced = True
    assert await _status(priced) == 200


async def test_limits_stand_in_the_headers(worker: FakeWorker) -> None:
    limits = {"default": {"requestsPerMinute": 2, "tokensPerMinute": 100_000}}
    async with running_gateway(namespace_limits=limits) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        for left in ("1", "0"):
            async with gateway.chat(stream=True, max_tokens=10) as response:
                await response.read()
            assert response.headers["x-ratelimit-limit-requests"] == "2"
            assert response.headers["x-ratelimit-remaining-requests"] == left
            assert response.headers["x-ratelimit-limit-tokens"] == "100000"
            assert "x-ratelimit-reset-tokens" in response.headers
        async with gateway.chat() as response:
            error = await error_of(response)
        assert (response.status, error["code"]) == (429, "rate_limit_exceeded")
        assert 1 <= int(response.headers["retry-after"]) <= 60
        assert response.headers["x-ratelimit-remaining-requests"] == "0"
        assert [record.code for record in gateway.ledger.records] == [
            None,
            None,
            "rate_limit_exceeded",
        ]
        assert gateway.audit.events == [], "that a limit holds is no news"


async def test_a_place_is_given_back(worker: FakeWorker) -> None:
    worker.go.clear()
    limits = {"*": {"concurrency": 1}}
    async with running_gateway(namespace_limits=limits) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        first = asyncio.create_task(_status(gateway))
        await until(lambda: bool(worker.requests))
        assert await _status(gateway) == 429
        worker.go.set()
        assert await first == 200
        assert await _status(gateway) == 200


async def _status(gateway: Gateway) -> int:
    async with gateway.chat() as response:
        await response.read()
        return int(response.status)
