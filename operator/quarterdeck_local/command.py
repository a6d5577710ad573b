"""Adds ``up`` to the ``quarterdeck`` command; what it needs is imported when it runs."""

from pathlib import Path
from typing import Annotated, Final

import typer

from quarterdeck_cli.instance import home_directory

DEFAULT_PORT: Final = 8000


def register(app: typer.Typer) -> None:
    """Entry point of the group ``quarterdeck.commands``."""
    app.command("up", rich_help_panel="Standalone")(up_command)


def up_command(
    manifests: Annotated[
        Path | None,
        typer.Option(help="Folder of manifests to run and to follow.", metavar="DIR"),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            help="Port of the gateway; 0 takes any.",
            envvar=["QUARTERDECK_PORT", "PORT"],
            min=0,
            max=65535,
        ),
    ] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Run Quarterdeck here, without a cluster: gateway, agents, workers. Ctrl-C stops it."""
    from rich.console import Console

    from quarterdeck_cli.errors import CliError
    from quarterdeck_gateway.collector import pause
    from quarterdeck_local.errors import CannotStart, LocalError
    from quarterdeck_local.home import opened
    from quarterdeck_local.listening import bound

    try:
        if manifests is not None and not manifests.is_dir():
            raise CannotStart(f"there is no manifests folder {manifests}")
        with opened(home_directory()) as home, bound(host, port) as listener:
            # Takes a second, which nobody should wait for only to be refused.
            pause()
            from quarterdeck_local.up import up

            up(home, listener, manifests, Console())
    except LocalError as exc:
        raise CliError(str(exc)) from exc
