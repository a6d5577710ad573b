"""The model that the gateway names answers alone; nobody else's model is lied about."""

from typing import Any

import orjson
import pytest
from aiohttp import ClientSession

from quarterdeck_contract.names import HEADER_MODEL
from quarterdeck_worker.app import CHAT_PATH
from support.conformance import sse_data
from support.fake_provider import FakeProvider, Script
from support.worker_app import RunningWorker, ask, endpoint, running_worker, worker_config


def model(name: str, provider: FakeProvider) -> dict[str, Any]:
    return endpoint(name, "openai-compatible", f"{provider.url}/v1") | {"model": f"real-{name}"}


async def answer(
    worker: RunningWorker, wanted: str | None, *, stream: bool
) -> tuple[int, str | None, dict[str, Any]]:
    """Status, the header of the model that answers, and the (last) document."""
    headers = {} if wanted is None else {HEADER_MODEL: wanted}
    async with (
        ClientSession(headers=headers) as session,
        session.post(worker.url + CHAT_PATH, json=ask(stream=stream)) as response,
    ):
        body = await response.read()
    if response.content_type == "text/event-stream":
        body = next(data for data in reversed(sse_data(body)) if data != b"[DONE]")
    return response.status, response.headers.get(HEADER_MODEL), orjson.loads(body)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("wanted", "answers", "told"),
    [
        (None, "primary", None),
        ("cheap", "cheap", "cheap"),
        ("spare", "spare", "spare"),
        ("unknown", "primary", None),
    ],
)
async def test_who_answers(
    wanted: str | None, answers: str, told: str | None, stream: bool
) -> None:
    async with FakeProvider() as provider:
        config = worker_config(
            model("primary", provider),
            model("spare", provider),
            alternates=[model("cheap", provider)],
        )
        async with running_worker(config) as worker:
            status, header, document = await answer(worker, wanted, stream=stream)

    assert (status, header, document["model"]) == (200, told, answers)
    assert [request.body["model"] for request in provider.requests] == [f"real-{answers}"]


async def test_an_alternate_has_no_fallbacks_and_is_none() -> None:
    async with FakeProvider() as provider:
        provider.script(Script(status=503))
        config = worker_config(model("primary", provider), alternates=[model("cheap", provider)])
        async with running_worker(config) as worker:
            for wanted in ("cheap", None):
                status, header, document = await answer(worker, wanted, stream=False)
                assert (status, header) == (502, None)
                assert document["error"]["code"] == "provider_unavailable"

    asked = [request.body["model"] for request in provider.requests]
    assert asked == ["real-cheap", "real-primary"]


@pytest.mark.parametrize("stream", [False, True])
async def test_cached_tokens_are_told(stream: bool) -> None:
    async with FakeProvider() as provider:
        provider.script(Script(input_tokens=90, cached_tokens=80))
        async with running_worker(worker_config(model("primary", provider))) as worker:
            _, _, document = await answer(worker, None, stream=stream)

    assert document["usage"]["prompt_tokens"] == 90
    assert document["usage"]["prompt_tokens_details"] == {"cached_tokens": 80}


@pytest.mark.parametrize("stream", [False, True])
async def test_a_run_that_fails_tells_what_it_used(stream: bool) -> None:
    async with FakeProvider() as provider:
        provider.script(Script(input_tokens=90, output_tokens=20))
        config = worker_config(model("primary", provider), limits={"tokens": 100})
        async with running_worker(config) as worker:
            _, _, document = await answer(worker, None, stream=stream)

    assert document["error"]["code"] == "run_limit_exceeded"
    assert document["usage"]["prompt_tokens"] == 90
    assert document["usage"]["completion_tokens"] == 20
