"""Cuts byte streams of the API server into lines.

aiohttp's own line reader refuses lines over 128 KiB; a watched object may have 1.5 MiB.
"""

from collections.abc import AsyncIterator


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The lines of ``chunks`` without their newline, the last one also when it lacks one."""
    pending = bytearray()
    async for chunk in chunks:
        pending += chunk
        if b"\n" not in chunk:
            continue
        *complete, rest = bytes(pending).split(b"\n")
        pending = bytearray(rest)
        for line in complete:
            yield line
    if pending:
        yield bytes(pending)
