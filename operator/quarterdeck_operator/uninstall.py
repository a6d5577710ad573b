"""Removes what an installation made and nobody else would: ``python -m
quarterdeck_operator.uninstall``, run by the chart's hooks.

``resources`` runs while the operator still does; it deletes what people declared and waits until
their workers are gone. ``leftovers`` runs when no operator holds the Lease any more, which would
otherwise make the Secrets again.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from quarterdeck_contract.names import FIELD_MANAGER
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import KubeError, LoginError, NotFound
from quarterdeck_kube.login import login
from quarterdeck_kube.resources import (
    AGENT,
    API_KEY,
    BUDGET,
    LEASE,
    MODEL,
    PERSISTENT_VOLUME_CLAIM,
    POD,
    SECRET,
    Resource,
)
from quarterdeck_operator.logs import configure_logs

ORDER: Final = (AGENT, API_KEY, BUDGET, MODEL)
"""What uses others goes before them."""
POLL_SECONDS: Final = 1.0
RELEASE_SECONDS: Final = 20.0
"""A Lease that nobody gave back ends after 15 seconds."""

_log = structlog.get_logger(__name__)


class NotGone(Exception):
    """The time is over and something is still there: the text names it."""


@dataclass(frozen=True)
class Leftovers:
    """Names, in one namespace, of what the operator and the stores leave behind."""

    namespace: str
    lease: str
    secrets: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    """Of tests: Helm leaves them for their logs."""


def main() -> None:
    """Run one of the two commands; exit code 1 when something is still there."""
    chosen = _parser().parse_args()
    configure_logs("info", "json")
    try:
        asyncio.run(_run(chosen))
    except (KubeError, LoginError, NotGone) as exc:
        sys.exit(f"uninstall: {exc}")


async def remove_resources(
    client: KubeClient, namespaces: Sequence[str], *, seconds: float, poll: float = POLL_SECONDS
) -> None:
    """Delete our kinds in ``namespaces`` (empty: all) and wait until their children are gone.

    Raises NotGone after ``seconds``, KubeError.
    """
    scopes: list[str | None] = [*namespaces] or [None]
    remaining: list[str] = []
    try:
        async with asyncio.timeout(seconds):
            for resource in ORDER:
                await _remove_all(client, resource, scopes, poll, remaining)
    except TimeoutError as exc:
        named = ", ".join(remaining[:10])
        raise NotGone(f"still there after {seconds:g} s: {named}") from exc


async def remove_leftovers(
    client: KubeClient, left: Leftovers, *, seconds: float = RELEASE_SECONDS, poll: float = 0.5
) -> None:
    """Wait until nobody holds the Lease, at most ``seconds``, then delete what is named."""
    for _ in range(round(seconds / poll)):
        if await _is_free(client, left):
            break
        await asyncio.sleep(poll)
    for resource, names in (
        (SECRET, left.secrets),
        (PERSISTENT_VOLUME_CLAIM, left.claims),
        (POD, left.pods),
        (LEASE, (left.lease,)),
    ):
        for name in names:
            if await client.delete(resource, left.namespace, name):
                _log.info("removed", kind=resource.kind, name=name)


async def _remove_all(
    client: KubeClient,
    resource: Resource,
    scopes: Sequence[str | None],
    poll: float,
    remaining: list[str],
) -> None:
    while found := await _named(client, resource, scopes):
        remaining[:] = [f"{resource.kind} {namespace}/{name}" for namespace, name in found]
        for namespace, name in found:
            await client.delete(resource, namespace, name, propagation="Foreground")
        await asyncio.sleep(poll)
    _log.info("removed", kind=resource.kind)


async def _named(
    client: KubeClient, resource: Resource, scopes: Sequence[str | None]
) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for scope in scopes:
        try:
            listed = await client.list(resource, scope, metadata_only=True)
        except NotFound:
            continue  # the definitions are gone already, and with them all of their kind
        places = [item["metadata"] for item in listed.items]
        found += [(place["namespace"], place["name"]) for place in places]
    return found


async def _is_free(client: KubeClient, left: Leftovers) -> bool:
    try:
        lease = await client.get(LEASE, left.namespace, left.lease)
    except NotFound:
        return True
    return not lease["spec"].get("holderIdentity")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m quarterdeck_operator.uninstall")
    commands = parser.add_subparsers(dest="command", required=True)
    resources = commands.add_parser("resources", help="what people declared, and its workers")
    resources.add_argument("--namespace", action="append", default=[], help="repeat; none: all")
    resources.add_argument("--seconds", type=float, default=240)
    leftovers = commands.add_parser("leftovers", help="the Lease, Secrets and claims")
    leftovers.add_argument("--namespace", required=True)
    leftovers.add_argument("--lease", required=True)
    leftovers.add_argument("--secret", action="append", default=[])
    leftovers.add_argument("--claim", action="append", default=[])
    leftovers.add_argument("--pod", action="append", default=[])
    return parser


async def _run(chosen: argparse.Namespace) -> None:
    async with KubeClient(login(), field_manager=FIELD_MANAGER) as client:
        if chosen.command == "resources":
            await remove_resources(client, chosen.namespace, seconds=chosen.seconds)
            return
        names = Leftovers(
            chosen.namespace,
            chosen.lease,
            secrets=tuple(chosen.secret),
            claims=tuple(chosen.claim),
            pods=tuple(chosen.pod),
        )
        await remove_leftovers(client, names)


if __name__ == "__main__":
    main()
