"""``quarterdeck migrate``, and the same as ``python -m quarterdeck_gateway.database``.

The second form needs none of the command line's packages: it is what a gateway's image has.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Final, NoReturn

from quarterdeck_gateway.database.errors import DatabaseAway, DatabaseError, NotLetIn

if TYPE_CHECKING:
    import typer

    from quarterdeck_gateway.database.waiting import Patience

VARIABLE: Final = "QUARTERDECK_DATABASE_URL"
FAILED: Final = 1
USAGE_ERROR: Final = 2
AWAY: Final = 3
"""Exit codes; ``AWAY`` is that of ``--check`` while nobody can know how the schema stands."""
_HELP: Final = "Bring the database of the ledger and the audit log to this release's schema."
_DATABASE_HELP: Final = f"postgresql://... or sqlite:///path; ${VARIABLE} if absent."
_CHECK_HELP: Final = (
    "Change nothing; exit with 0 when the schema is this release's, 1 when it is not, "
    f"{AWAY} when the database does not answer."
)
_WAIT_HELP: Final = (
    "Return with 0 once a gateway may start: when the schema is this release's (after a minute it "
    "is migrated here), or when the database was away for two minutes."
)
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
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", dest="ask", action="store_const", const=checked, help=_CHECK_HELP)
    how.add_argument("--wait", dest="ask", action="store_const", const=waited, help=_WAIT_HELP)
    chosen = parser.parse_args()
    if not _is_named(chosen.database):
        return USAGE_ERROR
    if chosen.ask is None:
        return run(chosen.database, chosen.revision)
    ask: Callable[[str], Coroutine[None, None, int]] = chosen.ask
    return asyncio.run(ask(chosen.database))


def run(url: str, revision: str) -> int:
    """Migrate and say so; 0 when done, 1 when the database refused, 2 without a URL."""
    if not _is_named(url):
        return USAGE_ERROR
    try:
        reached = asyncio.run(_migrated(url, revision))
    except DatabaseError as exc:
        return _failed(exc, FAILED)
    sys.stdout.write(f"the schema is at {reached}\n")
    return 0


def _is_named(url: str) -> bool:
    if url.startswith(("postgresql://", "sqlite:///")):
        return True
    sys.stderr.write(
        f"error: name the database: --database or {VARIABLE}, "
        "postgresql://user:password@host/name or sqlite:///path\n"
    )
    return False


def _failed(exc: DatabaseError, code: int) -> int:
    sys.stderr.write(f"error: {exc}\n")
    return code


async def _migrated(url: str, revision: str) -> str:
    from quarterdeck_gateway.database.engine import Database
    from quarterdeck_gateway.database.migrate import migrate

    database = Database.open(url)
    try:
        return await migrate(database, revision)
    finally:
        await database.close()


async def checked(url: str) -> int:
    """Exit code of ``--check``."""
    from quarterdeck_gateway.database.engine import Database
    from quarterdeck_gateway.database.schema import REVISIONS, check_schema

    try:
        database = Database.open(url)
        try:
            await check_schema(database)
        finally:
            await database.close()
    except NotLetIn as exc:
        return _failed(exc, FAILED)
    except DatabaseAway as exc:
        return _failed(exc, AWAY)
    except DatabaseError as exc:
        return _failed(exc, FAILED)
    sys.stdout.write(f"the schema is at {REVISIONS[-1]}\n")
    return 0


async def waited(url: str, patience: "Patience | None" = None) -> int:
    """Exit code of ``--wait``."""
    from quarterdeck_gateway.database.engine import Database
    from quarterdeck_gateway.database.waiting import Patience, Waiting

    # The first process of a container ends by no signal that it does not ask for.
    signal.signal(signal.SIGTERM, _leave)
    try:
        database = Database.open(url)
    except DatabaseError as exc:
        return _failed(exc, FAILED)
    try:
        waiting = Waiting(database, _say, patience or Patience())
        return 0 if await waiting.until_a_gateway_may_start() else FAILED
    finally:
        await database.close()


def _say(line: str) -> None:
    sys.stderr.write(f"waiting: {line}\n")
    sys.stderr.flush()


def _leave(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)
