"""Lets a gateway begin without its database, and work with it once it is known to be the right one.

A database that comes back may be an empty one, or one that a migration has not reached. Rows that
are written into another release's tables may lose columns without a word, so until its schema was
seen to be this release's nothing is asked of it: it is away, and records wait in the spool.
"""

import asyncio
from typing import Final

import structlog

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseAway, DatabaseError, SchemaMismatch
from quarterdeck_gateway.database.schema import current_revision, is_behind, mismatch

RETRY_SECONDS: Final = 2.0

log = structlog.get_logger(__name__)


class SchemaGate:
    """Keeps ``database`` shut for all others until its schema is this release's.

    Later it is not looked at again: a newer release migrates before this one's gateways are gone,
    and they work on.
    """

    def __init__(self, database: Database, *, migrates: bool) -> None:
        """``migrates``: bring a database that is behind to this release's schema."""
        self._database = database
        self._migrates = migrates
        # The same connections, for whoever may ask before the others.
        self._own = Database(database.engine)

    async def open(self) -> None:
        """Look once. When it is away it is shut, and ``run`` opens it. Raises SchemaMismatch."""
        try:
            await self._settle()
        except DatabaseAway as exc:
            # Chats need it less than people need chats.
            self._shut(exc)

    async def run(self) -> None:
        """Return once the database is open."""
        while self._database.shut_because:
            await asyncio.sleep(RETRY_SECONDS)
            try:
                await self._settle()
            except DatabaseError as exc:
                self._shut(exc)
            else:
                self._database.shut_because = ""
                log.info("database is back, with the right schema")

    def _shut(self, exc: DatabaseError) -> None:
        reason = str(exc)
        if reason != self._database.shut_because:
            log.error("database is away", reason=reason)
        self._database.shut_because = reason

    async def _settle(self) -> None:
        found = await current_revision(self._own)
        if self._migrates and is_behind(found):
            # Alembic is 12 MB, which a gateway that only serves does not need.
            from quarterdeck_gateway.database.migrate import migrate

            found = await migrate(self._own)
        if (flaw := mismatch(found)) is not None:
            raise SchemaMismatch(flaw)
