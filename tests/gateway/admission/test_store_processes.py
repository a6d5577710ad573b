"""Limits and budgets are exact across processes."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from quarterdeck_gateway.admission.port import BudgetState
from support.admission_stores import budget, opened
from support.redis_servers import RedisServer, running

CLIENTS = Path(__file__).parents[2] / "support" / "admission_clients.py"


@pytest.mark.parametrize("kind", ["valkey", "redis"])
async def test_exact_across_processes(kind: str) -> None:
    with running(kind) as server:
        async with opened(server.url) as store, _clients(server, asks=500) as clients:
            line = budget(1000)
            await store.seed(line, 0, time.time())
            aborted = await _tell(clients, "aborting")
            assert sum(outcome["admitted"] for outcome in aborted) >= 10
            assert await store.states((line,)) == (BudgetState(line.id, 0, 0),)
            spent = await _tell(clients, "budget")
            assert sum(outcome["admitted"] for outcome in spent) == 10
            assert await store.states((line,)) == (BudgetState(line.id, 0, 1000),)
            limited = await _tell(clients, "limit")
            began = min(outcome["began"] for outcome in limited)
            elapsed = max(outcome["ended"] for outcome in limited) - began
            # One more fits for each 0.6 s that the asking takes.
            admitted = sum(outcome["admitted"] for outcome in limited)
            assert 100 <= admitted <= 100 + int(elapsed / 0.6)


@asynccontextmanager
async def _clients(
    server: RedisServer, asks: int
) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Two processes of clients, ready to be told what to do."""
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, str(CLIENTS), server.url, str(name), str(asks)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for name in range(2)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        yield processes
    finally:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
        assert [await process.wait() for process in processes] == [0, 0]


async def _tell(clients: list[asyncio.subprocess.Process], what: str) -> list[dict[str, float]]:
    for process in clients:
        assert process.stdin is not None
        process.stdin.write(f"{what}\n".encode())
    return [
        json.loads(await process.stdout.readline())
        for process in clients
        if process.stdout is not None
    ]
