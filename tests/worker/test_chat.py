"""The chat route: the official SDK understands it, and a client who leaves ends the run."""

import asyncio
import io
import json

import orjson
import pytest
import structlog
from aiohttp import ClientSession
from openai import APIError

from quarterdeck_contract.names import HEADER_REQUEST_ID, HEADER_WORKER_TOKEN
from quarterdeck_contract.worker_config import WorkerConfig
from quarterdeck_worker import logs
from quarterdeck_worker.app import CHAT_PATH
from quarterdeck_worker.chat import MAX_BODY_BYTES
from quarterdeck_worker.scrubber import Scrubber
from support.conformance import sse_data
from support.fake_provider import FakeProvider, Script
from support.worker_app import KEY, ask, endpoint, openai_client, running_worker, worker_config


def config_of(provider: FakeProvider) -> WorkerConfig:
    return worker_config(endpoint("primary", "openai-compatible", f"{provider.url}/v1"))


async def test_a_long_stream_through_the_sdk() -> None:
    script = Script.of_length(300)
    async with FakeProvider() as provider:
        provider.script(script)
        async with running_worker(config_of(provider)) as worker, openai_client(worker) as client:
            stream = await client.chat.completions.create(**ask(), stream=True)
            chunks = [chunk async for chunk in stream]

    texts = [c.choices[0].delta.content or "" for c in chunks if c.choices]
    assert "".join(texts) == "".join(script.pieces)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == 300


async def test_text_comes_as_the_provider_gives_it() -> None:
    """The first piece is there long before the provider has finished."""
    async with FakeProvider() as provider:
        provider.script(Script(pieces=("first", "never"), hang_after=1))
        async with running_worker(config_of(provider)) as worker, openai_client(worker) as client:
            stream = await client.chat.completions.create(**ask(), stream=True)
            async with asyncio.timeout(60):
                texts = [(await anext(stream)).choices[0].delta.content for _ in range(2)]
            await stream.close()

    assert texts == ["", "first"]


@pytest.mark.parametrize("script", [Script(hang=True), Script(hang_after=1)])
@pytest.mark.parametrize("stream", [False, True])
async def test_client_gone_ends_the_provider_call(script: Script, stream: bool) -> None:
    script = Script(hang=True) if not stream else script
    async with FakeProvider() as provider:
        provider.script(script)
        async with running_worker(config_of(provider)) as worker, ClientSession() as session:
            call = asyncio.create_task(_read(session, worker.url + CHAT_PATH, stream=stream))
            while not provider.requests:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            call.cancel()
            await asyncio.wait_for(provider.last.finished.wait(), 60)
            async with asyncio.timeout(60):
                await worker.state.idle()
            gone = worker.count("quarterdeck_worker_requests_total", outcome="client_gone")

    assert provider.last.closed_early
    assert gone == 1


async def _read(session: ClientSession, url: str, *, stream: bool) -> bytes:
    async with session.post(url, json=ask(stream=stream)) as response:
        return await response.read()


async def test_an_error_in_mid_stream_is_an_event_and_no_done() -> None:
    async with FakeProvider() as provider:
        provider.script(Script(error_after=2, message=f"oops {KEY}"))
        async with running_worker(config_of(provider)) as worker, ClientSession() as session:
            events = sse_data(await _read(session, worker.url + CHAT_PATH, stream=True))
            async with openai_client(worker) as client:
                with pytest.raises(APIError, match="oops"):
                    async for _ in await client.chat.completions.create(**ask(), stream=True):
                        pass

    error = orjson.loads(events[-1])["error"]
    assert error["code"] == "provider_unavailable"
    assert "oops [hidden]" in error["message"]
    assert b"[DONE]" not in events


async def test_every_post_needs_the_token() -> None:
    async with (
        FakeProvider() as provider,
        ClientSession() as session,
        running_worker(config_of(provider), token="t0ken") as worker,
    ):
        url = worker.url + CHAT_PATH
        statuses = []
        for headers in ({}, {HEADER_WORKER_TOKEN: "wrong"}, {HEADER_WORKER_TOKEN: "t0ken"}):
            async with session.post(url, json=ask(), headers=headers) as response:
                statuses.append(response.status)
        async with session.post(worker.url + "/elsewhere") as response:
            statuses.append(response.status)
        async with session.get(worker.url + "/readyz") as response:
            statuses.append(response.status)

    assert statuses == [401, 401, 200, 401, 200]
    assert len(provider.requests) == 1


async def test_request_ids_are_kept_or_made() -> None:
    async with (
        FakeProvider() as provider,
        ClientSession() as session,
        running_worker(config_of(provider)) as worker,
    ):
        url = worker.url + CHAT_PATH
        async with session.post(url, json=ask(), headers={HEADER_REQUEST_ID: "req-1"}) as response:
            assert response.headers[HEADER_REQUEST_ID] == "req-1"
        async with session.post(url, json={}) as response:
            body = await response.json()
            assert body["error"]["request_id"] == response.headers[HEADER_REQUEST_ID]


async def test_a_body_that_is_too_large() -> None:
    async with (
        FakeProvider() as provider,
        ClientSession() as session,
        running_worker(config_of(provider)) as worker,
    ):
        body = io.BytesIO(b"x" * (MAX_BODY_BYTES + 1))
        async with session.post(worker.url + CHAT_PATH, data=body) as response:
            assert response.status == 413


async def test_one_log_line_per_chat_without_prompts_or_secrets() -> None:
    out = io.StringIO()
    logs.configure("info", "json", Scrubber([KEY]), out)
    try:
        async with FakeProvider() as provider:
            provider.script(Script(), Script(status=401, message=KEY))
            async with (
                running_worker(config_of(provider)) as worker,
                openai_client(worker) as client,
            ):
                await client.chat.completions.create(**ask("my private matter"))
                with pytest.raises(APIError):
                    await client.chat.completions.create(**ask("my private matter"))
    finally:
        structlog.reset_defaults()

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["outcome"], line["status"]) for line in lines] == [
        ("completed", 200),
        ("provider_auth_failed", 502),
    ]
    assert lines[0]["input_tokens"] == 11
    assert "private" not in out.getvalue()
    assert KEY not in out.getvalue()
