"""Composes the ``quarterdeck`` command, and turns every failure into one line and an exit code."""

import sys
from importlib.metadata import entry_points
from typing import Final

import typer

from quarterdeck_cli import administration, commands, key_commands
from quarterdeck_cli.errors import CliError

COMMAND_GROUP: Final = "quarterdeck.commands"
"""Entry points of this group are called with the typer application and add commands to it."""
INTERRUPTED: Final = 130

VERBS: Final = (
    commands.apply,
    commands.delete,
    commands.get,
    commands.describe,
    commands.logs,
    commands.chat,
    administration.budgets,
    administration.costs,
    administration.usage,
    commands.version,
)
GROUPS: Final = {"keys": key_commands.keys, "audit": administration.audit}


def application() -> typer.Typer:
    """The command with every verb, those of installed entry points included."""
    app = typer.Typer(
        name="quarterdeck",
        help="Run AI agents: on this machine with `up`, or on a cluster.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for verb in VERBS:
        app.command()(verb)
    for name, group in GROUPS.items():
        app.add_typer(group, name=name)
    for entry in entry_points(group=COMMAND_GROUP):
        entry.load()(app)
    return app


def main() -> None:
    """Console script. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted."""
    try:
        application()()
    except CliError as exc:
        for line in exc.lines:
            sys.stderr.write(f"error: {line}\n")
        sys.exit(exc.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
