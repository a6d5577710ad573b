"""Serves the files of the built web UI, and its one page for every path that is a page.

Whatever is asked for is looked up below one folder; Starlette's own look-up refuses every path
and link that leads out of it.
"""

import mimetypes
import os
import re
import stat
from asyncio import to_thread
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from quarterdeck_gateway.errors import NotFound
from quarterdeck_gateway.ui.headers import headers_for
from quarterdeck_gateway.ui.missing import not_built

INDEX: Final = "index.html"
_PRECOMPRESSED: Final = (("br", ".br"), ("gzip", ".gz"))
_MEDIA_TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""What a machine's own table may know otherwise, or not at all."""


_REFUSED: Final = re.compile(r"q=0(\.0*)?")


def ui_application(directory: Path) -> ASGIApp:
    """Serves ``directory``, compressed where the browser takes that. It need not exist yet."""
    return GZipMiddleware(UiFiles(directory), minimum_size=1024, compresslevel=6)


class UiFiles(StaticFiles):
    """Files as the build wrote them; ``FILE.br`` and ``FILE.gz`` go in the place of ``FILE``."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory.resolve(), check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.get_response(self.get_path(scope), scope)
        await response(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or the page. Raises NotFound."""
        headers = Headers(scope=scope)
        wanted = INDEX if path == "." else path
        found = await to_thread(self._response, wanted, headers)
        if found is None and (path == "." or is_page(wanted, headers.get("accept", ""))):
            found = await to_thread(self._response, INDEX, headers) or not_built()
        if found is None:
            raise NotFound(f"There is nothing at {scope['path']}.")
        return found

    def _response(self, path: str, request: Headers) -> Response | None:
        accepted = accepted_encodings(request.get("accept-encoding", ""))
        for encoding, suffix in (*_PRECOMPRESSED, ("", "")):
            if encoding and encoding not in accepted:
                continue
            known = self._file(path + suffix)
            # A compressed file without the file itself is left over from another build.
            if known is not None and (not encoding or self._file(path) is not None):
                return self._answer(path, encoding, *known, request)
        return None

    def _file(self, path: str) -> tuple[str, os.stat_result] | None:
        if any(part.startswith(".") for part in path.split(os.sep)):
            return None
        try:
            full, found = self.lookup_path(path)
        except (OSError, ValueError):
            # Too long, or with characters that no file has.
            return None
        return (full, found) if found is not None and stat.S_ISREG(found.st_mode) else None

    def _answer(
        self, path: str, encoding: str, full: str, found: os.stat_result, request: Headers
    ) -> Response:
        headers = headers_for(path)
        if encoding:
            headers |= {"content-encoding": encoding, "vary": "Accept-Encoding"}
        response = FileResponse(
            full, headers=headers, media_type=media_type(path), stat_result=found
        )
        if not self.is_not_modified(response.headers, request):
            return response
        # A browser takes these headers over into what it has kept, so they are the page's own.
        unchanged = NotModifiedResponse(response.headers)
        unchanged.headers.update(headers_for(path))
        return unchanged


def is_page(path: str, accept: str) -> bool:
    """Whether somebody looks for a page of the UI: no file has such a name, and they take HTML."""
    return "." not in path.rpartition("/")[2] and "text/html" in accept


def media_type(path: str) -> str:
    """By the name of the file."""
    suffix = os.path.splitext(path)[1]
    known = _MEDIA_TYPES.get(suffix) or mimetypes.guess_type(path)[0]
    return known or "application/octet-stream"


def accepted_encodings(header: str) -> set[str]:
    """The encodings of an Accept-Encoding header, without those that it refuses."""
    found = set[str]()
    for part in header.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";")
        if name and not _REFUSED.fullmatch(weight):
            found.add(name)
    return found
