"""A stream whose budget ends, over real sockets: cut, or let go on."""

import asyncio
import time

import orjson

from quarterdeck_contract.usage import Outcome
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.chat.counting import load
from support import declared
from support.fake_worker import FakeWorker, Script
from support.keeping import FaultyStore
from support.running_gateway import Gateway, agent, running_gateway, until


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
    assert "does not cover more" in told["message"]
    assert told["request_id"] == response.headers["x-request-id"]
    assert 5 < len(events) < 20
    await asyncio.wait_for(worker.disconnected.wait(), 60)
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
        assert (end, "does not cover more" in told["message"]) == (b"", False)
        await until(lambda: bool(gateway.ledger.records))
        (record,) = gateway.ledger.records
        assert (record.outcome, record.code) == (Outcome.CUT, "budgets_unavailable")
        store.away = False
        await until(lambda: gateway.keeper.breaker.closed)
        assert await gateway.budget() == (record.cost_micro_usd, 0)


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
