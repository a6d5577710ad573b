"""Brings a database's schema to a revision; several processes may try at once.

Alembic is driven without its files: where the scripts are is known, and the connection is ours. All
steps run in one transaction, on both databases, so a migration that fails leaves nothing behind.
"""

from pathlib import Path
from typing import Any, Final

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, text

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import SchemaMismatch
from quarterdeck_gateway.database.tables import metadata

HEAD: Final = "head"
BASE: Final = "base"
_LOCK: Final = 0x7164_6D69_6772
"""Key of PostgreSQL's advisory lock: the letters "qdmigr"."""


async def migrate(database: Database, revision: str = HEAD) -> str:
    """Up or down to ``revision``: an id, ``head`` or ``base`` (no tables); where it is now.

    Raises SchemaMismatch for an unknown revision, DatabaseAway, DatabaseRefused.
    """
    async with database.write() as connection:
        if database.is_postgresql:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        return await connection.run_sync(_run, revision)


def script_directory() -> ScriptDirectory:
    """The migrations of this release."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _run(connection: Connection, revision: str) -> str:
    scripts = script_directory()

    def steps(current: Any, _: Any) -> Any:
        if _is_below(scripts, revision, current):
            return scripts._downgrade_revs(revision, current)
        return scripts._upgrade_revs(revision, current)

    context = EnvironmentContext(Config(), scripts, fn=steps, destination_rev=revision)
    try:
        with context:
            context.configure(connection=connection, target_metadata=metadata)
            context.run_migrations()
            return context.get_context().get_current_revision() or BASE
    except (CommandError, RevisionError) as exc:
        raise SchemaMismatch(f"cannot migrate to {revision}: {exc}") from exc


def _is_below(scripts: ScriptDirectory, revision: str, current: tuple[str, ...]) -> bool:
    if revision == BASE:
        return True
    if revision == HEAD or not current:
        return False
    above = {script.revision for script in scripts.iterate_revisions(current[0], revision)}
    return current[0] != revision and current[0] in above
