"""Limits and budgets of a chat over real sockets: refused, reserved, settled, cut, on record."""

import asyncio
import time
from typing import Any

import orjson
import pytest

from quarterdeck_contract.audit import AuditAction
from quarterdeck_contract.usage import Outcome
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.chat.counting import load
from support import declared
from support.fake_worker import FakeWorker, Script
from support.keeping import FaultyStore
from support.running_gateway import Gateway, agent, error_of, running_gateway, until

PROMPT = 12
"""Tokens of the prompt as the gateway estimates them: 1 + 8 of overhead + 3 of instructions."""


@pytest.fixture
async def priced(demo: Gateway) -> Gateway:
    """The agent ``demo`` with a price of 1 and 2 micro-USD per token."""
    demo.declare(declared.model("demo", 1, 2))
    return demo


async def test_what_a_whole_answer_cost(priced: Gateway, worker: FakeWorker) -> None:
    worker.script = Script(cached=5)
    priced.declare(declared.budget("all", 1.0))
    async with priced.chat(max_tokens=100) as response:
        assert response.headers["x-quarterdeck-cost"] == "0.000013"
    (record,) = priced.ledger.records
    assert (record.cost_micro_usd, record.price_version) == (13, "override")
    assert (record.input_tokens, record.cached_tokens, record.output_tokens) == (7, 5, 3)
    assert (record.model, record.key, record.counted) == ("demo", "admin", False)
    assert await priced.budget() == (13, 0)
    labels = {"namespace": "default", "agent": "demo"}
    assert priced.sample("quarterdeck_gateway_cost_usd_total", **labels) == 13e-6


async def test_what_a_stream_cost_stands_behind_its_end(priced: Gateway) -> None:
    priced.declare(declared.budget("all", 1.0))
    async with priced.chat(stream=True) as response:
        body = await response.read()
    assert "x-quarterdeck-cost" not in response.headers
    told = orjson.loads(body.rpartition(b"event: quarterdeck.cost\ndata: ")[2])
    assert told["cost_usd"] == "0.000013"
    assert await priced.budget() == (13, 0)


async def test_the_sdk_reads_streams_with_a_cost_behind_them(priced: Gateway) -> None:
    async with priced.openai() as client:
        stream = await client.chat.completions.create(
            model="demo", messages=[{"role": "user", "content": "hello"}], stream=True
        )
        chunks = [chunk async for chunk in stream]
    assert all(chunk.object == "chat.completion.chunk" for chunk in chunks)
    assert len(chunks) == 5


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
    worker.script = Script(wait=0.3, chunks=3)
    priced.declare(declared.budget("all", 0.000180))

    async def one() -> int:
        async with priced.chat(max_tokens=3) as response:
            await response.read()
            return int(response.status)

    statuses = await asyncio.gather(*(one() for _ in range(60)))
    assert sorted(set(statuses)) == [200, 402]
    assert statuses.count(200) == len(worker.requests) == 10
    assert await priced.budget() == (130, 0)


@pytest.mark.parametrize(
    ("script", "status"),
    [
        (Script(status=429, body=b'{"error": {"code": "provider_rate_limited"}}'), 429),
        (Script(status=401), 502),
        (Script(die_after=0), 502),
    ],
)
async def test_a_provider_that_refuses_costs_nothing(
    priced: Gateway, worker: FakeWorker, script: Script, status: int
) -> None:
    worker.script = script
    priced.declare(declared.budget("all", 1.0))
    async with priced.chat(max_tokens=100) as response:
        error = await error_of(response)
    assert response.status == status
    (record,) = priced.ledger.records
    assert (record.outcome, record.code) == (Outcome.UPSTREAM_ERROR, error["code"])
    assert (record.input_tokens, record.output_tokens, record.counted) == (None, None, False)
    assert await priced.budget() == (0, 0)


async def test_what_a_failed_run_used_is_paid(priced: Gateway, worker: FakeWorker) -> None:
    usage = {"prompt_tokens": 90, "completion_tokens": 20, "total_tokens": 110}
    body = {"error": {"code": "run_limit_exceeded", "message": "x"}, "usage": usage}
    worker.script = Script(status=422, body=orjson.dumps(body))
    priced.declare(declared.budget("all", 1.0))
    async with priced.chat() as response:
        assert response.headers["x-quarterdeck-cost"] == "0.000130"
    assert priced.ledger.records[0].code == "run_limit_exceeded"
    assert await priced.budget() == (130, 0)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_silent_provider_is_counted(
    priced: Gateway, worker: FakeWorker, stream: bool
) -> None:
    worker.script = Script(with_usage=False)
    async with priced.chat(stream=stream) as response:
        await response.read()
    await until(lambda: bool(priced.ledger.records))
    (record,) = priced.ledger.records
    assert record.counted
    assert (record.input_tokens, record.output_tokens) == (PROMPT, 7)
    assert record.cost_micro_usd == PROMPT + 14


async def test_a_client_that_leaves_pays_for_what_it_got(
    priced: Gateway, worker: FakeWorker
) -> None:
    worker.script = Script(hang_after=2)
    priced.declare(declared.budget("all", 1.0))
    response = await priced.chat(stream=True, max_tokens=100)
    await response.content.readany()
    response.close()
    await until(lambda: bool(priced.ledger.records))
    (record,) = priced.ledger.records
    assert (record.outcome, record.counted) == (Outcome.CLIENT_GONE, True)
    assert (record.input_tokens, record.output_tokens) == (PROMPT, 5)
    assert await priced.budget() == (PROMPT + 10, 0)


async def test_a_client_that_leaves_before_the_answer_pays_for_its_prompt(
    priced: Gateway, worker: FakeWorker
) -> None:
    worker.script = Script(hang_after=0)
    priced.declare(declared.budget("all", 1.0))
    with pytest.raises(asyncio.TimeoutError):
        async with asyncio.timeout(0.2):
            await priced.chat()
    await until(lambda: bool(priced.ledger.records))
    assert await priced.budget() == (PROMPT, 0)


async def test_a_client_that_leaves_behind_the_end_got_everything(
    priced: Gateway, worker: FakeWorker
) -> None:
    """SDKs close the connection at the end marker, before the worker does."""
    for _ in range(20):
        response = await priced.chat(stream=True)
        while b"[DONE]" not in await response.content.readany():
            pass
        response.close()
    await until(lambda: len(priced.ledger.records) == 20)
    assert {record.outcome for record in priced.ledger.records} == {Outcome.COMPLETED}


async def test_a_stream_is_cut_when_its_budget_is_used_up(
    priced: Gateway, worker: FakeWorker
) -> None:
    """Bounded to 20 tokens, and the provider does not care."""
    worker.script = Script(chunks=2000, with_usage=False, delay=0.0001)
    priced.declare(declared.budget("all", 0.000060))
    async with priced.chat(stream=True, max_tokens=20) as response:
        *events, error, end = (await response.read()).split(b"\n\n")
    assert (response.status, end) == (200, b"")
    told = orjson.loads(error.removeprefix(b"data: "))["error"]
    assert (told["code"], told["type"]) == ("budget_exceeded", "insufficient_quota")
    assert told["request_id"] == response.headers["x-request-id"]
    assert 5 < len(events) < 20
    await asyncio.wait_for(worker.disconnected.wait(), 2)
    await until(lambda: bool(priced.ledger.records))
    (record,) = priced.ledger.records
    assert (record.outcome, record.status, record.code) == (Outcome.CUT, 200, "budget_exceeded")
    assert record.counted
    spent, reserved = await priced.budget()
    assert reserved == 0
    assert spent == record.cost_micro_usd
    assert 50 < spent <= 70


async def test_a_stream_ends_when_nobody_can_say_whether_it_is_paid(worker: FakeWorker) -> None:
    load()
    worker.script = Script(chunks=2000, text=" word" * 20, delay=0.001)
    store = FaultyStore(MemoryAdmissionStore(time.time))
    async with running_gateway(store=store) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        gateway.declare(declared.model("demo", 1, 2), declared.budget("all", 100.0))
        async with gateway.chat(stream=True) as response:
            await response.content.readany()
            store.away = True
            *_, error, end = (await response.read()).split(b"\n\n")
        told = orjson.loads(error.removeprefix(b"data: "))["error"]
        assert (told["code"], told["type"]) == ("budgets_unavailable", "service_unavailable_error")
        assert (end, "budget is used up" in told["message"]) == (b"", False)
        await until(lambda: bool(gateway.ledger.records))
        (record,) = gateway.ledger.records
        assert (record.outcome, record.code) == (Outcome.CUT, "budgets_unavailable")
        store.away = False
        await until(lambda: gateway.keeper.breaker.closed)
        assert await gateway.budget() == (record.cost_micro_usd, 0)


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


async def test_an_unbounded_stream_asks_for_instalments(
    priced: Gateway, worker: FakeWorker
) -> None:
    worker.script = Script(chunks=3000)
    priced.declare(declared.budget("all", 1.0))
    async with priced.chat(stream=True) as response:
        body = await response.read()
    assert b"[DONE]" in body
    assert body.count(b"word") == 3000
    assert await priced.budget() == (6007, 0)


async def test_a_stream_of_a_key_without_a_budget_is_never_cut(
    priced: Gateway, worker: FakeWorker
) -> None:
    worker.script = Script(chunks=500)
    scope = {"kind": "Key", "name": "other"}
    priced.declare(declared.budget("other", 0.000001, scope=scope))
    priced.declare(declared.budget("watched", 0.000001, enforce=False))
    async with priced.chat(stream=True) as response:
        assert b"[DONE]" in await response.read()
    assert await priced.budget("watched") == (1007, 0)
    assert await priced.budget("other") == (0, 0)


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
    worker.script = Script(wait=0.2)
    limits = {"*": {"concurrency": 1}}
    async with running_gateway(namespace_limits=limits) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        first = asyncio.create_task(_status(gateway))
        await until(lambda: bool(worker.requests))
        assert await _status(gateway) == 429
        assert await first == 200
        assert await _status(gateway) == 200


async def _status(gateway: Gateway) -> int:
    async with gateway.chat() as response:
        await response.read()
        return int(response.status)


async def test_ids_are_ours_and_sorted_by_time(demo: Gateway) -> None:
    for _ in range(3):
        headers = {"x-request-id": "the-same"}
        body = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
        async with demo.http.post(
            f"{demo.url}/v1/chat/completions", json=body, headers=headers
        ) as response:
            await response.read()
        await asyncio.sleep(0.002)
    ids = [record.id for record in demo.ledger.records]
    assert {record.request_id for record in demo.ledger.records} == {"the-same"}
    assert len(set(ids)) == 3
    assert ids == sorted(ids)
