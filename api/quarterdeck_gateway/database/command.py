"""``quarterdeck migrate``, and the same as ``python -m quarterdeck_gateway.database``.

The second form needs none of the command line's packages: it is what a gateway's image has.
"""

import argparse
import asyncio
import os
import sys
from typing import TYPE_CHECKING, Annotated, Final

from quarterdeck_gateway.database.errors import DatabaseError

if TYPE_CHECKING:
    import typer

VARIABLE: Final = "QUARTERDECK_DATABASE_URL"
_HELP: Final = "Bring the database of the ledger and the audit log to this release's schema."
_DATABASE_HELP: Final = f"postgresql://... or sqlite:///path; ${VARIABLE} if absent."
_CHECK_HELP: Final = "Change nothing; fail while the schema is not this release's."
_REVISION_HELP: Final = "Where to, also backwards: a revision, head, or base (drops all tables)."


def register(app: "typer.Typer") -> None:
    """Entry point of the group ``quarterdeck.commands``."""
    import typer

    def migrate(
        database: Annotated[
            str, typer.Option(help=_DATABASE_HELP, envvar=VARIABLE, show_envvar=False)
        ] = "",
        revision: Annotated[str, typer.Option(help=_REVISION_HELP)] = "head",
    ) -> None:
        if (code := run(database, revision)) != 0:
            raise typer.Exit(code)

    app.command("migrate", help=_HELP, rich_help_panel="Administration")(migrate)


def main() -> int:
    """Without the ``quarterdeck`` command; the exit code."""
    parser = argparse.ArgumentParser("python -m quarterdeck_gateway.database", description=_HELP)
    parser.add_argument("--database", default=os.environ.get(VARIABLE, ""), help=_DATABASE_HELP)
    parser.add_argument("--revision", default="head", help=_REVISION_HELP)
    parser.add_argument("--check", action="store_true", help=_CHECK_HELP)
    chosen = parser.parse_args()
    return run(chosen.database, chosen.revision, change=not chosen.check)


def run(url: str, revision: str, *, change: bool = True) -> int:
    """Migrate (or only look, without ``change``) and say so; 0 when done, 1 when the database
    refused or has another schema, 2 without a URL."""
    if not url.startswith(("postgresql://", "sqlite:///")):
        sys.stderr.write(
            f"error: name the database: --database or {VARIABLE}, "
            "postgresql://user:password@host/name or sqlite:///path\n"
        )
        return 2
    try:
        reached = asyncio.run(_migrated(url, revision) if change else _checked(url))
    except DatabaseError as exc:
        sys.stderr.write(f"error: {exc}\n")
        return 1
    sys.stdout.write(f"the schema is at {reached}\n")
    return 0


async def _migrated(url: str, revision: str) -> str:
    from quarterdeck_gateway.database.engine import Database
    from quarterdeck_gateway.database.migrate import migrate

    database = Database.open(url)
    try:
        return await migrate(database, revision)
    finally:
        await database.close()


async def _checked(url: str) -> str:
    from quarterdeck_gateway.database.engine import Database
    from quarterdeck_gateway.database.schema import REVISIONS, check_schema

    database = Database.open(url)
    try:
        await check_schema(database)
    finally:
        await database.close()
    return REVISIONS[-1]
