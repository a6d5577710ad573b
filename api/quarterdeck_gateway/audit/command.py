"""``quarterdeck audit verify-database``: the audit log verified without a gateway.

For a log that is too long for one request, and for whoever trusts the gateway as little as the
database: all it needs is a connection and the pepper.
"""

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Annotated, Final

from quarterdeck_contract.names import MIN_PEPPER_BYTES

if TYPE_CHECKING:
    import typer

DATABASE: Final = "QUARTERDECK_DATABASE_URL"
PEPPER: Final = "QUARTERDECK_KEY_PEPPER"
GROUP: Final = "audit"
_TAMPERED: Final = 1
_USAGE: Final = 2


def register(app: "typer.Typer") -> None:
    """Entry point of the group ``quarterdeck.commands``: joins the group ``audit``."""
    import typer

    group = next((each for each in app.registered_groups if each.name == GROUP), None)
    if group is None or group.typer_instance is None:
        return

    @group.typer_instance.command("verify-database")
    def verify_database(
        database: Annotated[
            str, typer.Option(help="postgresql://... or sqlite:///path.", envvar=DATABASE)
        ] = "",
        checkpoint: Annotated[
            str | None, typer.Option(help="What an earlier verification told: NUMBER:HASH.")
        ] = None,
    ) -> None:
        """Verify the log in a database itself; the pepper comes from QUARTERDECK_KEY_PEPPER."""
        if (code := run(database, os.environ.get(PEPPER, ""), checkpoint)) != 0:
            raise typer.Exit(code)


def run(url: str, pepper: str, checkpoint: str | None) -> int:
    """Verify and say so; 0 when whole, 1 when not or when the database refused, 2 for bad input."""
    from quarterdeck_gateway.audit.chain import Checkpoint
    from quarterdeck_gateway.audit.verification import verify_database
    from quarterdeck_gateway.database.errors import DatabaseError

    if len(pepper.encode()) < MIN_PEPPER_BYTES:
        return _failed(f"put the installation's pepper into {PEPPER}", _USAGE)
    try:
        noted = None if checkpoint is None else Checkpoint.parse(checkpoint)
    except ValueError as exc:
        return _failed(f"--checkpoint: {exc}", _USAGE)
    try:
        report = asyncio.run(verify_database(url, pepper.encode(), noted))
    except DatabaseError as exc:
        return _failed(str(exc), _TAMPERED)
    if report.problem is not None:
        problem = report.problem
        return _failed(f"the audit log was tampered with: row {problem.seq}: {problem.what}", 1)
    sys.stdout.write(f"the audit log is whole: {report.rows} events\n")
    if report.checkpoint is not None:
        sys.stdout.write(f"checkpoint {report.checkpoint}\n")
    return 0


def _failed(why: str, code: int) -> int:
    sys.stderr.write(f"error: {why}\n")
    return code
