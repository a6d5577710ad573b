"""A worker that does as it is told: streams, hangs, dies, refuses, and remembers what it was asked.

A real HTTP server, so that what is tested against it includes sockets, time-outs and broken
connections. ``python -m support.fake_worker --port N`` runs one on its own, for benchmarks.
"""

import argparse
import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from quarterdeck_contract.names import HEADER_MODEL

MODEL = "fake-model"


@dataclass(frozen=True)
class Script:
    """How the worker answers. Delays are in seconds, counts are of content chunks."""

    chunks: int = 3
    text: str | None = None
    """Of every content chunk; words with numbers when None."""
    delay: float = 0.0
    """Before every chunk but the first."""
    wait: float = 0.0
    """Before the head of the answer."""
    hang_after: int | None = None
    """Say nothing more after so many chunks; 0 sends not even the head."""
    die_after: int | None = None
    """Cut the connection after so many chunks; 0 sends not even the head."""
    die_inside: bool = False
    """When dying, leave half an event behind."""
    end_early: bool = False
    """End the stream properly, but without usage and end marker."""
    error_after: int | None = None
    """Report an error inside the stream after so many chunks."""
    status: int = 200
    body: bytes | None = None
    """Sent with ``status`` instead of an answer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: tuple[bytes, ...] = ()
    """Sent one by one instead of a stream of chunks."""
    content_type: str = "application/json"
    with_usage: bool = True
    """False: the provider says nothing of tokens."""
    cached: int = 0
    """Prompt tokens that the provider had in its cache."""
    alternates: tuple[str, ...] = ()
    """Models that answer when the gateway names them."""


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class FakeWorker:
    """Listens on a free port of 127.0.0.1 from ``start`` to ``stop``, or as ``async with``."""

    def __init__(self, script: Script | None = None, *, port: int = 0) -> None:
        self.script = script or Script()
        self.requests: list[Received] = []
        self.running = 0
        self.most_running = 0
        self.disconnects = 0
        self.disconnected = asyncio.Event()
        self.go = asyncio.Event()
        """Cleared, no answer begins."""
        self.go.set()
        self.port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc_info: object) -> None:
        await self.stop()

    async def start(self) -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_get("/readyz", self._ready)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening; the port refuses connections from now on."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _ready(self, _request: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(Received(dict(request.headers), body))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            return await self._answer(request, json.loads(body))
        except (asyncio.CancelledError, ConnectionResetError):
            self.disconnects += 1
            self.disconnected.set()
            raise
        finally:
            self.running -= 1

    async def _answer(self, request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        script = self.script
        await asyncio.sleep(script.wait)
        await self.go.wait()
        if script.hang_after == 0:
            await asyncio.sleep(3600)
        if script.die_after == 0:
            _cut(request)
            return web.Response()
        if script.body is not None or script.status != 200:
            return web.Response(
                status=script.status,
                body=script.body or b"",
                headers={"content-type": script.content_type, **script.headers},
            )
        wanted = request.headers.get(HEADER_MODEL)
        model = wanted if wanted in script.alternates else None
        if not asked.get("stream"):
            return await self._whole(request, model)
        return await self._stream(request, model)

    async def _whole(self, request: web.Request, model: str | None) -> web.StreamResponse:
        document = completion(self.script.chunks, cached=self.script.cached)
        if not self.script.with_usage:
            del document["usage"]
        answer = json.dumps(document | ({"model": model} if model else {})).encode()
        if self.script.die_after is None:
            headers = self._headers("application/json", model)
            return web.Response(body=answer, headers=headers)
        response = web.StreamResponse(headers={"content-length": str(len(answer))})
        await response.prepare(request)
        await response.write(answer[: len(answer) // 2])
        _cut(request)
        return response

    async def _stream(self, request: web.Request, model: str | None) -> web.StreamResponse:
        script = self.script
        response = web.StreamResponse(headers=self._headers("text/event-stream", model))
        await response.prepare(request)
        for piece in script.pieces:
            await response.write(piece)
            await asyncio.sleep(0.02)
        if script.pieces:
            return response
        for number in range(script.chunks):
            if number:
                await asyncio.sleep(script.delay)
            await response.write(event(chunk(script.text or f"word{number} ")))
            if script.hang_after == number + 1:
                await asyncio.sleep(3600)
            if script.error_after == number + 1:
                await response.write(event({"error": {"message": "boom", "code": "provider_x"}}))
                return response
            if script.die_after == number + 1:
                if script.die_inside:
                    await response.write(event(chunk("half"))[:30])
                    await asyncio.sleep(0.02)
                _cut(request)
                return response
        if not script.end_early:
            await response.write(event(chunk(None)))
            if script.with_usage:
                last = usage_chunk(script.chunks, cached=script.cached)
                await response.write(event(last | ({"model": model} if model else {})))
            await response.write(b"data: [DONE]\n\n")
        return response

    def _headers(self, content_type: str, model: str | None) -> dict[str, str]:
        served = {HEADER_MODEL: model} if model else {}
        return {"content-type": content_type, **served, **self.script.headers}


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def event(payload: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(payload, separators=(",", ":")).encode() + b"\n\n"


def chunk(content: str | None) -> dict[str, Any]:
    """A chunk with ``content``; None is the one that finishes the choice."""
    delta = {} if content is None else {"content": content}
    reason = "stop" if content is None else None
    choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
    return _named("chat.completion.chunk") | {"choices": [choice]}


def usage_chunk(tokens: int, *, cached: int = 0) -> dict[str, Any]:
    """The last chunk: no choices, but the usage."""
    return _named("chat.completion.chunk") | {"choices": [], "usage": _usage(tokens, cached)}


def completion(tokens: int, *, cached: int = 0) -> dict[str, Any]:
    """A whole answer of so many words."""
    message = {"role": "assistant", "content": "".join(f"word{n} " for n in range(tokens))}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return _named("chat.completion") | {"choices": [choice], "usage": _usage(tokens, cached)}


def _named(kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_750_000_000, "model": MODEL}


def _usage(tokens: int, cached: int) -> dict[str, Any]:
    usage = {"prompt_tokens": 7, "completion_tokens": tokens, "total_tokens": 7 + tokens}
    return usage | ({"prompt_tokens_details": {"cached_tokens": cached}} if cached else {})


async def main() -> None:
    """Serve until cancelled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--chunks", type=int, default=28)
    parser.add_argument("--delay", type=float, default=0.0)
    given = parser.parse_args()
    async with FakeWorker(Script(chunks=given.chunks, delay=given.delay), port=given.port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
