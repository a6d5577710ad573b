"""The small HTTP contract of an agent worker, as checks against a base URL.

Our own worker meets it, and so must every image that a person brings along::

    PYTHONPATH=tests python -m support.conformance http://127.0.0.1:8080

``QUARTERDECK_WORKER_TOKEN`` in the environment is sent as the worker token.
"""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
from aiohttp import ClientResponse, ClientSession, ClientTimeout

from quarterdeck_contract.names import ENV_WORKER_TOKEN, HEADER_AGENT, HEADER_WORKER_TOKEN
from quarterdeck_contract.wire.chat import ChatChunk, ChatCompletion

CHAT_PATH: Final = "/v1/chat/completions"
_QUESTION: Final = {"model": "conformance", "messages": [{"role": "user", "content": "Say hello."}]}

Check = Callable[[ClientSession], Awaitable[None]]


class NotConformant(AssertionError):
    """The worker breaks the contract; the message says where."""


async def answers_probes(session: ClientSession) -> None:
    """``GET /healthz`` and ``GET /readyz`` say 200 when chats are welcome."""
    for path in ("/healthz", "/readyz"):
        async with session.get(path) as response:
            _require(response.status == 200, f"GET {path} said {response.status}, not 200")


async def answers_whole(session: ClientSession) -> None:
    """Without ``stream`` the answer is one ``chat.completion`` with usage."""
    async with session.post(CHAT_PATH, json=_QUESTION | {"max_tokens": 16}) as response:
        await _require_ok(response, "application/json")
        answer = ChatCompletion.model_validate_json(await response.read())
    _require(len(answer.choices) == 1, "an answer has exactly one choice")
    _require(answer.choices[0].message.content != "", "the answer is empty")
    _require_sum(answer.usage.model_dump())


async def answers_streamed(session: ClientSession) -> None:
    """With ``stream`` it is server-sent events: role, texts, finish_reason, usage, ``[DONE]``."""
    body = _QUESTION | {"max_tokens": 16, "stream": True}
    async with session.post(CHAT_PATH, json=body) as response:
        await _require_ok(response, "text/event-stream")
        events = sse_data(await response.read())
    _require(events[-1] == b"[DONE]", "a stream ends with data: [DONE]")
    chunks = [ChatChunk.model_validate_json(event) for event in events[:-1]]
    _require(len({chunk.id for chunk in chunks}) == 1, "all chunks of a stream share one id")
    choices = [choice for chunk in chunks for choice in chunk.choices]
    _require(choices[0].delta.role == "assistant", "the first delta has role assistant")
    _require(any(choice.delta.content for choice in choices), "no delta has text")
    _require(choices[-1].finish_reason is not None, "the last delta has a finish_reason")
    usage = chunks[-1].usage
    _require(chunks[-1].choices == [] and usage is not None, "usage comes last, without choices")
    assert usage is not None
    _require_sum(usage.model_dump())


async def refuses_bad_requests(session: ClientSession) -> None:
    """A request without messages is a 4xx with OpenAI's error envelope."""
    async with session.post(CHAT_PATH, json={"model": "conformance", "messages": []}) as response:
        _require(
            400 <= response.status < 500,
            f"a request without messages must be refused, not {response.status}",
        )
        _require_error(await response.read())


async def refuses_other_agents(session: ClientSession) -> None:
    """A chat for an agent other than that of its WorkerConfig is a 421 with the same envelope."""
    headers = {HEADER_AGENT: "conformance-elsewhere/nobody"}
    async with session.post(CHAT_PATH, json=_QUESTION, headers=headers) as response:
        _require(
            response.status == 421,
            f"a chat whose {HEADER_AGENT} is another agent's must be a 421, not {response.status}",
        )
        _require_error(await response.read())


CHECKS: Final[tuple[Check, ...]] = (
    answers_probes,
    answers_whole,
    answers_streamed,
    refuses_bad_requests,
    refuses_other_agents,
)


async def run_check(check: Check, base_url: str, token: str | None = None) -> None:
    """Raises NotConformant, or pydantic's ValidationError for a wrong shape."""
    headers = {HEADER_WORKER_TOKEN: token} if token else {}
    timeout = ClientTimeout(total=60)
    async with ClientSession(base_url, headers=headers, timeout=timeout) as session:
        await check(session)


def sse_data(body: bytes) -> list[bytes]:
    """The ``data:`` of every server-sent event."""
    return [
        line.removeprefix(b"data:").strip()
        for line in body.splitlines()
        if line.startswith(b"data:")
    ]


async def _require_ok(response: ClientResponse, content_type: str) -> None:
    _require(response.status == 200, f"said {response.status}: {(await response.read())[:300]!r}")
    _require(
        response.content_type == content_type,
        f"content-type is {response.content_type}, not {content_type}",
    )


def _require_error(body: bytes) -> None:
    error = orjson.loads(body).get("error", {})
    _require(isinstance(error.get("message"), str), "an error has error.message")
    _require(isinstance(error.get("type"), str), "an error has error.type")


def _require_sum(usage: dict[str, Any]) -> None:
    total = usage["prompt_tokens"] + usage["completion_tokens"]
    _require(usage["total_tokens"] == total, "total_tokens is not the sum of the other two")


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise NotConformant(message)


async def _run(base_url: str, token: str | None) -> int:
    failed = 0
    for check in CHECKS:
        try:
            await run_check(check, base_url, token)
            print(f"ok      {check.__name__}")
        except (AssertionError, ValueError) as exc:
            failed += 1
            print(f"FAILED  {check.__name__}: {exc}")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a worker image against the contract.")
    parser.add_argument("base_url")
    base_url = parser.parse_args().base_url
    return asyncio.run(_run(base_url, os.environ.get(ENV_WORKER_TOKEN)))


if __name__ == "__main__":
    raise SystemExit(main())
