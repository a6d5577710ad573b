"""Whether the database's schema is the one this release works with.

Kept apart from the migrations themselves, which need Alembic: a gateway that only checks does not
pay for it in memory.
"""

from typing import Final

from sqlalchemy import inspect, text

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import SchemaMismatch

REVISIONS: Final = ("0001", "0002", "0003", "0004")
"""All that this release knows, oldest first; the last is the one it works with."""


async def check_schema(database: Database) -> None:
    """Raises SchemaMismatch, whose text says what to do, or DatabaseAway."""
    flaw = mismatch(await current_revision(database))
    if flaw is not None:
        raise SchemaMismatch(flaw)


def is_behind(found: str | None) -> bool:
    """Whether migrating brings a database at revision ``found`` to this release's schema."""
    return found is None or found in REVISIONS[:-1]


def mismatch(found: str | None) -> str | None:
    """What is wrong with a database at revision ``found``; None when nothing is."""
    if found == REVISIONS[-1]:
        return None
    if found is None:
        return "the database has no tables yet: run `quarterdeck migrate`"
    if found in REVISIONS:
        return (
            f"the database's schema is at {found}, this release needs {REVISIONS[-1]}: "
            "run `quarterdeck migrate`"
        )
    return (
        f"the database's schema is at {found}, made by a newer release than this one, which "
        f"knows {REVISIONS[-1]}: upgrade this gateway, or run that release's "
        f"`quarterdeck migrate --revision {REVISIONS[-1]}`"
    )


async def current_revision(database: Database) -> str | None:
    """The revision of the schema; None for a database without tables of ours."""
    async with database.read() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
            return None
        found = await connection.execute(text("SELECT version_num FROM alembic_version"))
        return found.scalar_one_or_none()
