"""Goes through the whole log in the database and says whether it is as it was written.

The same for the API and, with nothing but the database's URL and the pepper, for
``quarterdeck audit verify`` on a machine that trusts no gateway.
"""

import asyncio
from dataclasses import dataclass

from quarterdeck_gateway.audit.chain import ChainKey, Checkpoint, Problem, Verification
from quarterdeck_gateway.audit.store import AuditStore
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.schema import check_schema


@dataclass(frozen=True)
class VerificationReport:
    """``problem`` is None for a log that is whole; ``checkpoint`` is then worth noting."""

    rows: int
    """Rows that hold, from the first on."""
    first_at: str | None
    last_at: str | None
    checkpoint: Checkpoint | None
    problem: Problem | None


async def verify_log(
    store: AuditStore, key: ChainKey, checkpoint: Checkpoint | None = None
) -> VerificationReport:
    """Verify what is stored now; rows that are added meanwhile do not disturb.

    ``checkpoint`` is what an earlier report, or the gateway's log, told. Raises DatabaseAway.
    """
    end = await store.end()
    verification = Verification(key, checkpoint)
    first_at = last_at = None
    async for chunk in store.rows(end.seq):
        for row in chunk:
            if (problem := verification.feed(row)) is not None:
                return VerificationReport(verification.rows, first_at, last_at, None, problem)
            first_at, last_at = first_at or row.at, row.at
        # Chats have their turn, however long the log is.
        await asyncio.sleep(0)
    problem = verification.finish(end.head)
    checkpoint = None if problem or verification.rows == 0 else verification.last
    return VerificationReport(verification.rows, first_at, last_at, checkpoint, problem)


async def verify_database(
    url: str, pepper: bytes, checkpoint: Checkpoint | None = None
) -> VerificationReport:
    """The same for the database at ``url``. Raises DatabaseError, also for another schema."""
    database = Database.open(url)
    try:
        await check_schema(database)
        return await verify_log(AuditStore(database), ChainKey(pepper), checkpoint)
    finally:
        await database.close()
