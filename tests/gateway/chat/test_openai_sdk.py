"""The official SDK, as it is, against a real gateway: what users will actually do."""

import asyncio
from typing import Any

import openai
import orjson
import pytest
from openai import OpenAI

from quarterdeck_contract.wire.errors import error_body
from support.fake_worker import MODEL, FakeWorker, Script
from support.running_gateway import KEY, MESSAGES, Gateway, agent, until

TEXT = "word0 word1 word2 "


async def test_a_whole_answer(demo: Gateway) -> None:
    async with demo.openai() as client:
        answer = await client.chat.completions.create(model="demo", messages=MESSAGES)
    assert answer.choices[0].message.content == TEXT
    assert answer.usage is not None
    assert answer.usage.total_tokens == 10
    assert answer.model == MODEL


async def test_a_streamed_answer(demo: Gateway) -> None:
    async with demo.openai() as client:
        stream = await client.chat.completions.create(
            model="default/demo",
            messages=MESSAGES,
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [chunk async for chunk in stream]
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == TEXT
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 3


async def test_the_synchronous_client(demo: Gateway) -> None:
    def talk() -> tuple[str | None, str, list[str]]:
        with OpenAI(base_url=f"{demo.url}/v1", api_key=KEY) as client:
            whole = client.chat.completions.create(model="demo", messages=MESSAGES)
            stream = client.chat.completions.create(model="demo", messages=MESSAGES, stream=True)
            said = "".join(c.choices[0].delta.content or "" for c in stream if c.choices)
            return whole.choices[0].message.content, said, [m.id for m in client.models.list()]

    assert await asyncio.to_thread(talk) == (TEXT, TEXT, ["demo"])


async def test_the_worker_gets_the_clients_own_bytes(demo: Gateway, worker: FakeWorker) -> None:
    async with demo.openai() as client:
        raw = await client.chat.completions.with_raw_response.create(
            model="demo",
            messages=MESSAGES,
            temperature=0.5,
            extra_body={"something_new": [1]},
            extra_headers={"x-request-id": "my-own-id"},
        )
    (received,) = worker.requests
    assert received.json["model"] == "demo"
    assert received.json["something_new"] == [1]
    headers = {name.lower(): value for name, value in received.headers.items()}
    assert headers["x-request-id"] == "my-own-id"
    assert headers["x-quarterdeck-worker-token"] == "worker-secret"
    assert "authorization" not in headers, "the admin key is nobody else's business"
    assert KEY not in str(headers)
    assert raw.headers["x-request-id"] == "my-own-id"
    assert raw.headers["x-quarterdeck-agent"] == "default/demo"


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "context_length_exceeded", openai.BadRequestError),
        (422, "run_limit_exceeded", openai.UnprocessableEntityError),
        (429, "provider_rate_limited", openai.RateLimitError),
        (500, "internal_error", openai.InternalServerError),
        (502, "provider_unavailable", openai.InternalServerError),
        (504, "provider_timeout", openai.InternalServerError),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_the_workers_errors_arrive_as_they_are(
    demo: Gateway,
    worker: FakeWorker,
    status: int,
    code: str,
    error: type[openai.APIStatusError],
    stream: bool,
) -> None:
    body = orjson.dumps(error_body(status, code, "what the worker says"))
    worker.script = Script(status=status, body=body, headers={"retry-after": "7"})
    async with demo.openai() as client:
        with pytest.raises(error) as raised:
            await client.chat.completions.create(model="demo", messages=MESSAGES, stream=stream)
    assert type(raised.value) is error
    assert raised.value.status_code == status
    assert raised.value.code == code
    assert "what the worker says" in raised.value.message
    assert raised.value.response.headers["retry-after"] == "7"
    assert len(worker.requests) == 1
    assert demo.ledger.records[0].status == status


async def test_the_gateways_errors_are_the_sdks_exceptions(demo: Gateway) -> None:
    demo.registry.put(agent("twin", "http://w", namespace="x"))
    demo.registry.put(agent("twin", "http://w", namespace="y"))
    demo.registry.put(agent("off", "http://w", suspended=True))
    expected: list[tuple[str, type[openai.APIStatusError], str]] = [
        ("demoo", openai.NotFoundError, "model_not_found"),
        ("twin", openai.ConflictError, "ambiguous_agent"),
        ("off", openai.InternalServerError, "agent_suspended"),
    ]
    async with demo.openai() as client:
        for model, error, code in expected:
            with pytest.raises(error) as raised:
                await client.chat.completions.create(model=model, messages=MESSAGES)
            assert raised.value.code == code
            assert raised.value.param == "model"
            assert raised.value.request_id is not None


async def test_a_wrong_key(demo: Gateway) -> None:
    async with demo.openai(api_key="qd_wrong") as client:
        with pytest.raises(openai.AuthenticationError, match="Authorization: Bearer"):
            await client.models.list()


async def test_a_worker_that_dies_in_mid_stream_raises_in_the_loop(
    demo: Gateway, worker: FakeWorker
) -> None:
    worker.script = Script(die_after=2, die_inside=True)
    seen: list[Any] = []

    async def listen() -> None:
        async with demo.openai() as client:
            async for chunk in await client.chat.completions.create(
                model="demo", messages=MESSAGES, stream=True
            ):
                seen.append(chunk.choices[0].delta.content)  # noqa: PERF401 - keeps what came

    with pytest.raises(openai.APIError, match="broke off") as raised:
        await listen()
    assert seen == ["word0 ", "word1 "]
    assert raised.value.code == "upstream_disconnected"
    worker.script = Script()
    async with demo.openai() as client:
        again = await client.chat.completions.create(model="demo", messages=MESSAGES)
    assert again.choices[0].message.content == TEXT


async def test_the_sdks_own_retries_wait_for_an_agent(demo: Gateway, worker: FakeWorker) -> None:
    """503 with Retry-After is what the SDK repeats by itself: a rollout is not an outage."""
    body = orjson.dumps(error_body(503, "not_ready", "draining"))
    worker.script = Script(status=503, body=body, headers={"retry-after": "1"})

    async def recover() -> None:
        await until(lambda: bool(worker.requests))
        worker.script = Script()

    async with demo.openai(max_retries=2, timeout=20) as client:
        recovering = asyncio.create_task(recover())
        answer = await client.chat.completions.create(model="demo", messages=MESSAGES)
        await recovering
    assert answer.choices[0].message.content == TEXT
    assert [record.status for record in demo.ledger.records] == [503, 200]


async def test_models(demo: Gateway) -> None:
    demo.registry.put(agent("other", namespace="team"))
    async with demo.openai() as client:
        listed = await client.models.list()
        one = await client.models.retrieve("team/other")
        same = await client.models.retrieve("other")
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("nobody")
    assert [(model.id, model.owned_by) for model in listed.data] == [
        ("demo", "default"),
        ("team/other", "team"),
    ]
    assert one == same
    assert one.created == 1767225600
