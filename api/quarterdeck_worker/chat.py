"""``POST /v1/chat/completions``: reads the request, runs the agent, accounts for it.

The run is a task of its own, so that a client who leaves ends it, provider call included.
"""

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from quarterdeck_contract.names import HEADER_MODEL, HEADER_REQUEST_ID
from quarterdeck_worker import conversation
from quarterdeck_worker.answers import Answer, StreamedAnswer, WholeAnswer
from quarterdeck_worker.errors import BodyTooLarge, InternalError, NotReady, WorkerError
from quarterdeck_worker.metrics import WorkerMetrics
from quarterdeck_worker.runs import Progress, RunOrder, RunResult
from quarterdeck_worker.state import WorkerState
from quarterdeck_worker.tracing import NoTracing, Outcome, Tracing

MAX_BODY_BYTES: Final = 16 * 2**20

COMPLETED: Final = "completed"
CLIENT_GONE: Final = "client_gone"
CLIENT_CLOSED_REQUEST: Final = 499
"""Status in the log when nobody was left to send one to."""

_log = structlog.get_logger()


class ClientGone(Exception):
    """The client closed the connection: there is nobody to answer."""


@dataclass
class _Chat:
    """One request's bookkeeping."""

    request_id: str
    answer: Answer
    progress: Progress
    started_at: float = field(default_factory=time.perf_counter)
    stream: bool = False


class ChatEndpoint:
    """An ASGI app for the one route."""

    def __init__(
        self, state: WorkerState, metrics: WorkerMetrics, tracing: Tracing | None = None
    ) -> None:
        self._state = state
        self._metrics = metrics
        self._tracing = tracing or NoTracing()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = request_id_of(scope)
        progress = Progress(wanted=header(scope, HEADER_MODEL))
        chat = _Chat(request_id, WholeAnswer(send, request_id, progress), progress)
        self._state.enter()
        self._metrics.inflight.inc()
        outcome = CLIENT_GONE
        try:
            with self._tracing.run(scope, request_id) as traced:
                outcome = await self._serve(chat, receive, send)
                _describe(traced, progress, outcome)
        finally:
            self._metrics.inflight.dec()
            self._account(chat, outcome)
            self._state.leave()

    async def _serve(self, chat: _Chat, receive: Receive, send: Send) -> str:
        try:
            order = await _read_order(receive, chat.progress.wanted)
            if order.stream:
                chat.stream = True
                chat.answer = StreamedAnswer(send, chat.request_id, chat.progress)
            result = await self._run_while_connected(chat, order, receive)
            await chat.answer.finish(result)
        except ClientGone:
            return CLIENT_GONE
        except WorkerError as error:
            await chat.answer.fail(error)
            return error.error_code
        except Exception:  # noqa: BLE001 - the last line of defence: an envelope, not a dropped line
            _log.exception("chat_crashed", request_id=chat.request_id)
            bug = InternalError("the worker failed: its log has the cause under this request id")
            await chat.answer.fail(bug)
            return bug.error_code
        return COMPLETED

    async def _run_while_connected(
        self, chat: _Chat, order: RunOrder, receive: Receive
    ) -> RunResult:
        runner = self._state.runner
        if runner is None:
            raise NotReady("the model is not loaded yet", retry_after=1)
        run = asyncio.create_task(runner.run(order, chat.progress, chat.answer.text))
        gone = asyncio.create_task(_disconnected(receive))
        try:
            await asyncio.wait((run, gone), return_when=asyncio.FIRST_COMPLETED)
            if not run.done():
                raise ClientGone
            return run.result()
        finally:
            run.cancel()
            gone.cancel()
            await asyncio.gather(run, gone, return_exceptions=True)

    def _account(self, chat: _Chat, outcome: str) -> None:
        now = time.perf_counter()
        progress, metrics = chat.progress, self._metrics
        first = chat.answer.first_text_at
        metrics.requests.labels(outcome).inc()
        metrics.seconds.observe(now - chat.started_at)
        if first is not None:
            metrics.first_token.observe(first - chat.started_at)
        model = progress.served_by.name if progress.served_by else None
        if model is not None:
            metrics.tokens.labels(model, "input").inc(progress.input_tokens)
            metrics.tokens.labels(model, "output").inc(progress.output_tokens)
        _log.info(
            "chat",
            request_id=chat.request_id,
            outcome=outcome,
            status=chat.answer.status or CLIENT_CLOSED_REQUEST,
            stream=chat.stream,
            model=model,
            input_tokens=progress.input_tokens,
            output_tokens=progress.output_tokens,
            seconds=round(now - chat.started_at, 4),
            first_text_seconds=None if first is None else round(first - chat.started_at, 4),
        )


def _describe(traced: Outcome, progress: Progress, outcome: str) -> None:
    traced.error = None if outcome == COMPLETED else outcome
    traced.model = progress.served_by.name if progress.served_by else None
    traced.input_tokens = progress.input_tokens
    traced.output_tokens = progress.output_tokens


def request_id_of(scope: Scope) -> str:
    """The caller's request id, or a new one."""
    return header(scope, HEADER_REQUEST_ID) or uuid.uuid4().hex


def header(scope: Scope, name: str) -> str | None:
    """The first header of this name; None when there is none that makes sense."""
    wanted = name.encode()
    for given, value in scope["headers"]:
        if given == wanted and 0 < len(value) <= 200 and value.isascii():
            return str(value.decode())
    return None


async def _read_order(receive: Receive, model: str | None) -> RunOrder:
    return conversation.order(conversation.parse(await _read_body(receive)), model)


async def _read_body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge(f"the request body is larger than {MAX_BODY_BYTES} bytes")
        if not message.get("more_body", False):
            return bytes(body)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
