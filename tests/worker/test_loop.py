"""Limits stop a run with an error that names them; fallbacks answer until the first token."""

import asyncio
from typing import Any

import pytest
from openai import APIError, APIStatusError, AsyncStream
from openai.types.chat import ChatCompletionChunk

from support.fake_provider import FakeProvider, Script
from support.worker_app import RunningWorker, ask, endpoint, openai_client, running_worker
from support.worker_app import worker_config as config_of


def model(name: str, provider: FakeProvider, **more: Any) -> dict[str, Any]:
    return endpoint(name, "openai-compatible", f"{provider.url}/v1", **more)


async def failure(worker: RunningWorker, **more: Any) -> APIStatusError:
    async with openai_client(worker) as client:
        with pytest.raises(APIStatusError) as caught:
            await client.chat.completions.create(**ask(**more))
    return caught.value


@pytest.mark.parametrize("stream", [False, True])
async def test_seconds(stream: bool) -> None:
    async with FakeProvider() as provider:
        provider.script(Script(hang=True))
        config = config_of(model("primary", provider), limits={"seconds": 3})
        async with running_worker(config) as worker:
            error = await failure(worker, stream=stream)
            await asyncio.wait_for(provider.last.finished.wait(), 60)

    assert (error.status_code, error.code) == (504, "run_time_limit")
    assert "limits.seconds (3)" in error.message
    assert provider.last.closed_early


async def test_tokens() -> None:
    async with FakeProvider() as provider:
        provider.script(Script(input_tokens=90, output_tokens=20))
        config = config_of(model("primary", provider), limits={"tokens": 100})
        async with running_worker(config) as worker:
            error = await failure(worker, max_tokens=5000)
            counted = {"model": "primary", "direction": "input"}
            assert worker.count("quarterdeck_worker_tokens_total", **counted) == 90

    assert (error.status_code, error.code, error.param) == (
        422,
        "run_limit_exceeded",
        "limits.tokens",
    )
    assert provider.last.body["max_tokens"] == 100, "capped by the run's limit"


async def test_tokens_in_a_stream_end_it_with_an_error_event() -> None:
    async with FakeProvider() as provider:
        provider.script(Script(input_tokens=90, output_tokens=20))
        config = config_of(model("primary", provider), limits={"tokens": 100})
        async with running_worker(config) as worker, openai_client(worker) as client:
            stream = await client.chat.completions.create(**ask(), stream=True)
            texts = [(await anext(stream)).choices[0].delta.content for _ in range(2)]
            with pytest.raises(APIError, match=r"limits\.tokens") as caught:
                await _exhaust(stream)

    assert "Hello" in texts
    assert caught.value.code == "run_limit_exceeded"


async def _exhaust(stream: AsyncStream[ChatCompletionChunk]) -> None:
    async for _ in stream:
        pass


async def test_iterations() -> None:
    """An empty answer makes the loop ask again."""
    async with FakeProvider() as provider:
        provider.script(Script(pieces=()), Script())
        config = config_of(model("primary", provider), limits={"iterations": 1})
        async with running_worker(config) as worker:
            error = await failure(worker)

    assert (error.status_code, error.code, error.param) == (
        422,
        "run_limit_exceeded",
        "limits.iterations",
    )
    assert len(provider.requests) == 1


@pytest.mark.parametrize("stream", [False, True])
async def test_usage_is_summed_over_all_calls_of_a_run(stream: bool) -> None:
    async with FakeProvider() as provider:
        provider.script(Script(pieces=()), Script())
        config = config_of(model("primary", provider))
        async with running_worker(config) as worker, openai_client(worker) as client:
            if stream:
                chunks = [
                    c async for c in await client.chat.completions.create(**ask(), stream=True)
                ]
                usage = chunks[-1].usage
            else:
                usage = (await client.chat.completions.create(**ask())).usage

    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (22, 8, 30)


async def test_silence_of_the_provider() -> None:
    async with FakeProvider() as provider:
        provider.script(Script(hang=True))
        config = config_of(model("primary", provider, parameters={"timeoutSeconds": 1}))
        async with running_worker(config) as worker:
            error = await failure(worker)

    assert (error.status_code, error.code) == (504, "provider_timeout")


async def test_provider_out_of_reach() -> None:
    async with FakeProvider() as provider:
        config = config_of(model("primary", provider))
    async with running_worker(config) as worker:
        error = await failure(worker)

    assert (error.status_code, error.code) == (502, "provider_unavailable")


@pytest.mark.parametrize(
    ("script", "code", "status"),
    [
        (Script(malformed=True), "provider_invalid_response", 502),
        (Script(status=400, code="context_length_exceeded"), "context_length_exceeded", 400),
        (Script(status=429, code="insufficient_quota"), "provider_quota_exceeded", 502),
        (Script(status=504), "provider_timeout", 504),
        (Script(pieces=()), "provider_invalid_response", 502),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_other_failures(script: Script, code: str, status: int, stream: bool) -> None:
    async with FakeProvider() as provider:
        provider.script(script)
        async with running_worker(config_of(model("primary", provider))) as worker:
            error = await failure(worker, stream=stream)

    assert (error.status_code, error.code) == (status, code)


FAILING = [
    Script(status=503),
    Script(status=401),
    Script(malformed=True),
    Script(cut_after=0),
    Script(error_after=0),
]


@pytest.mark.parametrize("script", FAILING)
async def test_the_next_model_answers_before_the_first_token(script: Script) -> None:
    async with FakeProvider() as broken, FakeProvider() as healthy:
        broken.script(script)
        config = config_of(model("primary", broken), model("spare", healthy))
        async with running_worker(config) as worker, openai_client(worker) as client:
            chunks = [c async for c in await client.chat.completions.create(**ask(), stream=True)]
            failed = next(iter(worker.metrics.model_errors.collect())).samples

    assert {chunk.model for chunk in chunks} == {"spare"}
    assert len(broken.requests) == len(healthy.requests) == 1
    assert [s.labels["model"] for s in failed if s.name.endswith("_total")] == ["primary"]


async def test_the_next_model_answers_whole() -> None:
    async with FakeProvider() as broken, FakeProvider() as healthy:
        broken.script(Script(status=500))
        config = config_of(model("primary", broken), model("spare", healthy))
        async with running_worker(config) as worker, openai_client(worker) as client:
            answer = await client.chat.completions.create(**ask())

    assert answer.model == "spare"


async def test_after_the_first_token_there_is_no_way_back() -> None:
    async with FakeProvider() as broken, FakeProvider() as healthy:
        broken.script(Script(cut_after=2))
        config = config_of(model("primary", broken), model("spare", healthy))
        async with running_worker(config) as worker, openai_client(worker) as client:
            with pytest.raises(APIError, match="Model primary"):
                async for _ in await client.chat.completions.create(**ask(), stream=True):
                    pass

    assert healthy.requests == []


async def test_when_every_model_fails_each_is_told_of() -> None:
    async with FakeProvider() as provider:
        provider.script(Script(status=401), Script(status=429, headers={"retry-after": "3"}))
        config = config_of(model("primary", provider), model("spare", provider))
        async with running_worker(config) as worker:
            error = await failure(worker)

    assert (error.status_code, error.code) == (429, "provider_rate_limited")
    assert error.response.headers["retry-after"] == "3"
    assert "Model primary" in error.message
    assert "Model spare" in error.message


async def test_runs_do_not_mix() -> None:
    """Twenty runs at once: every answer names the model that gave it and its own text."""
    async with FakeProvider() as provider:
        provider.script(*[Script(status=503) if n % 3 == 0 else Script() for n in range(60)])
        config = config_of(model("primary", provider), model("spare", provider))
        async with running_worker(config) as worker, openai_client(worker) as client:
            answers = await asyncio.gather(
                *(client.chat.completions.create(**ask(str(n))) for n in range(20)),
                return_exceptions=True,
            )
            assert worker.state.inflight == 0

    good = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert len(good) > 10
    assert {answer.choices[0].message.content for answer in good} == {"Hello, world!"}
    assert {answer.model for answer in good} == {"primary", "spare"}
