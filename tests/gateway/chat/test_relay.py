"""Bytes pass through as they come, and end as they must, whatever the worker does in the middle."""

import asyncio

import orjson
import pytest

from quarterdeck_contract.usage import Outcome
from support.fake_worker import FakeWorker, Script, chunk, event, usage_chunk
from support.running_gateway import Gateway, agent, running_gateway, until

AGENT = {"namespace": "default", "agent": "demo"}


async def test_a_streamed_response_says_how_it_wants_to_be_treated(demo: Gateway) -> None:
    async with demo.chat(stream=True) as response:
        body = await response.read()
    assert response.status == 200
    assert response.headers["content-type"] == "text/event-stream"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["x-quarterdeck-agent"] == "default/demo"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-request-id"].startswith("req_")
    assert "server" not in response.headers
    end = b"data: [DONE]\n\nevent: quarterdeck.cost\ndata: "
    before, _, cost = body.partition(end)
    assert before.endswith(event(usage_chunk(3)))
    assert orjson.loads(cost) == {
        "cost_usd": "0.000000",
        "input_tokens": 7,
        "output_tokens": 3,
        "counted": False,
        "model": "demo",
    }


async def test_chunks_arrive_when_they_are_made(demo: Gateway, worker: FakeWorker) -> None:
    worker.script = Script(hang_after=2)
    body = b""
    async with asyncio.timeout(60), demo.chat(stream=True) as response:
        while b"word1" not in body:
            body += await response.content.readany()
        assert worker.running == 1, "it has not said everything"
        response.close()


async def test_a_record_of_a_stream(demo: Gateway) -> None:
    async with demo.chat(stream=True) as response:
        await response.read()
    await until(lambda: bool(demo.ledger.records))
    (record,) = demo.ledger.records
    assert record.manifest() == {
        "id": record.id,
        "requestId": response.headers["x-request-id"],
        "namespace": "default",
        "agent": "demo",
        "key": "admin",
        "team": "",
        "model": "demo",
        "stream": True,
        "outcome": "completed",
        "status": 200,
        "inputTokens": 7,
        "outputTokens": 3,
        "counted": False,
        "costMicroUsd": 0,
        "priceVersion": "unknown",
        "startedAt": record.started_at,
        "seconds": record.seconds,
    }
    assert record.started_at.endswith("Z")
    assert 0 < record.seconds < 60


async def test_metrics_of_a_chat(demo: Gateway, worker: FakeWorker) -> None:
    worker.script = Script(chunks=3, delay=1)
    async with demo.chat(stream=True) as response:
        await response.content.readany()
        assert demo.sample("quarterdeck_gateway_inflight_requests", **AGENT) == 1
        await response.read()
    await until(lambda: demo.sample("quarterdeck_gateway_inflight_requests", **AGENT) == 0)
    ended = {"outcome": "completed", "status": "200"}
    assert demo.sample("quarterdeck_gateway_requests_total", **AGENT, **ended) == 1
    whole = demo.sample("quarterdeck_gateway_request_duration_seconds_sum", **AGENT)
    first = demo.sample("quarterdeck_gateway_time_to_first_byte_seconds_sum", **AGENT)
    assert 0 < first < whole - 0.5, "two pauses of a second follow the first byte"
    tokens = "quarterdeck_gateway_tokens_total"
    assert demo.sample(tokens, **AGENT, direction="input") == 7
    assert demo.sample(tokens, **AGENT, direction="output") == 3
    assert dict(demo.services.loads.in_flight) == {}


@pytest.mark.parametrize("inside", [False, True])
async def test_a_worker_that_dies_in_mid_stream(
    demo: Gateway, worker: FakeWorker, inside: bool
) -> None:
    worker.script = Script(die_after=2, die_inside=inside)
    async with demo.chat(stream=True) as response:
        body = await response.read()
    *events, error, end = body.split(b"\n\n")
    assert response.status == 200
    assert [event + b"\n\n" for event in events] == [
        event(chunk("word0 ")),
        event(chunk("word1 ")),
    ]
    assert end == b""
    told = orjson.loads(error.removeprefix(b"data: "))["error"]
    assert told["code"] == "upstream_disconnected"
    assert told["request_id"] == response.headers["x-request-id"]
    await until(lambda: bool(demo.ledger.records))
    assert demo.ledger.records[0].outcome is Outcome.UPSTREAM_ERROR
    assert demo.ledger.records[0].status == 200


async def test_a_stream_that_ends_without_its_end_marker(demo: Gateway, worker: FakeWorker) -> None:
    worker.script = Script(end_early=True)
    async with demo.chat(stream=True) as response:
        assert b"upstream_disconnected" in await response.read()


async def test_an_error_that_the_worker_reports_itself(demo: Gateway, worker: FakeWorker) -> None:
    """One error event is enough: ours would hide the cause."""
    worker.script = Script(error_after=1)
    async with demo.chat(stream=True) as response:
        body = await response.read()
    assert body.count(b'"error"') == 1
    assert b"provider_x" in body
    assert demo.ledger.records[0].outcome is Outcome.UPSTREAM_ERROR


async def test_a_worker_that_falls_silent_in_mid_stream(worker: FakeWorker) -> None:
    worker.script = Script(hang_after=1)
    async with running_gateway(idle_timeout_seconds=0.2) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        async with gateway.chat(stream=True) as response:
            body = await response.read()
        assert b"word0" in body
        assert b"upstream_timeout" in body
        await asyncio.wait_for(worker.disconnected.wait(), 60)


async def test_a_worker_that_dies_within_a_whole_answer(demo: Gateway, worker: FakeWorker) -> None:
    worker.script = Script(chunks=500, die_after=1)
    async with demo.chat() as response:
        error = (await response.json())["error"]
    assert (response.status, error["code"]) == (502, "upstream_failed")
    assert "middle" in error["message"]
    assert len(worker.requests) == 1, "an answer that has begun is not asked for again"
    (record,) = demo.ledger.records
    assert record.counted
    assert 400 < (record.output_tokens or 0) < 1200, "half of it has come"


async def test_an_answer_that_is_too_long(worker: FakeWorker) -> None:
    worker.script = Script(chunks=1000)
    async with running_gateway(max_answer_bytes=1024) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        async with gateway.chat() as response:
            error = (await response.json())["error"]
    assert (response.status, error["code"]) == (502, "upstream_failed")
    assert "QUARTERDECK_MAX_ANSWER_BYTES" in error["message"]
    assert (gateway.ledger.records[0].output_tokens or 0) > 100


@pytest.mark.parametrize("apart", [False, True])
async def test_nothing_follows_the_end_marker(
    demo: Gateway, worker: FakeWorker, apart: bool
) -> None:
    """What a worker says after the end nobody counts, so nobody gets it."""
    end = b"data: [DONE]\n\n"
    said = [event(chunk("a [DONE]")), event(usage_chunk(1)), end, event(chunk("free")) * 500, end]
    if apart:
        worker.script = Script(pieces=tuple(said))
    else:
        worker.script = Script(body=b"".join(said), content_type="text/event-stream")
    async with demo.chat(stream=True) as response:
        body = await response.read()
    assert body.startswith(b"".join(said[:3]) + b"event: quarterdeck.cost\n")
    assert b"free" not in body
    assert body.count(b"quarterdeck.cost") == 1
    assert demo.ledger.records[0].outcome is Outcome.COMPLETED


async def test_many_streams_at_once(demo: Gateway, worker: FakeWorker) -> None:
    worker.script = Script(chunks=5, delay=0.05)
    worker.go.clear()

    async def one(number: int) -> bytes:
        async with demo.chat(stream=True, user=str(number)) as response:
            body: bytes = await response.read()
            return body

    asking = [asyncio.create_task(one(number)) for number in range(60)]
    await until(lambda: worker.running == 60)
    worker.go.set()
    bodies = await asyncio.gather(*asking)
    assert len(set(bodies)) == 1
    assert bodies[0].count(b"word") == 5
    await until(lambda: len(demo.ledger.records) == 60)
    assert {record.output_tokens for record in demo.ledger.records} == {5}
    assert len({record.request_id for record in demo.ledger.records}) == 60


async def test_headers_of_the_worker_that_the_client_gets(
    demo: Gateway, worker: FakeWorker
) -> None:
    worker.script = Script(
        headers={"x-quarterdeck-demo-model": "true", "set-cookie": "a=b", "x-internal": "1"}
    )
    for stream in (False, True):
        async with demo.chat(stream=stream) as response:
            await response.read()
        assert response.headers["x-quarterdeck-demo-model"] == "true"
        assert "set-cookie" not in response.headers
        assert "x-internal" not in response.headers
