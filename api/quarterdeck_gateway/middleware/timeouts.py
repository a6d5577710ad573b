"""Nobody holds a connection for ever: neither a client that sends a byte now and then, nor an
endpoint that waits for something that does not come.

A chat may take as long as its worker does (``attempts`` bounds that), so only its reading is
timed. Once an answer has begun it may flow as long as it likes: a watch, an export.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quarterdeck_gateway.errors import AnswerTimeout, RequestTimeout


class TimeoutMiddleware:
    """408 for a body that is not there after ``seconds``; 504 for an answer that has not begun
    within ``seconds`` of it, except on paths in ``patient``."""

    def __init__(self, app: ASGIApp, *, seconds: float, patient: frozenset[str]) -> None:
        self.app = app
        self.seconds = seconds
        self.patient = patient

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = _TimedBody(receive, self.seconds)
        if scope["path"] in self.patient:
            await self.app(scope, body.receive, send)
        else:
            await self._answer_in_time(scope, body, send)

    async def _answer_in_time(self, scope: Scope, body: "_TimedBody", send: Send) -> None:
        deadline = asyncio.timeout(self.seconds)

        def rest_until(when: float | None) -> None:
            if not deadline.expired():
                deadline.reschedule(when)

        async def receive_pausing() -> Message:
            if body.complete:
                return await body.receive()
            # Reading has a limit of its own; the answer's begins anew behind it.
            rest_until(None)
            message = await body.receive()
            rest_until(asyncio.get_running_loop().time() + self.seconds)
            return message

        async def send_noting(message: Message) -> None:
            rest_until(None)
            await send(message)

        try:
            async with deadline:
                await self.app(scope, receive_pausing, send_noting)
        except TimeoutError as exc:
            if not deadline.expired():
                raise
            raise AnswerTimeout(
                f"There was no answer after {self.seconds:g} seconds: ask for less, or later."
            ) from exc


class _TimedBody:
    """A request's body that has to be there within ``seconds``."""

    def __init__(self, receive: Receive, seconds: float) -> None:
        self.complete = False
        self._receive = receive
        self._seconds = seconds
        self._end = asyncio.get_running_loop().time() + seconds

    async def receive(self) -> Message:
        """The next message; raises RequestTimeout when the body is late."""
        if self.complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError as exc:
            raise RequestTimeout(
                f"The request body was not there after {self._seconds:g} seconds."
            ) from exc
        self.complete = not message.get("more_body", False)
        return message
