"""Every provider family over real HTTP: the right address, key, parameters, texts and tokens."""

from dataclasses import dataclass
from typing import Any

import pytest
from openai import APIStatusError, RateLimitError

from support.fake_provider import FakeProvider, Script
from support.worker_app import KEY, ask, endpoint, openai_client, running_worker, worker_config


@dataclass(frozen=True)
class Family:
    provider: str
    suffix: str
    path: str
    key_header: str
    key: str


FAMILIES = [
    Family("openai-compatible", "/v1", "/v1/chat/completions", "authorization", f"Bearer {KEY}"),
    Family("openai", "/v1", "/v1/chat/completions", "authorization", f"Bearer {KEY}"),
    Family("ollama", "/v1", "/v1/chat/completions", "authorization", f"Bearer {KEY}"),
    Family("ollama", "", "/v1/chat/completions", "authorization", f"Bearer {KEY}"),
    Family("anthropic", "", "/v1/messages", "authorization", f"Bearer {KEY}"),
    Family("anthropic", "/v1", "/v1/messages", "authorization", f"Bearer {KEY}"),
    Family("google", "", "/v1beta/models/fake-model:generateContent", "x-goog-api-key", KEY),
]

families = pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f"{f.provider}{f.suffix}")


def model_of(family: Family, provider: FakeProvider, **more: Any) -> dict[str, Any]:
    return endpoint("primary", family.provider, provider.url + family.suffix, **more)


@families
async def test_whole_and_streamed(family: Family) -> None:
    async with FakeProvider() as provider:
        config = worker_config(model_of(family, provider))
        async with running_worker(config) as worker, openai_client(worker) as client:
            whole = await client.chat.completions.create(**ask("Hi", max_tokens=50))
            asked = provider.last
            chunks = [c async for c in await client.chat.completions.create(**ask(), stream=True)]

    assert whole.choices[0].message.content == "Hello, world!"
    assert whole.model == "primary"
    assert whole.usage is not None
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens) == (11, 4)
    assert asked.path == family.path
    assert asked.headers[family.key_header] == family.key
    assert "Be kind." in str(asked.body)
    assert "50" in str(asked.body)
    texts = [c.choices[0].delta.content for c in chunks if c.choices]
    assert [text for text in texts if text] == ["Hello", ", ", "world", "!"]
    assert chunks[-1].usage == whole.usage
    assert provider.last.stream


@families
async def test_length_is_told(family: Family) -> None:
    async with FakeProvider() as provider:
        provider.script(Script(truncated=True))
        config = worker_config(model_of(family, provider))
        async with running_worker(config) as worker, openai_client(worker) as client:
            whole = await client.chat.completions.create(**ask())
            chunks = [c async for c in await client.chat.completions.create(**ask(), stream=True)]

    assert whole.choices[0].finish_reason == "length"
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "length"


STATUSES = [
    (401, 502, "provider_auth_failed"),
    (403, 502, "provider_auth_failed"),
    (404, 502, "provider_model_not_found"),
    (429, 429, "provider_rate_limited"),
    (400, 400, "provider_rejected_request"),
    (500, 502, "provider_unavailable"),
    (503, 502, "provider_unavailable"),
]
"""The provider's status, ours, and our code."""


@families
@pytest.mark.parametrize("stream", [False, True])
async def test_errors_are_clear_and_hold_no_secret(family: Family, stream: bool) -> None:
    async with FakeProvider() as provider:
        config = worker_config(model_of(family, provider))
        async with running_worker(config) as worker, openai_client(worker) as client:
            for theirs, ours, code in STATUSES:
                provider.script(Script(status=theirs, message=f"no: {KEY} Bearer abcdefgh"))
                with pytest.raises(APIStatusError) as caught:
                    await client.chat.completions.create(**ask(), stream=stream)
                error = caught.value
                assert (error.status_code, error.code) == (ours, code)
                assert "Model primary" in error.message
                assert "no: [hidden] Bearer [hidden]" in error.message
                assert KEY not in error.response.text
                counted = {"model": "primary", "code": code}
                assert worker.count("quarterdeck_worker_model_errors_total", **counted) > 0
    assert len(provider.requests) == len(STATUSES), "no hidden retries"


@families
async def test_retry_after_is_passed_on(family: Family) -> None:
    async with FakeProvider() as provider:
        provider.script(Script(status=429, headers={"retry-after": "7"}))
        config = worker_config(model_of(family, provider))
        async with running_worker(config) as worker, openai_client(worker) as client:
            with pytest.raises(RateLimitError) as caught:
                await client.chat.completions.create(**ask())

    assert caught.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize("provider_name", ["openai-compatible", "ollama"])
async def test_parameters_in_the_words_every_server_knows(provider_name: str) -> None:
    async with FakeProvider() as provider:
        parameters = {"temperature": 0.9, "seed": 1, "maxTokens": 40}
        model = endpoint("primary", provider_name, f"{provider.url}/v1", parameters=parameters)
        async with running_worker(worker_config(model)) as worker, openai_client(worker) as client:
            await client.chat.completions.create(**ask(temperature=0.1, stop=["END"], top_p=0.5))

    body = provider.last.body
    assert body["max_tokens"] == 40
    assert (body["temperature"], body["seed"], body["top_p"]) == (0.1, 1, 0.5)
    assert body["stop"] == ["END"]


async def test_history_and_client_instructions_reach_the_provider() -> None:
    messages = [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "One"},
        {"role": "assistant", "content": "Two"},
        {"role": "user", "content": "Three"},
    ]
    async with FakeProvider() as provider:
        model = endpoint("primary", "openai-compatible", f"{provider.url}/v1")
        async with running_worker(worker_config(model)) as worker, openai_client(worker) as client:
            await client.chat.completions.create(**ask() | {"messages": messages})

    sent = [(m["role"], m["content"]) for m in provider.last.body["messages"]]
    assert sent[-3:] == [("user", "One"), ("assistant", "Two"), ("user", "Three")]
    assert [role for role, _ in sent[:-3]] == ["system"] * len(sent[:-3])
    assert "\n".join(text for _, text in sent[:-3]).split() == ["Be", "kind.", "Be", "short."]
