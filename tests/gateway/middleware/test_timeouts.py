"""Time runs out for slow bodies and for endpoints that wait, and for nothing else."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from quarterdeck_gateway.errors import AnswerTimeout
from quarterdeck_gateway.middleware.timeouts import TimeoutMiddleware
from support.front_door import front_door
from support.virtual_time import in_virtual_time

CHAT = "/v1/chat/completions"
KEYS = "/api/v1/keys"
ADMIN = "qd_installation"
SHORT: dict[str, Any] = {"request_timeout_seconds": 0.1}


async def trickle(pieces: int, pause: float) -> Any:
    for _ in range(pieces):
        yield b"x"
        await asyncio.sleep(pause)


async def read(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@pytest.mark.parametrize("path", [CHAT, KEYS])
@in_virtual_time
async def test_a_body_that_trickles_in(path: str) -> None:
    async with front_door(read, **SHORT) as door:
        refused = await door.ask("POST", path, ADMIN, content=trickle(100, 0.02))
        assert refused.status_code == 408
        assert refused.json()["error"]["code"] == "request_timeout"
        in_time = await door.ask("POST", path, ADMIN, content=trickle(3, 0.01))
        assert (in_time.status_code, in_time.text) == (200, "3")


@in_virtual_time
async def test_an_endpoint_that_does_not_answer() -> None:
    ended = asyncio.Event()

    async def wait(request: Request) -> Response:
        await request.body()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return PlainTextResponse("late")

    async with front_door(wait, **SHORT) as door:
        refused = await door.ask("GET", "/api/v1/usage", ADMIN)
        assert refused.status_code == 504
        assert refused.json()["error"]["code"] == "answer_timeout"
        assert ended.is_set(), "whatever it was doing is cancelled"


@in_virtual_time
async def test_a_chat_may_take_its_time_once_it_is_read() -> None:
    async def think(request: Request) -> Response:
        await request.body()
        await asyncio.sleep(0.25)
        return PlainTextResponse("answer")

    async with front_door(think, **SHORT) as door:
        assert (await door.ask("POST", CHAT, ADMIN, content=b"x")).text == "answer"


@in_virtual_time
async def test_an_answer_that_has_begun_may_flow() -> None:
    async def export(_request: Request) -> Response:
        return StreamingResponse(trickle(6, 0.05))

    async with front_door(export, **SHORT) as door:
        assert (await door.ask("GET", "/api/v1/costs", ADMIN)).text == "xxxxxx"


@in_virtual_time
async def test_reading_and_answering_have_a_limit_each() -> None:
    async def both(request: Request) -> Response:
        body = await request.body()
        await asyncio.sleep(0.14)
        return PlainTextResponse(str(len(body)))

    async with front_door(both, request_timeout_seconds=0.2) as door:
        answer = await door.ask("POST", KEYS, ADMIN, content=trickle(7, 0.02))
        assert (answer.status_code, answer.text) == (200, "7")


@in_virtual_time
async def test_a_timeout_of_the_endpoint_itself_stays_what_it_is() -> None:
    async def failing(_request: Request) -> Response:
        raise TimeoutError("its own")

    async with front_door(failing) as door:
        assert (await door.ask("GET", KEYS, ADMIN)).status_code == 500


@in_virtual_time
async def test_waiting_for_the_client_to_leave_does_not_stop_the_clock() -> None:
    """Some endpoints listen for a disconnect while they work."""
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        await receive()
        await receive()

    async def receive() -> Any:
        if not messages:
            await asyncio.sleep(60)
        return messages.pop()

    async def send(_message: Any) -> None:
        raise AssertionError

    layer = TimeoutMiddleware(app, seconds=0.05, patient=frozenset())
    with pytest.raises(AnswerTimeout):
        await layer({"type": "http", "path": "/x", "method": "GET"}, receive, send)
