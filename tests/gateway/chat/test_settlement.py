"""A chat is settled whatever happens: exactly once, at the end that its record tells."""

import time
from typing import Any

import orjson
import pytest

from quarterdeck_contract.usage import UsageRecord
from quarterdeck_gateway.accounting.ledger import MemoryLedger
from quarterdeck_gateway.accounting.rows import line_of, row_of
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.port import Settlement
from support import declared
from support.fake_worker import FakeWorker, Script, completion
from support.keeping import FaultyStore
from support.running_gateway import Gateway, agent, running_gateway

AGENT = {"namespace": "default", "agent": "demo"}


class FullLedger(MemoryLedger):
    """Takes nothing."""

    def record(self, record: UsageRecord) -> None:
        raise OSError("no space left on device")


class SecretivePricer:
    """Cannot make out a bill for what was used."""

    def __init__(self, gateway: Gateway) -> None:
        self._inner = gateway.services.pricer

    def rates(self, namespace: str, model: str, input_tokens: int = 0) -> Any:
        if input_tokens == 7:
            raise RuntimeError("no rates for what the worker said")
        return self._inner.rates(namespace, model, input_tokens)


async def chat(gateway: Gateway, **fields: Any) -> int:
    async with gateway.chat(**{"max_tokens": 3} | fields) as response:
        await response.read()
    return int(response.status)


@pytest.fixture
async def priced(demo: Gateway) -> Gateway:
    """``demo`` costs 1 and 2 micro-USD per token: 13 a chat, of which 18 are set aside."""
    demo.declare(declared.model("demo", 1, 2), declared.budget("all", 1.0))
    return demo


async def test_a_bill_that_nobody_can_make_out_is_neither_free_nor_held_for_ever(
    priced: Gateway, worker: FakeWorker
) -> None:
    object.__setattr__(priced.services, "pricer", SecretivePricer(priced))
    assert await chat(priced) == 500
    assert await priced.budget() == (18, 0)
    assert priced.ledger.records == []
    assert priced.sample("quarterdeck_gateway_inflight_requests", **AGENT) == 0
    assert priced.sample("quarterdeck_gateway_ledger_failures_total") == 1


async def test_a_ledger_that_takes_nothing_frees_nobody_of_the_cost(worker: FakeWorker) -> None:
    async with running_gateway(ledger=FullLedger()) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        gateway.declare(declared.model("demo", 1, 2), declared.budget("all", 1.0))
        assert await chat(gateway) == 200
        assert await gateway.budget() == (13, 0)
        assert gateway.sample("quarterdeck_gateway_inflight_requests", **AGENT) == 0
        assert gateway.sample("quarterdeck_gateway_ledger_failures_total") == 1


async def test_a_worker_that_counts_in_booleans_is_counted(
    priced: Gateway, worker: FakeWorker
) -> None:
    usage = {"prompt_tokens": True, "completion_tokens": True}
    worker.script = Script(body=orjson.dumps(completion(3) | {"usage": usage}))
    assert await chat(priced) == 200
    (record,) = priced.ledger.records
    assert record.counted
    assert record.cost_micro_usd > 10
    assert await priced.budget() == (record.cost_micro_usd, 0)


class ToldStore(FaultyStore):
    """Keeps what it is told of ends."""

    def __init__(self) -> None:
        super().__init__(MemoryAdmissionStore(time.time))
        self.told: list[Settlement] = []

    async def settle(self, settlements: Any) -> None:
        self.told += settlements
        await super().settle(settlements)


async def test_a_settlement_is_of_the_moment_that_the_ledger_sums_by(worker: FakeWorker) -> None:
    store = ToldStore()
    async with running_gateway(store=store) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        gateway.declare(declared.model("demo", 1, 2), declared.budget("all", 1.0))
        for _ in range(5):
            assert await chat(gateway) == 200
        await gateway.budget()
        rows = [row_of(line_of(record)) for record in gateway.ledger.records]
    ends = [row["started_at"] / 1000 + row["seconds"] for row in rows]
    assert [told.at for told in store.told] == pytest.approx(ends, abs=1e-6)
