"""A model provider that answers what a test tells it to, over real HTTP.

It speaks OpenAI's chat completions (``/v1/chat/completions``), Anthropic's messages
(``/v1/messages``) and Google's generateContent (``/v1beta/models/...``), streamed or whole, and
remembers what it was asked. In a test::

    async with FakeProvider() as provider:
        provider.script(Script(pieces=("Hel", "lo")))
        ...  # let a client call provider.url + "/v1"
        assert provider.requests[0].body["messages"] == [...]

As a process, for benchmarks and for workers that run elsewhere::

    PYTHONPATH=tests python -m support.fake_provider --port 9009

where ``PUT /fake/script`` takes a Script as JSON (``{"script": {...}, "times": 1}``; without
``times`` it holds until the next one), ``GET /fake/requests`` lists what was recorded and
``DELETE /fake/requests`` forgets it.
"""

import argparse
import asyncio
import dataclasses
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final, Self

import orjson
from aiohttp import web

from support.provider_dialects import (
    Answer,
    AnthropicDialect,
    Dialect,
    GoogleDialect,
    JsonObject,
    OpenAIDialect,
)

OPENAI: Final = OpenAIDialect()
ANTHROPIC: Final = AnthropicDialect()
GOOGLE: Final = GoogleDialect()


@dataclass(frozen=True)
class Script:
    """How to answer. Times are in seconds."""

    pieces: tuple[str, ...] = ("Hello", ", ", "world", "!")
    """The answer's text; streamed one event per piece."""
    delay: float = 0.0
    """Before the status line."""
    piece_delay: float = 0.0
    """Before each streamed piece."""
    input_tokens: int = 11
    output_tokens: int = 4
    cached_tokens: int = 0
    with_usage: bool = True
    truncated: bool = False
    """The answer ends with the dialect's word for "token limit reached"."""
    status: int = 200
    """Anything else is an error with ``message`` and ``code`` in the dialect's error body."""
    message: str = "the fake provider was told to fail"
    code: str = "fake_error"
    headers: dict[str, str] = field(default_factory=dict)
    malformed: bool = False
    """Answer 200 with bytes that are not JSON."""
    hang: bool = False
    """Never answer."""
    cut_after: int | None = None
    """Drop the connection after this many streamed pieces."""
    error_after: int | None = None
    """Send the dialect's error event after this many streamed pieces, then end."""
    hang_after: int | None = None
    """Fall silent after this many streamed pieces."""

    @classmethod
    def of_length(cls, pieces: int, **changes: Any) -> Self:
        """A script whose answer has this many pieces, one output token each."""
        given: dict[str, Any] = {
            "pieces": tuple(f"word{index} " for index in range(pieces)),
            "output_tokens": pieces,
        }
        return cls(**(given | changes))

    @classmethod
    def from_json(cls, document: JsonObject) -> Self:
        if "pieces" in document:
            document = document | {"pieces": tuple(document["pieces"])}
        return cls(**document)


@dataclass
class RecordedRequest:
    """One request as it came; ``closed_early`` when the client left before the answer's end."""

    path: str
    headers: dict[str, str]
    body: JsonObject
    stream: bool
    closed_early: bool = False
    finished: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    """Set when the answer was sent or the client has left."""

    def to_json(self) -> JsonObject:
        shown = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return shown | {"finished": self.finished.is_set()}


class FakeProvider:
    """The server. ``url`` is its root, without ``/v1``; ``port`` 0 picks a free one."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.requests: list[RecordedRequest] = []
        self._standing = Script()
        self._upcoming: deque[Script] = deque()
        self._host = host
        self._port = port
        self._runner = web.AppRunner(
            self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.2
        )

    def script(self, *scripts: Script) -> None:
        """Answer the next requests with these, one each; the last one holds from then on."""
        self._upcoming = deque(scripts[:-1])
        self._standing = scripts[-1]

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    @property
    def last(self) -> RecordedRequest:
        return self.requests[-1]

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, backlog=1024)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._runner.cleanup()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/v1/chat/completions", self._openai)
        app.router.add_post("/v1/messages", self._anthropic)
        app.router.add_post("/{version}/models/{call}", self._google)
        app.router.add_put("/fake/script", self._put_script)
        app.router.add_get("/fake/requests", self._get_requests)
        app.router.add_delete("/fake/requests", self._delete_requests)
        return app

    async def _openai(self, request: web.Request) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        wants_usage = not body.get("stream") or bool(
            (body.get("stream_options") or {}).get("include_usage")
        )
        return await self._serve(request, body, OPENAI, bool(body.get("stream")), wants_usage)

    async def _anthropic(self, request: web.Request) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        return await self._serve(request, body, ANTHROPIC, bool(body.get("stream")))

    async def _google(self, request: web.Request) -> web.StreamResponse:
        model, _, call = request.match_info["call"].partition(":")
        body = orjson.loads(await request.read()) | {"model": model}
        return await self._serve(request, body, GOOGLE, call == "streamGenerateContent")

    async def _serve(
        self,
        request: web.Request,
        body: JsonObject,
        dialect: Dialect,
        stream: bool,
        wants_usage: bool = True,
    ) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        record = RecordedRequest(request.path, headers, body, stream)
        self.requests.append(record)
        script = self._upcoming.popleft() if self._upcoming else self._standing
        try:
            return await _answer(request, body, dialect, script, stream, wants_usage)
        except (asyncio.CancelledError, ConnectionError):
            record.closed_early = True
            raise
        finally:
            record.finished.set()

    async def _put_script(self, request: web.Request) -> web.Response:
        order = orjson.loads(await request.read())
        script = Script.from_json(order["script"])
        if times := order.get("times"):
            self._upcoming.extend([script] * times)
        else:
            self._upcoming.clear()
            self._standing = script
        return web.Response(status=204)

    async def _get_requests(self, request: web.Request) -> web.Response:
        body = orjson.dumps([record.to_json() for record in self.requests])
        return web.Response(body=body, content_type="application/json")

    async def _delete_requests(self, request: web.Request) -> web.Response:
        self.requests.clear()
        return web.Response(status=204)


async def _answer(
    request: web.Request,
    body: JsonObject,
    dialect: Dialect,
    script: Script,
    stream: bool,
    wants_usage: bool,
) -> web.StreamResponse:
    if script.hang:
        await asyncio.Event().wait()
    await asyncio.sleep(script.delay)
    if script.status != 200:
        error = dialect.error(script.status, script.message, script.code)
        return _json(error, script.status, script.headers)
    if script.malformed:
        return web.Response(body=b"{not json", content_type="application/json")
    answer = Answer(
        model=str(body.get("model")),
        pieces=script.pieces,
        input_tokens=script.input_tokens,
        output_tokens=script.output_tokens,
        truncated=script.truncated,
        with_usage=script.with_usage and wants_usage,
        cached_tokens=script.cached_tokens,
    )
    if stream:
        return await _stream(request, dialect, script, answer)
    return _json(dialect.whole(answer), 200, script.headers)


def _json(body: JsonObject, status: int, headers: dict[str, str]) -> web.Response:
    return web.Response(
        body=orjson.dumps(body), status=status, headers=headers, content_type="application/json"
    )


async def _stream(
    request: web.Request, dialect: Dialect, script: Script, answer: Answer
) -> web.StreamResponse:
    response = web.StreamResponse(
        headers={"content-type": "text/event-stream", "cache-control": "no-cache", **script.headers}
    )
    await response.prepare(request)
    sent = 0
    for frame in dialect.frames(answer):
        if dialect.carries_text(frame):
            if sent == script.cut_after:
                assert request.transport is not None
                request.transport.abort()
                return response
            if sent == script.error_after:
                await response.write(dialect.error_frame(script.message))
                return response
            if sent == script.hang_after:
                await asyncio.Event().wait()
            await asyncio.sleep(script.piece_delay)
            sent += 1
        await response.write(frame)
    return response


async def _run(port: int, host: str) -> None:
    async with FakeProvider(port, host) as provider:
        print(f"fake provider on {provider.url}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=9009)
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args()
    try:
        asyncio.run(_run(options.port, options.host))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
