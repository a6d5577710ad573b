"""``GET .../pods/{name}/log`` over the workers' log files."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from quarterdeck_local.errors import BadRequest, NotFound
from quarterdeck_local.logfile import follow, tail

LogFinder = Callable[[str, str], Path | None]
"""The log file of a Pod by namespace and name; None when there is no such Pod."""


class PodLogs:
    """Serves logs from its beginning or its last ``tailLines`` lines, and what follows."""

    def __init__(self, find: LogFinder, stopping: asyncio.Event) -> None:
        """Whoever follows a log is sent home when ``stopping`` is set."""
        self._find = find
        self._stopping = stopping

    async def endpoint(self, request: Request) -> Response:
        """Answers with the log; with ``follow=true`` for as long as the client listens."""
        path = self._path(request)
        said, position = tail(path, _lines(request))
        if request.query_params.get("follow") != "true":
            return PlainTextResponse(said)
        return StreamingResponse(self._followed(path, said, position), media_type="text/plain")

    async def _followed(self, path: Path, said: bytes, position: int) -> AsyncIterator[bytes]:
        yield said
        async for chunk in follow(path, position, self._stopping):
            yield chunk

    def _path(self, request: Request) -> Path:
        namespace, name = request.path_params["namespace"], request.path_params["name"]
        path = self._find(namespace, name)
        if path is None:
            raise NotFound(f'pods "{name}" not found')
        return path


def _lines(request: Request) -> int | None:
    given = request.query_params.get("tailLines")
    if given is None:
        return None
    if not given.isdigit():
        raise BadRequest("tailLines: must be a whole number, 0 or more")
    return int(given)
