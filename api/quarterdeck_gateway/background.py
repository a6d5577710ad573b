"""What runs beside the serving: all of it ends with it, one after the other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

Run = Callable[[], Awaitable[None]]


@asynccontextmanager
async def background(runs: Sequence[Run]) -> AsyncIterator[None]:
    """Runs them beside the block, then ends them one after the other. What fails ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_forever(run)) for run in runs]
        yield
        for task in tasks:
            task.cancel()
            await asyncio.wait([task])


async def _forever(run: Run) -> None:
    await run()
