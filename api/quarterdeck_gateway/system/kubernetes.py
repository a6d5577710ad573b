"""The control plane of a cluster: the gateway's informers, and the operator's Lease."""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from quarterdeck_contract.names import OPERATOR_LEASE
from quarterdeck_gateway.system.control_plane import OperatorPresence, OperatorState, WatchState
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import KubeError, NotFound
from quarterdeck_kube.informer import Informer
from quarterdeck_kube.resources import LEASE

LEASE_SECONDS: Final = 1.0
"""Longest wait for the Lease: whoever asks for the health is in a hurry."""
TOLERANCE_SECONDS: Final = 15.0
"""Clocks of two machines differ, and a renewal takes its time."""


class KubernetesControlPlane:
    """Reads the Lease in ``namespace``; ``informers`` are those of registry and catalogue."""

    def __init__(
        self,
        client: KubeClient,
        informers: Sequence[Informer],
        namespace: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._informers = tuple(informers)
        self._namespace = namespace
        self._now = now

    def watches(self) -> Sequence[WatchState]:
        now = time.monotonic()
        return [
            WatchState(
                kind=informer.resource.kind,
                synced=informer.synced,
                silent_seconds=now - informer.last_seen,
                error="" if informer.last_error is None else str(informer.last_error),
            )
            for informer in self._informers
        ]

    async def operator(self) -> OperatorState:
        try:
            async with asyncio.timeout(LEASE_SECONDS):
                lease = await self._client.get(LEASE, self._namespace, OPERATOR_LEASE)
        except NotFound:
            said = f"there is no Lease {self._namespace}/{OPERATOR_LEASE}: no operator ever ran"
            return OperatorState(OperatorPresence.ABSENT, said)
        except (KubeError, TimeoutError) as exc:
            said = f"its Lease cannot be read: {exc or 'no answer in time'}"
            return OperatorState(OperatorPresence.UNKNOWN, said)
        return leader_of(lease.get("spec") or {}, self._now())


def leader_of(spec: dict[str, Any], now: datetime) -> OperatorState:
    """Who holds a Lease with this spec at ``now``."""
    holder, renewed = spec.get("holderIdentity"), spec.get("renewTime")
    if not holder or not renewed:
        return OperatorState(OperatorPresence.ABSENT, "nobody holds the operator's Lease")
    silent = (now - datetime.fromisoformat(renewed)).total_seconds()
    if silent > float(spec.get("leaseDurationSeconds") or 0) + TOLERANCE_SECONDS:
        said = f"{holder} has not renewed the operator's Lease for {round(silent)} s"
        return OperatorState(OperatorPresence.ABSENT, said)
    return OperatorState(OperatorPresence.LEADING, f"{holder} leads")
