"""What only the leader does: reconcile, make the installation's own Secrets at the start, and look
for other installations."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import KubeError
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.resources import LEASE, Manifest
from quarterdeck_operator.engine import Engine
from quarterdeck_operator.installation import ensure_installation
from quarterdeck_operator.lease import LeaderElector
from quarterdeck_operator.neighbours import watch_neighbours
from quarterdeck_operator.own_secrets import USUAL, OwnSecrets, OwnSecretUnusable

INSTALLATION_RETRY: Final = 10.0
"""Seconds."""

_log = structlog.get_logger(__name__)


async def lead(
    elector: LeaderElector,
    engine: Engine,
    client: KubeClient,
    namespace: str,
    own: OwnSecrets = USUAL,
    watched: Sequence[str] = (),
) -> None:
    """Wait for the Lease, work while it is held, give it back. Raises LeaseLost.

    ``watched`` are the namespaces that are served; empty: all.
    """
    await elector.acquire()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(elector.hold())
            group.create_task(engine.run())
            group.create_task(_keep_installation(client, namespace, own))
            group.create_task(watch_neighbours(client, namespace, watched))
    finally:
        await elector.release()


def lease_informer(
    client: KubeClient, elector: LeaderElector, namespace: str, name: str
) -> Informer:
    """Tells a candidate of renewals, and at once when a leader gives the Lease back."""

    def seen(event_type: str, lease: Manifest) -> None:
        elector.observe(None if event_type == "DELETED" else lease)

    return Informer(
        client, LEASE, seen, namespace=namespace, field_selector=f"metadata.name={name}"
    )


async def _keep_installation(client: KubeClient, namespace: str, own: OwnSecrets) -> None:
    while True:
        try:
            await ensure_installation(client, namespace, own)
        except (KubeError, OwnSecretUnusable) as exc:
            _log.error("installation not complete", error=str(exc))
            await asyncio.sleep(INSTALLATION_RETRY)
        else:
            return
