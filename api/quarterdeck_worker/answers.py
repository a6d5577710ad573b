"""Writes one answer to the client: whole, or as server-sent events.

An answer is judged late: as long as no byte was sent, an error still has its own HTTP status;
afterwards it can only be an event in the stream.
"""

import time
import uuid
from collections.abc import MutableMapping
from typing import Any, Final, Protocol

import orjson
from starlette.types import Send

from quarterdeck_contract.names import HEADER_DEMO_MODEL, HEADER_MODEL, HEADER_REQUEST_ID
from quarterdeck_contract.wire.errors import error_body
from quarterdeck_worker.errors import WorkerError
from quarterdeck_worker.frames import DONE, ChunkFrames, completion, error_event, usage
from quarterdeck_worker.runs import Progress, RunResult, ServedBy

JSON: Final = b"application/json"
EVENT_STREAM: Final = b"text/event-stream; charset=utf-8"


class Answer(Protocol):
    """Where a run's result goes. ``status`` is what the client saw, 0 while nothing was sent."""

    status: int
    first_text_at: float | None
    """``time.perf_counter()`` of the first text; None while there is none."""

    async def text(self, piece: str) -> None: ...

    async def finish(self, result: RunResult) -> None: ...

    async def fail(self, error: WorkerError) -> None: ...


class WholeAnswer:
    """One JSON document."""

    def __init__(self, send: Send, request_id: str, progress: Progress) -> None:
        self.status = 0
        self.first_text_at: float | None = None
        self._send = send
        self._request_id = request_id
        self._progress = progress

    async def text(self, piece: str) -> None:
        """Nothing to do: the result holds the whole text."""

    async def finish(self, result: RunResult) -> None:
        body = completion(completion_id(), int(time.time()), result)
        headers = headers_for(self._request_id, self._progress)
        self.status = 200
        await send_whole(self._send, 200, headers, body)

    async def fail(self, error: WorkerError) -> None:
        self.status = error.http_status
        await send_error(self._send, error, self._request_id, self._progress)


class StreamedAnswer:
    """Server-sent events; the response starts with the first text."""

    def __init__(self, send: Send, request_id: str, progress: Progress) -> None:
        self.status = 0
        self.first_text_at: float | None = None
        self._send = send
        self._request_id = request_id
        self._progress = progress
        self._frames: ChunkFrames | None = None

    async def text(self, piece: str) -> None:
        if self._frames is None:
            self.first_text_at = time.perf_counter()
            frames = await self._start()
            await self._write(frames.role() + frames.text(piece))
        else:
            await self._write(self._frames.text(piece))

    async def finish(self, result: RunResult) -> None:
        before = b""
        if (frames := self._frames) is None:
            frames = await self._start()
            before = frames.role()
        tail = frames.finish(result.finish_reason) + frames.usage(result) + DONE
        await self._write(before + tail, more=False)

    async def fail(self, error: WorkerError) -> None:
        if self._frames is None:
            self.status = error.http_status
            await send_error(self._send, error, self._request_id, self._progress)
        else:
            await self._write(
                error_event(envelope(error, self._request_id, self._progress)), more=False
            )

    async def _start(self) -> ChunkFrames:
        served_by = self._progress.served_by or ServedBy("")
        self._frames = ChunkFrames(completion_id(), int(time.time()), served_by.name)
        self.status = 200
        headers = headers_for(self._request_id, self._progress, EVENT_STREAM)
        headers += [(b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        return self._frames

    async def _write(self, body: bytes, *, more: bool = True) -> None:
        message: MutableMapping[str, Any] = {
            "type": "http.response.body",
            "body": body,
            "more_body": more,
        }
        await self._send(message)


Headers = list[tuple[bytes, bytes]]


def completion_id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"


def headers_for(request_id: str, progress: Progress, content_type: bytes = JSON) -> Headers:
    headers = [
        (b"content-type", content_type),
        (HEADER_REQUEST_ID.encode(), request_id.encode("latin-1")),
    ]
    served_by = progress.served_by
    if served_by is not None and served_by.demo:
        headers.append((HEADER_DEMO_MODEL.encode(), b"true"))
    if served_by is not None and served_by.name == progress.wanted:
        headers.append((HEADER_MODEL.encode(), served_by.name.encode()))
    return headers


def envelope(error: WorkerError, request_id: str, progress: Progress) -> dict[str, Any]:
    """The error, and beside it what the run had used by then: that has to be paid too."""
    body = error_body(
        error.http_status,
        error.error_code,
        error.message,
        param=error.param,
        request_id=request_id,
    )
    used = progress.input_tokens or progress.output_tokens
    return body | ({"usage": usage(progress)} if used else {})


async def send_error(
    send: Send, error: WorkerError, request_id: str, progress: Progress | None = None
) -> None:
    progress = progress or Progress()
    headers = headers_for(request_id, progress)
    if error.retry_after is not None:
        headers.append((b"retry-after", str(max(1, round(error.retry_after))).encode()))
    body = orjson.dumps(envelope(error, request_id, progress))
    await send_whole(send, error.http_status, headers, body)


async def send_whole(send: Send, status: int, headers: Headers, body: bytes) -> None:
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
