"""What only the leader does: reconcile, and make the admin key if there is none."""

import asyncio

import structlog

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import KubeError
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.resources import LEASE, Manifest
from quarterdeck_operator.admin_key import AdminKeyUnreadable, ensure_admin_key
from quarterdeck_operator.engine import Engine
from quarterdeck_operator.lease import LeaderElector

ADMIN_KEY_RETRY = 10.0

_log = structlog.get_logger(__name__)


async def lead(elector: LeaderElector, engine: Engine, client: KubeClient, namespace: str) -> None:
    """Wait for the Lease, work while it is held, give it back. Raises LeaseLost."""
    await elector.acquire()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(elector.hold())
            group.create_task(engine.run())
            group.create_task(_keep_admin_key(client, namespace))
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


async def _keep_admin_key(client: KubeClient, namespace: str) -> None:
    while True:
        try:
            await ensure_admin_key(client, namespace)
        except (KubeError, AdminKeyUnreadable) as exc:
            _log.warning("admin key not ensured", error=str(exc))
            await asyncio.sleep(ADMIN_KEY_RETRY)
        else:
            return
