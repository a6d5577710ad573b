"""Another replica before the first byte, never after it; and what is said when none is left."""

import asyncio
import socket

import orjson
import pytest

from quarterdeck_contract.usage import Outcome
from quarterdeck_contract.wire.errors import error_body
from support.fake_provider import FakeProvider
from support.fake_worker import FakeWorker, Script
from support.ports import free_port
from support.running_gateway import Gateway, agent, running_gateway, until
from support.worker_app import endpoint, running_worker, worker_config

AGENT = {"namespace": "default", "agent": "demo"}
DRAINING = Script(
    status=503,
    body=orjson.dumps(error_body(503, "not_ready", "draining")),
    headers={"retry-after": "1"},
)


def refusing_url() -> str:
    """An address where nothing listens."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.mark.parametrize(
    "script",
    [
        Script(die_after=0),
        DRAINING,
        Script(status=502, body=b"<html>", content_type="text/html"),
        Script(chunks=0, end_early=True),
    ],
    ids=["hangs up", "draining", "proxy error", "empty stream"],
)
async def test_a_replica_that_fails_first_is_replaced(
    gateway: Gateway, worker: FakeWorker, script: Script
) -> None:
    async with FakeWorker(script) as bad:
        gateway.registry.put(agent("demo", bad.url, worker.url))
        for _ in range(8):
            async with gateway.chat(stream=True) as response:
                assert b"data: [DONE]\n\n" in await response.read()
        assert bad.requests, "with two replicas, eight chats must have met the bad one"
        retries = gateway.sample("quarterdeck_gateway_upstream_retries_total", **AGENT)
        assert retries == len(bad.requests)
    assert len(worker.requests) == 8
    assert {record.outcome for record in gateway.ledger.records} == {Outcome.COMPLETED}
    assert len(gateway.ledger.records) == 8


async def test_a_replica_that_refuses_is_set_aside(worker: FakeWorker) -> None:
    async with running_gateway(eject_seconds=3600) as gateway:
        gateway.registry.put(agent("demo", refusing_url(), worker.url))
        for _ in range(12):
            async with gateway.chat() as response:
                assert response.status == 200
                await response.read()
        assert gateway.sample("quarterdeck_gateway_upstream_retries_total", **AGENT) <= 1


async def test_a_replica_set_aside_is_still_better_than_none(gateway: Gateway) -> None:
    url = refusing_url()
    gateway.registry.put(agent("demo", url))
    async with gateway.chat() as response:
        assert (response.status, (await response.json())["error"]["code"]) == (
            502,
            "upstream_failed",
        )
    async with FakeWorker(port=int(url.rsplit(":", 1)[1])), gateway.chat() as response:
        assert response.status == 200


async def test_an_endpoint_that_is_the_worker_of_another_agent(gateway: Gateway) -> None:
    """Else whoever may write an Agent would chat with everybody's, and past their budgets."""
    async with FakeProvider() as provider:
        config = worker_config(endpoint("primary", "openai-compatible", f"{provider.url}/v1"))
        async with running_worker(config, token="worker-secret") as victim:
            gateway.registry.put(agent("tester", victim.url))
            gateway.registry.put(agent("thief", victim.url))
            async with gateway.chat("tester") as response:
                assert response.status == 200
                await response.read()
            asked = len(provider.requests)
            async with gateway.chat("thief") as response:
                error = (await response.json())["error"]
            assert (response.status, error["code"]) == (502, "upstream_failed")
            assert "status 421: this is the worker of another agent" in error["message"]
            assert len(provider.requests) == asked


async def test_no_more_attempts_than_allowed(worker: FakeWorker) -> None:
    async with running_gateway(upstream_attempts=2) as gateway:
        gateway.registry.put(agent("demo", refusing_url(), refusing_url(), refusing_url()))
        async with gateway.chat() as response:
            assert response.status == 502
        assert gateway.sample("quarterdeck_gateway_upstream_retries_total", **AGENT) == 1


async def test_the_last_replicas_own_words_are_passed_on(
    gateway: Gateway, worker: FakeWorker
) -> None:
    worker.script = DRAINING
    gateway.registry.put(agent("demo", worker.url))
    async with gateway.chat() as response:
        assert (await response.json())["error"]["message"] == "draining"
    assert response.status == 503
    assert response.headers["retry-after"] == "1"


async def test_a_503_without_words_still_says_when_to_come_back(
    gateway: Gateway, worker: FakeWorker
) -> None:
    worker.script = Script(status=503, body=b"busy", content_type="text/plain")
    gateway.registry.put(agent("demo", worker.url))
    async with gateway.chat() as response:
        assert (await response.json())["error"]["code"] == "unavailable"
    assert (response.status, response.headers["retry-after"]) == (503, "5")


@pytest.mark.parametrize("status", [302, 401, 403, 404, 405])
async def test_what_is_between_gateway_and_worker_is_not_the_clients_fault(
    demo: Gateway, worker: FakeWorker, status: int
) -> None:
    worker.script = Script(status=status, body=b"", headers={"location": "http://169.254.0.1/"})
    async with demo.chat() as response:
        error = (await response.json())["error"]
    assert (response.status, error["code"]) == (502, "upstream_failed")
    assert f"status {status}" in error["message"]
    assert len(worker.requests) == 1


async def test_a_worker_that_never_begins(worker: FakeWorker) -> None:
    worker.script = Script(hang_after=0)
    async with running_gateway(first_byte_timeout_seconds=1) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        for stream in (False, True):
            async with gateway.chat(stream=stream) as response:
                error = (await response.json())["error"]
            assert (response.status, error["code"]) == (504, "upstream_timeout")
        await asyncio.wait_for(worker.disconnected.wait(), 60)
        assert [record.status for record in gateway.ledger.records] == [504, 504]
        assert len(worker.requests) == 2, "a run that may still be going on is not begun twice"


async def test_a_first_byte_may_take_longer_than_a_pause_within(worker: FakeWorker) -> None:
    worker.script = Script(wait=2)
    async with running_gateway(idle_timeout_seconds=1.5) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        async with gateway.chat(stream=True) as response:
            assert b"data: [DONE]\n\n" in await response.read()


async def test_an_address_that_does_not_answer() -> None:
    """A full backlog drops connection attempts as a dead node does."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        await asyncio.sleep(0.05)
        async with running_gateway(connect_timeout_seconds=0.2) as gateway:
            gateway.registry.put(agent("demo", f"http://127.0.0.1:{address[1]}"))
            # The system would try for two minutes.
            async with asyncio.timeout(60), gateway.chat() as response:
                assert response.status == 502
        for filler in fillers:
            filler.close()


async def test_an_address_that_is_none(gateway: Gateway) -> None:
    gateway.registry.put(agent("demo", "http://"))
    async with gateway.chat() as response:
        assert response.status == 502


async def test_the_less_loaded_of_two(gateway: Gateway, worker: FakeWorker) -> None:
    worker.script = Script(hang_after=1)
    async with FakeWorker(worker.script) as other:
        gateway.registry.put(agent("demo", worker.url, other.url))
        asking = [asyncio.ensure_future(gateway.chat(stream=True)) for _ in range(10)]
        await until(lambda: len(worker.requests) + len(other.requests) == 10)
        assert (len(worker.requests), len(other.requests)) == (5, 5)
        for response in await asyncio.gather(*asking):
            response.close()
