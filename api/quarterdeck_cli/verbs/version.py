"""``quarterdeck version``: ours, and the server's if there is one.

Asked first when something is wrong, so it is quick and a missing server is no error. A local
instance is asked with the standard library, since loading an HTTP client takes longer.
"""

import http.client
import json
import os
from importlib.metadata import version as installed_version
from pathlib import Path
from urllib.parse import urlsplit

import typer

from quarterdeck_cli.errors import CliError
from quarterdeck_cli.instance import API_PATH, Instance, home_directory, running_instance

_SECONDS = 3.0


def version(context: str | None, *, client_only: bool) -> None:
    """Print both versions."""
    typer.echo(f"client: {installed_version('quarterdeck')}")
    if not client_only:
        typer.echo(f"server: {_server(context)}")


def _server(context: str | None) -> str:
    instance = None if context else running_instance(home_directory())
    if instance is not None:
        return f"{_standalone_version(instance)} (standalone, {instance.url}, pid {instance.pid})"
    if context is None and not _has_kubeconfig():
        return "none (no standalone instance runs here, and there is no kubeconfig)"
    try:
        return _cluster_version(context)
    except CliError as exc:
        return f"none ({exc})"


def _standalone_version(instance: Instance) -> str:
    address = urlsplit(instance.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_SECONDS)
    try:
        headers = {"Authorization": f"Bearer {instance.key}"}
        connection.request("GET", f"{API_PATH}/version", headers=headers)
        return str(json.load(connection.getresponse()).get("gitVersion", "unknown"))
    except (OSError, http.client.HTTPException, ValueError):
        return "not answering"
    finally:
        connection.close()


def _has_kubeconfig() -> bool:
    return bool(os.environ.get("KUBECONFIG")) or Path("~/.kube/config").expanduser().is_file()


def _cluster_version(context: str | None) -> str:
    import asyncio

    from quarterdeck_cli.target import choose, connect

    target = choose(context, None)

    async def ask() -> str:
        async with connect(target) as client:
            return await client.version()

    return f"Kubernetes {asyncio.run(ask())} ({target.credentials.server})"
