"""LIST in pages, so that neither side has to hold thousands of objects at once."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Final

from quarterdeck_kube.errors import Expired
from quarterdeck_kube.resources import Manifest
from quarterdeck_kube.selection import Selection
from quarterdeck_kube.transport import Transport

PAGE_SIZE: Final = 500


@dataclass(frozen=True)
class ObjectList:
    """Objects of one point in time, ``resource_version``, which is the place to watch from."""

    items: list[Manifest]
    resource_version: str


async def pages(
    transport: Transport, selection: Selection, *, limit: int = PAGE_SIZE
) -> AsyncGenerator[ObjectList, None]:
    """The matching objects, page by page; all pages show the same point in time.

    Raises Expired when the server has forgotten that point before the last page.
    """
    continuation = ""
    while True:
        answer = await transport.send_json(selection.list_request(limit, continuation))
        metadata = answer.get("metadata") or {}
        items = [selection.named(item) for item in answer.get("items") or ()]
        yield ObjectList(items, str(metadata.get("resourceVersion") or ""))
        continuation = str(metadata.get("continue") or "")
        if not continuation:
            return


async def list_all(
    transport: Transport, selection: Selection, *, limit: int = PAGE_SIZE
) -> ObjectList:
    """All matching objects; when the pages expire half-way, once more in a single piece."""
    try:
        found = [page async for page in pages(transport, selection, limit=limit)]
    except Expired:
        found = [page async for page in pages(transport, selection, limit=0)]
    return ObjectList([item for page in found for item in page.items], found[-1].resource_version)
