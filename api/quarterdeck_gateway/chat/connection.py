"""Ends the work for a client as soon as the client is gone.

A model that writes for nobody still costs money: the disconnect cancels whatever the chat waits
for, which closes the connection to the worker, which cancels its run.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Receive

from quarterdeck_gateway.errors import ClientGone


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Runs the block until its end or the client's; raises ClientGone for the latter.

    The request's body must have been read: whatever ``receive`` gives next is discarded.
    """
    task = asyncio.current_task()
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            continue
        gone = True
        if task is not None:
            task.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError as exc:
        # A server that stops cancels too; only what the watcher began ends here.
        if gone and task is not None and task.uncancel() == 0:
            raise ClientGone from exc
        raise
    finally:
        watcher.cancel()
