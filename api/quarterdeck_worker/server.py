"""Serves the app until told to stop, then drains.

uvicorn's own way is to close the door on the first SIGTERM; but gateways keep sending for a moment,
so the door stays open until they have seen ``/readyz`` turn 503 and the running chats are done.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Generator
from dataclasses import dataclass

import structlog
import uvicorn
from starlette.types import ASGIApp

from quarterdeck_worker.state import WorkerState

_log = structlog.get_logger()


@dataclass(frozen=True)
class DrainTimes:
    """In seconds: how long the door stays open at least, and the running chats at most."""

    door: float
    grace: float


class WorkerServer(uvicorn.Server):
    """uvicorn, with signals left to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def build_server(app: ASGIApp) -> WorkerServer:
    return WorkerServer(
        uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
    )


async def serve(
    server: WorkerServer, listener: socket.socket, state: WorkerState, times: DrainTimes
) -> None:
    """Returns when the server has stopped: by SIGTERM, SIGINT or its own ``should_exit``."""
    loop = asyncio.get_running_loop()
    draining: set[asyncio.Task[None]] = set()

    def stop() -> None:
        if state.draining:
            # The second signal is from someone who does not want to wait.
            server.should_exit = server.force_exit = True
            return
        state.draining = True
        draining.add(loop.create_task(drain(server, state, times)))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        await server.serve(sockets=[listener])
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        for task in draining:
            task.cancel()


async def drain(server: WorkerServer, state: WorkerState, times: DrainTimes) -> None:
    """Closes the door once the running chats are done, or the grace is over."""
    _log.info("draining", inflight=state.inflight, grace_seconds=times.grace)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(times.grace):
            await asyncio.sleep(min(times.door, times.grace))
            await state.idle()
    if state.inflight:
        _log.warning("grace_over", inflight=state.inflight)
    server.should_exit = True
