"""WATCH: one stream of changes, from one resourceVersion until the server or the network ends it.

A connection that a load balancer dropped silently looks exactly like a quiet cluster. The server
sends a bookmark every minute, so a stream silent for longer is dead and says so.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson

from quarterdeck_kube.errors import Transient, from_status
from quarterdeck_kube.resources import Manifest
from quarterdeck_kube.selection import Selection
from quarterdeck_kube.streaming import lines
from quarterdeck_kube.transport import Request, Transport

HEAD_TIMEOUT: Final = 10.0
INACTIVITY_TIMEOUT: Final = 70.0
"""Seconds without event or bookmark after which a watch is taken for dead."""

WatchType = Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]


@dataclass(frozen=True)
class WatchEvent:
    """One change. A BOOKMARK's object has a resourceVersion and nothing else."""

    type: WatchType
    object: Manifest

    @property
    def resource_version(self) -> str:
        """The place to continue from after this event."""
        return str(self.object["metadata"]["resourceVersion"])


async def watch(
    transport: Transport,
    selection: Selection,
    resource_version: str,
    *,
    timeout: int,  # noqa: ASYNC109 - the server's time-out, in whole seconds
    inactivity_timeout: float = INACTIVITY_TIMEOUT,
    on_open: Callable[[], None] | None = None,
) -> AsyncGenerator[WatchEvent, None]:
    """Changes after ``resource_version``; ends when the server does, after ``timeout`` seconds.

    ``on_open`` is called once the server has accepted the watch, which may then be quiet. Raises
    Expired when the place is too old (list again), Transient when the connection breaks or nothing
    arrives for ``inactivity_timeout`` seconds.
    """
    request = selection.watch_request(resource_version, timeout)
    async with transport.stream(
        request, idle_timeout=inactivity_timeout, head_timeout=HEAD_TIMEOUT
    ) as chunks:
        if on_open is not None:
            on_open()
        async for line in lines(chunks):
            if line:
                yield _event(request, selection, line)


def _event(request: Request, selection: Selection, line: bytes) -> WatchEvent:
    try:
        raw: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        raise Transient("cut event", method=request.method, path=request.path) from exc
    if raw["type"] == "ERROR":
        raise from_status(raw["object"], method=request.method, path=request.path)
    return WatchEvent(raw["type"], selection.named(raw["object"]))
