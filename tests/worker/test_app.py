"""Probes and metrics tell the truth about the worker's state."""

import pytest
from aiohttp import ClientSession

from quarterdeck_contract.names import HEADER_AGENT
from quarterdeck_worker.app import CHAT_PATH
from quarterdeck_worker.runs import OnText, Progress, RunOrder, RunResult
from support.conformance import CHECKS, Check, run_check
from support.fake_provider import FakeProvider
from support.worker_app import ask, endpoint, running_worker, worker_config


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_our_worker_meets_the_contract_it_asks_of_others(check: Check) -> None:
    async with FakeProvider() as provider:
        config = worker_config(endpoint("primary", "openai-compatible", f"{provider.url}/v1"))
        async with running_worker(config, token="t0ken") as worker:
            await run_check(check, worker.url, "t0ken")


async def test_a_worker_that_breaks_the_contract_is_caught() -> None:
    """The fake provider serves chats, but neither probes nor usage in streams."""
    async with FakeProvider() as provider:
        caught = []
        for check in CHECKS:
            try:
                await run_check(check, provider.url)
            except AssertionError:
                caught.append(check.__name__)
    assert caught == [
        "answers_probes",
        "answers_streamed",
        "refuses_bad_requests",
        "refuses_other_agents",
    ]


@pytest.mark.parametrize(
    ("agents", "status"),
    [
        ((), 200),
        (("default/tester",), 200),
        (("default/teste",), 421),
        (("other/tester",), 421),
        (("",), 421),
        (("default/tester", "other/tester"), 421),
        (("\u00e9" * 300,), 421),
    ],
)
async def test_only_chats_for_its_own_agent_are_answered(
    agents: tuple[str, ...], status: int
) -> None:
    async with FakeProvider() as provider, ClientSession() as session:
        config = worker_config(endpoint("primary", "openai-compatible", f"{provider.url}/v1"))
        async with running_worker(config) as worker:
            headers = [(HEADER_AGENT, agent) for agent in agents]
            async with session.post(worker.url + CHAT_PATH, json=ask(), headers=headers) as said:
                answer = await said.json()
    assert said.status == status
    assert len(provider.requests) == (status == 200)
    if status == 421:
        assert (answer["error"]["code"], answer["error"]["type"]) == (
            "misdirected",
            "invalid_request_error",
        )
        assert "tester" not in str(answer)


async def test_readiness_follows_the_state() -> None:
    async with FakeProvider() as provider, ClientSession() as session:
        config = worker_config(endpoint("primary", "openai-compatible", f"{provider.url}/v1"))
        async with running_worker(config) as worker:
            runner, worker.state.runner = worker.state.runner, None
            async with session.get(f"{worker.url}/readyz") as response:
                assert response.status == 503
                assert "loading" in (await response.json())["reason"]
            async with session.post(worker.url + CHAT_PATH, json=ask()) as response:
                assert response.status == 503
                assert response.headers["retry-after"] == "1"
            async with session.get(f"{worker.url}/healthz") as response:
                assert response.status == 200
            worker.state.runner = runner
            async with session.get(f"{worker.url}/readyz") as response:
                assert response.status == 200
            worker.state.draining = True
            async with session.get(f"{worker.url}/readyz") as response:
                assert response.status == 503
                assert "draining" in (await response.json())["reason"]


async def test_metrics_count_chats_and_tokens() -> None:
    async with FakeProvider() as provider, ClientSession() as session:
        config = worker_config(endpoint("primary", "openai-compatible", f"{provider.url}/v1"))
        async with running_worker(config) as worker:
            for stream in (False, True):
                await (await session.post(worker.url + CHAT_PATH, json=ask(stream=stream))).read()
            await (await session.post(worker.url + CHAT_PATH, json={})).read()
            async with session.get(f"{worker.url}/metrics") as response:
                exposed = await response.text()

    for line in (
        'quarterdeck_worker_requests_total{outcome="completed"} 2.0',
        'quarterdeck_worker_requests_total{outcome="invalid_request"} 1.0',
        'quarterdeck_worker_tokens_total{direction="input",model="primary"} 22.0',
        'quarterdeck_worker_tokens_total{direction="output",model="primary"} 8.0',
        "quarterdeck_worker_time_to_first_token_seconds_count 1.0",
        "quarterdeck_worker_request_duration_seconds_count 3.0",
        "quarterdeck_worker_inflight_requests 0.0",
    ):
        assert line in exposed.splitlines()


class _Broken:
    async def run(self, order: RunOrder, progress: Progress, on_text: OnText) -> RunResult:
        raise ZeroDivisionError("secret detail")


async def test_a_bug_is_an_envelope_and_tells_nothing() -> None:
    async with FakeProvider() as provider, ClientSession() as session:
        config = worker_config(endpoint("primary", "openai-compatible", f"{provider.url}/v1"))
        async with running_worker(config) as worker:
            worker.state.runner = _Broken()
            async with session.post(worker.url + CHAT_PATH, json=ask()) as response:
                body = await response.text()
    assert response.status == 500
    assert "internal_error" in body
    assert "secret detail" not in body


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", CHAT_PATH, 405), ("GET", "/v1/models", 404)]
)
async def test_other_routes_answer_in_the_same_envelope(
    method: str, path: str, status: int
) -> None:
    async with FakeProvider() as provider, ClientSession() as session:
        config = worker_config(endpoint("primary", "openai-compatible", f"{provider.url}/v1"))
        async with (
            running_worker(config) as worker,
            session.request(method, worker.url + path) as response,
        ):
            assert response.status == status
            assert (await response.json())["error"]["message"]
