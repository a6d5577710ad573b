"""Two ways to send chats: as fast as they are answered, or at a rate whatever happens.

A closed loop shows what is sustained. Only an open loop shows latency truthfully: a slow answer
must not delay the next question.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bench.chat.client import BadAnswer, Connection, Target, check_stream, connect


@dataclass
class Chats:
    """What was answered. Durations in milliseconds; ``seconds`` is the time it took in all."""

    first: list[float] = field(default_factory=list)
    total: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0
    client_cpu_ms: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.total) / self.seconds if self.seconds else 0.0

    @property
    def client_busy(self) -> float:
        """Share of one core that sending took: far below 1, or the load measured itself."""
        return self.client_cpu_ms / 1000 / self.seconds if self.seconds else 0.0


class Pool:
    """Connections kept alive between chats."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._idle: list[Connection] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One of our own for the time of one chat."""
        usable = None
        while self._idle and usable is None:
            candidate = self._idle.pop()
            usable = candidate if candidate.usable else None
        connection = usable or await connect(self.target.port)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)

    def close(self) -> None:
        """Hang up all."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()


async def one(pool: Pool, request: bytes, chats: Chats, *, stream: bool) -> None:
    """One chat, taken into ``chats``."""
    try:
        async with pool.connection() as connection:
            timing = await connection.ask(request)
        if stream:
            check_stream(timing)
    except (BadAnswer, OSError) as exc:
        chats.errors.append(str(exc))
        return
    chats.first.append(timing.first * 1000)
    chats.total.append(timing.total * 1000)


async def closed_loop(pool: Pool, *, stream: bool, concurrency: int, seconds: float) -> Chats:
    """Each of ``concurrency`` clients asks again as soon as it has its answer."""
    chats, request = Chats(), pool.target.request(stream=stream)
    end = time.perf_counter() + seconds

    async def client() -> None:
        while time.perf_counter() < end and len(chats.errors) < 10:
            await one(pool, request, chats, stream=stream)

    with _stopwatch(chats):
        await asyncio.gather(*(client() for _ in range(concurrency)))
    return chats


async def open_loop(pool: Pool, chats: Chats, *, stream: bool, rate: float, count: int) -> None:
    """``count`` chats at ``rate`` a second, added to ``chats``."""
    request, running = pool.target.request(stream=stream), []
    with _stopwatch(chats):
        start = time.perf_counter()
        for index in range(count):
            await asyncio.sleep(start + index / rate - time.perf_counter())
            running.append(asyncio.create_task(one(pool, request, chats, stream=stream)))
        await asyncio.gather(*running)


class _stopwatch:  # noqa: N801 - used as a function
    def __init__(self, chats: Chats) -> None:
        self._chats = chats

    def __enter__(self) -> None:
        self._start, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_exc_info: object) -> None:
        self._chats.seconds += time.perf_counter() - self._start
        self._chats.client_cpu_ms += 1000 * (time.process_time() - self._cpu)
