"""A budget's cheaper model: from its threshold on, and when the first choice does not fit."""

from typing import Any

import pytest

from quarterdeck_contract.names import HEADER_MODEL
from support import declared
from support.fake_worker import FakeWorker, Script
from support.running_gateway import Gateway, agent

DOWNGRADE = {"percent": 50, "action": "downgrade", "model": "cheap"}


@pytest.fixture
async def priced(demo: Gateway, worker: FakeWorker) -> Gateway:
    """``demo`` costs 10 and 20 micro-USD per token, ``cheap`` a tenth of it."""
    worker.script = Script(alternates=("cheap",))
    demo.declare(declared.model("demo", 10, 20), declared.model("cheap", 1, 2))
    return demo


async def chat(gateway: Gateway, **fields: Any) -> Any:
    async with gateway.chat(**{"max_tokens": 3} | fields) as response:
        await response.read()
    return response


def wanted(worker: FakeWorker) -> list[str | None]:
    return [request.headers.get(HEADER_MODEL) for request in worker.requests]


@pytest.mark.parametrize("stream", [False, True])
async def test_from_the_threshold_on(priced: Gateway, worker: FakeWorker, stream: bool) -> None:
    """A chat costs 130 or 13; a quarter of 1000 is spent after two."""
    quarter = DOWNGRADE | {"percent": 25}
    priced.declare(declared.budget("all", 0.001, thresholds=[quarter]))
    for _ in range(4):
        response = await chat(priced, stream=stream, max_tokens=10)
        assert response.status == 200
        await priced.budget()
    assert wanted(worker) == [None, None, "cheap", "cheap"]
    assert response.headers[HEADER_MODEL] == "cheap"
    records = priced.ledger.records
    assert [record.model for record in records] == ["demo", "demo", "cheap", "cheap"]
    assert [record.cost_micro_usd for record in records] == [130, 130, 13, 13]
    assert await priced.budget() == (286, 0)


async def test_when_the_first_choice_does_not_fit(priced: Gateway, worker: FakeWorker) -> None:
    """Nothing is spent yet, but a chat with ``demo`` may cost 180 of 100."""
    priced.declare(declared.budget("all", 0.0001, thresholds=[DOWNGRADE]))
    response = await chat(priced)
    assert (response.status, response.headers[HEADER_MODEL]) == (200, "cheap")
    assert await priced.budget() == (13, 0)
    assert priced.audit.events == []


async def test_when_not_even_the_cheaper_one_fits(priced: Gateway, worker: FakeWorker) -> None:
    priced.declare(declared.budget("all", 0.00001, thresholds=[DOWNGRADE]))
    assert (await chat(priced)).status == 402
    assert worker.requests == []
    assert len(priced.ledger.records) == len(priced.audit.events) == 1
    assert await priced.budget() == (0, 0)


async def test_a_worker_that_does_not_know_the_model_tells_the_truth(
    priced: Gateway, worker: FakeWorker
) -> None:
    worker.script = Script()
    priced.declare(declared.budget("all", 0.0001, thresholds=[DOWNGRADE]))
    response = await chat(priced)
    assert wanted(worker) == ["cheap"]
    assert HEADER_MODEL not in response.headers
    assert priced.ledger.records[0].model == "demo"
    assert await priced.budget() == (130, 0)


@pytest.mark.parametrize("alternates", [(), ("cheap",)])
async def test_a_stream_is_measured_by_the_price_of_who_answers(
    priced: Gateway, worker: FakeWorker, alternates: tuple[str, ...]
) -> None:
    """``demo`` would reach 10,000 micro-USD after 500 words, ``cheap`` after 5,000."""
    worker.script = Script(chunks=6000, text=" word", alternates=alternates)
    priced.declare(declared.budget("all", 0.01, thresholds=[DOWNGRADE]))
    async with priced.chat(stream=True) as response:
        assert b"budget_exceeded" in await response.read()
    (record,) = priced.ledger.records
    assert record.model == ("cheap" if alternates else "demo")
    spent, reserved = await priced.budget()
    assert (spent, reserved) == (record.cost_micro_usd, 0)
    assert 4_000 < spent <= 12_000


async def test_an_agent_that_runs_elsewhere_is_not_asked(
    priced: Gateway, worker: FakeWorker
) -> None:
    spec = {"model": "demo", "runtime": {"endpoint": "http://elsewhere"}}
    priced.registry.put(agent("demo", worker.url, manifest={"metadata": {}, "spec": spec}))
    priced.declare(declared.budget("all", 0.0001, thresholds=[DOWNGRADE]))
    assert (await chat(priced)).status == 402


@pytest.mark.parametrize(
    "changes", [{"enforce": False}, {"thresholds": [{"percent": 1, "action": "warn"}]}]
)
async def test_other_budgets_change_nothing(
    priced: Gateway, worker: FakeWorker, changes: dict[str, Any]
) -> None:
    priced.declare(declared.budget("all", 0.01, **{"thresholds": [DOWNGRADE]} | changes))
    for _ in range(2):
        await chat(priced)
    assert wanted(worker) == [None, None]


async def test_a_cheaper_model_that_nobody_declared(priced: Gateway, worker: FakeWorker) -> None:
    gone = DOWNGRADE | {"model": "gone", "percent": 1}
    priced.declare(declared.budget("all", 0.01, thresholds=[gone]))
    for _ in range(3):
        assert (await chat(priced)).status == 200
        await priced.budget()
    assert wanted(worker) == [None, None, None]
