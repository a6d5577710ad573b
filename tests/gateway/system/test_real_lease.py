"""The control plane of a real cluster: who leads, as a real Lease says it, or that nobody does."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from quarterdeck_contract.names import OPERATOR_LEASE
from quarterdeck_gateway.system.control_plane import OperatorPresence
from quarterdeck_gateway.system.kubernetes import KubernetesControlPlane
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.kubeconfig import from_kubeconfig
from quarterdeck_kube.resources import LEASE
from support.cluster import cluster, namespace

__all__ = ["cluster", "namespace"]

pytestmark = pytest.mark.cluster
LEASE_SECONDS = 15


def lease(namespace: str, renewed: datetime) -> dict[str, object]:
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"namespace": namespace, "name": OPERATOR_LEASE},
        "spec": {
            "holderIdentity": "pod-1",
            "leaseDurationSeconds": LEASE_SECONDS,
            "renewTime": renewed.isoformat().replace("+00:00", "Z"),
        },
    }


async def test_who_leads_is_what_the_lease_says(cluster: str, namespace: str) -> None:
    now = datetime.now(UTC)
    async with KubeClient(from_kubeconfig(cluster)) as client:
        plane = KubernetesControlPlane(client, (), namespace)
        nobody = await plane.operator()
        assert nobody.presence is OperatorPresence.ABSENT
        assert f"there is no Lease {namespace}/{OPERATOR_LEASE}" in nobody.message
        await client.create(LEASE, lease(namespace, now))
        leading = await plane.operator()
        assert (leading.presence, leading.message) == (OperatorPresence.LEADING, "pod-1 leads")
        later = now + timedelta(minutes=5)
        silent = KubernetesControlPlane(client, (), namespace, now=lambda: later)
        lost = await silent.operator()
        assert lost.presence is OperatorPresence.ABSENT
        assert "has not renewed" in lost.message
    # TLS says goodbye after the client has let go; the loop must live until then.
    await asyncio.sleep(0.2)


async def test_watches_tell_when_they_have_seen_everything(cluster: str, namespace: str) -> None:
    async with KubeClient(from_kubeconfig(cluster)) as client:
        informer = Informer(client, LEASE, lambda *_: None, namespace=namespace)
        plane = KubernetesControlPlane(client, (informer,), namespace)
        assert [(each.kind, each.synced) for each in plane.watches()] == [("Lease", False)]
        watching = asyncio.create_task(informer.run())
        await asyncio.wait_for(informer.wait_synced(), 60)
        [state] = plane.watches()
        assert (state.kind, state.synced, state.error) == ("Lease", True, "")
        assert state.silent_seconds < 60
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    await asyncio.sleep(0.2)
