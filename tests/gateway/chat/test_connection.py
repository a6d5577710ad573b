"""A client that leaves takes its chat along: the worker stops, and the record says so."""

import asyncio
from typing import Any

import pytest

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_gateway.accounting.ledger import MemoryLedger
from quarterdeck_gateway.chat.connection import while_connected
from quarterdeck_gateway.errors import ClientGone
from support.fake_worker import FakeWorker, Script
from support.running_gateway import Gateway, agent, running_gateway, until


async def gone_after(seconds: float) -> dict[str, Any]:
    await asyncio.sleep(seconds)
    return {"type": "http.disconnect"}


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_before_the_first_byte(
    demo: Gateway, worker: FakeWorker, stream: bool
) -> None:
    worker.script = Script(hang_after=0)
    asking = asyncio.ensure_future(demo.chat(stream=stream))
    await until(lambda: bool(worker.requests))
    asking.cancel()
    await asyncio.wait_for(worker.disconnected.wait(), 60)
    await until(lambda: bool(demo.ledger.records))
    (record,) = demo.ledger.records
    assert (record.outcome, record.status) == (Outcome.CLIENT_GONE, 499)
    assert dict(demo.services.loads.in_flight) == {}


async def test_a_client_that_leaves_in_mid_stream(demo: Gateway, worker: FakeWorker) -> None:
    worker.script = Script(hang_after=2)
    response = await demo.chat(stream=True)
    await response.content.readany()
    response.close()
    await asyncio.wait_for(worker.disconnected.wait(), 60)
    await until(lambda: bool(demo.ledger.records))
    (record,) = demo.ledger.records
    assert (record.outcome, record.status) == (Outcome.CLIENT_GONE, 200)
    assert worker.disconnects == 1
    async with demo.chat() as response:
        assert response.status == 200, "the next chat is none the worse for it"


async def test_many_that_leave_are_each_on_record_once(demo: Gateway, worker: FakeWorker) -> None:
    worker.script = Script(chunks=100_000, delay=0.02)

    async def leave(seconds: float) -> None:
        async with demo.chat(stream=True) as response:
            await response.content.readany()
            await asyncio.sleep(seconds)
            response.close()

    await asyncio.gather(*(leave(number / 200) for number in range(30)))
    await until(lambda: worker.running == 0)
    await until(lambda: len(demo.ledger.records) == 30)
    assert {record.outcome for record in demo.ledger.records} == {Outcome.CLIENT_GONE}
    name = "quarterdeck_gateway_inflight_requests"
    assert demo.sample(name, namespace="default", agent="demo") == 0


async def test_the_block_ends_with_the_client() -> None:
    with pytest.raises(ClientGone):
        async with while_connected(lambda: gone_after(0.01)):
            await asyncio.sleep(10)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_block_that_ends_first_is_left_alone() -> None:
    async with while_connected(lambda: gone_after(0.01)):
        pass
    await asyncio.sleep(0.03)


async def test_a_stop_from_outside_stays_a_stop() -> None:
    async def block() -> None:
        async with while_connected(lambda: gone_after(10)):
            await asyncio.sleep(10)

    task = asyncio.create_task(block())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class BrokenLedger(MemoryLedger):
    """Takes no records."""

    def record(self, record: UsageRecord) -> None:
        raise OSError("disk full")


async def test_a_ledger_that_fails_does_not_cost_the_answer(worker: FakeWorker) -> None:
    async with running_gateway(ledger=BrokenLedger()) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        async with gateway.chat(stream=True) as response:
            assert b"data: [DONE]\n\n" in await response.read()
        await until(lambda: gateway.sample("quarterdeck_gateway_ledger_failures_total") == 1)
