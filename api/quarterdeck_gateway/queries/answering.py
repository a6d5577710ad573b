"""The database's errors as answers: whoever asks a question about the past may ask it again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Final

import structlog
from pydantic import Field

from quarterdeck_gateway.database.errors import DatabaseError
from quarterdeck_gateway.errors import Unavailable

RETRY_SECONDS: Final = 5
FRESH_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)

Word = Annotated[str, Field(max_length=253, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A value to compare with: no control characters, which a database may refuse to hear."""


Flush = Callable[[], Awaitable[None]]
"""Has what this gateway took so far in the database; raises DatabaseAway."""


async def freshened(flush: Flush) -> None:
    """Let people see what they did a moment ago; not at any price, where much is waiting."""
    with suppress(TimeoutError):
        async with asyncio.timeout(FRESH_SECONDS):
            await flush()


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """Turns DatabaseError into Unavailable, without what the driver said."""
    try:
        yield
    except DatabaseError as exc:
        log.warning("database question failed", reason=str(exc))
        raise Unavailable(
            "The database does not answer now: try again in a few seconds.",
            retry_after=RETRY_SECONDS,
        ) from exc
