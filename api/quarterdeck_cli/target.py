"""Whom a command talks to: the standalone instance that runs here, or a cluster.

Said once: ``--context`` forces a cluster; otherwise a running instance of QUARTERDECK_HOME wins
over the kubeconfig's current context. Before anything is changed in a cluster its name is shown.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from quarterdeck_cli.errors import CliError, NoTarget, NotFound, Refused
from quarterdeck_cli.instance import Instance, home_directory, running_instance
from quarterdeck_kube import errors as kube
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.login import login

FIELD_MANAGER: Final = "quarterdeck-cli"


@dataclass(frozen=True)
class Target:
    """An API server, and the namespace to use where none is named."""

    credentials: Credentials
    namespace: str
    instance: Instance | None = None
    """Set when the target is standalone."""
    context: str | None = None

    def announce(self) -> None:
        """Tell on stderr which cluster is about to change; a laptop needs no such care."""
        if self.instance is None:
            name = f'context "{self.context}"' if self.context else "the current context"
            sys.stderr.write(
                f"cluster: {name}, {self.credentials.server}, namespace {self.namespace}\n"
            )


def choose(context: str | None, namespace: str | None) -> Target:
    """Raises NoTarget saying how to get one, and Refused when one is there but unreadable."""
    instance = None if context else running_instance(home_directory())
    if instance is not None:
        credentials = Credentials(server=instance.api_server, token=instance.key)
        return Target(credentials, namespace or "default", instance)
    try:
        credentials = login(context)
    except kube.LoginError as exc:
        raise NoTarget(_no_target(context, str(exc))) from exc
    return Target(credentials, namespace or credentials.namespace, context=context)


@asynccontextmanager
async def connect(target: Target) -> AsyncIterator[KubeClient]:
    """A client; what it raises inside the block comes out as CliError."""
    try:
        async with KubeClient(target.credentials, field_manager=FIELD_MANAGER) as client:
            yield client
    except kube.KubeError as exc:
        raise translated(exc) from exc


def translated(error: kube.KubeError) -> CliError:
    """The error for people: what the server said, field by field where it did."""
    if isinstance(error, kube.Invalid) and error.causes:
        return Refused("\n".join(f"{each.field}: {each.message}" for each in error.causes))
    if isinstance(error, kube.NotFound):
        hint = ": are Quarterdeck's CRDs installed there?" if error.api_missing else ""
        return NotFound(error.message + hint)
    if isinstance(error, kube.Unauthorized):
        return Refused(f"the login was refused: {error.message}")
    return Refused(error.message)


def _no_target(context: str | None, why: str) -> str:
    if context or os.environ.get("KUBECONFIG"):
        return why
    return f"nothing runs in {home_directory()} (start it with: quarterdeck up), and {why}"
