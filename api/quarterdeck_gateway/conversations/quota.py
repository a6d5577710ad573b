"""How much one owner may keep: conversations share their database with the ledger and the audit
log, which must not run out of room because somebody fills theirs.

Kept exactly, however many gateways write for one owner at once: whoever adds takes the owner's lock
first, and what goes away meanwhile only leaves more room.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from quarterdeck_gateway.database.tables import conversations
from quarterdeck_gateway.errors import Conflict, QuotaExceeded

MAX_CONVERSATIONS: Final = 1000
"""Of one owner."""
MEBIBYTE: Final = 1024 * 1024
_LOCK: Final = 0x716463
"""First key of PostgreSQL's advisory locks of owners: the letters "qdc"."""
_C: Final = conversations.c


@dataclass(frozen=True)
class Quota:
    """The most that one owner may keep."""

    bytes: int

    async def admit(self, connection: AsyncConnection, owner: str) -> None:
        """Make sure that one more conversation fits, under the owner's lock. Raises Conflict."""
        await lock(connection, owner)
        count = select(func.count()).where(_C.owner == owner)
        if (await connection.execute(count)).scalar_one() >= MAX_CONVERSATIONS:
            raise Conflict(
                f"You have {MAX_CONVERSATIONS} conversations already: delete some first; export "
                "what you want to keep."
            )

    async def require(self, connection: AsyncConnection, owner: str, id_: str, size: int) -> None:
        """Make sure that conversation ``id_`` may have ``size`` bytes, under the owner's lock.

        Raises QuotaExceeded.
        """
        total = select(func.coalesce(func.sum(_C.bytes), 0))
        others = total.where(_C.owner == owner, _C.id != id_)
        kept = int((await connection.execute(others)).scalar_one())
        if kept + size > self.bytes:
            raise QuotaExceeded(
                f"Your conversations would have more than {self.bytes / MEBIBYTE:g} MiB together: "
                "delete some first; export what you want to keep."
            )


async def lock(connection: AsyncConnection, owner: str) -> None:
    """Have writers for ``owner`` wait for each other until the transaction ends. SQLite's writers
    do in any case."""
    if connection.dialect.name == "postgresql":
        # Owners of the same hash wait for each other too, and nothing else happens.
        question = text("SELECT pg_advisory_xact_lock(:key, hashtext(:owner))")
        await connection.execute(question, {"key": _LOCK, "owner": owner})
