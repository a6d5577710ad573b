"""Everything that is injected into the gateway, in one frozen value.

Whoever composes (``main`` in a cluster, standalone mode on a laptop, a test) decides what stands
behind each Protocol; nothing else constructs a service.
"""

import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from quarterdeck_gateway.accounting.ledger import Ledger, LogLedger
from quarterdeck_gateway.accounting.metrics import GatewayMetrics
from quarterdeck_gateway.accounting.pricing import Pricer
from quarterdeck_gateway.admission.port import Admission
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.auth import AdminKeyVerifier, KeyVerifier
from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.routing.balancer import Draw
from quarterdeck_gateway.routing.loads import ReplicaLoads
from quarterdeck_gateway.routing.registry import Registry
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.upstream.client import HttpUpstream, Timeouts
from quarterdeck_gateway.upstream.port import Upstream


class Drain:
    """Whether the gateway is about to stop: readiness says so before the port closes."""

    def __init__(self) -> None:
        self.draining = False

    def begin(self) -> None:
        """Turn /readyz to 503; there is no way back."""
        self.draining = True


@dataclass(frozen=True)
class Clock:
    """Time, passed in so that nothing patches it."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Services:
    """What the gateway works with."""

    registry: Registry
    upstream: Upstream
    verifier: KeyVerifier
    metrics: GatewayMetrics
    ledger: Ledger
    loads: ReplicaLoads
    drain: Drain
    admission: Admission
    catalogue: Catalogue
    pricer: Pricer
    audit: AuditLog
    clock: Clock = field(default_factory=Clock)
    draw: Draw = random.randrange


@asynccontextmanager
async def open_services(
    settings: Settings,
    registry: Registry,
    *,
    metrics: CollectorRegistry | None = None,
    ledger: Ledger | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Services]:
    """The services of a real gateway over ``registry``; connections are closed on exit.

    ``metrics`` is the Prometheus registry that /metrics shows; a new one when None.
    """
    clock = clock or Clock()
    timeouts = Timeouts(
        connect=settings.connect_timeout_seconds,
        first_byte=settings.first_byte_timeout_seconds,
        idle=settings.idle_timeout_seconds,
    )
    upstream = HttpUpstream(timeouts)
    try:
        yield Services(
            registry=registry,
            upstream=upstream,
            verifier=AdminKeyVerifier(settings.admin_key_hash),
            metrics=GatewayMetrics(metrics or CollectorRegistry()),
            ledger=ledger or LogLedger(),
            loads=ReplicaLoads(clock.monotonic, settings.eject_seconds),
            drain=Drain(),
            clock=clock,
        )
    finally:
        await upstream.close()
