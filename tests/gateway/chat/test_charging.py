"""What a chat costs, over real sockets: settled, told and on record, however it ends."""

import asyncio

import orjson
import pytest

from quarterdeck_contract.usage import Outcome
from support import declared
from support.fake_worker import FakeWorker, Script
from support.running_gateway import Gateway, error_of, until

PROMPT = 12
"""Tokens of the prompt as the gateway estimates them: 1 + 8 of overhead + 3 of instructions."""


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
    got = b""
    while b"word1" not in got:
        got += await response.content.readany()
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
    asking = asyncio.ensure_future(priced.chat())
    await until(lambda: bool(worker.requests))
    asking.cancel()
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
