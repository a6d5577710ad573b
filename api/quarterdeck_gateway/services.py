"""Everything that the chat path works with, in one frozen value.

Whoever composes (``composition`` for a real gateway, a test) decides what stands behind each
Protocol; nothing else constructs a service.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from quarterdeck_gateway.accounting.ledger import Ledger
from quarterdeck_gateway.accounting.metrics import GatewayMetrics
from quarterdeck_gateway.accounting.pricing import Pricer
from quarterdeck_gateway.admission.port import Admission
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.identity.opening import Doorkeeping
from quarterdeck_gateway.routing.balancer import Draw
from quarterdeck_gateway.routing.loads import ReplicaLoads
from quarterdeck_gateway.routing.registry import Registry
from quarterdeck_gateway.tracing.port import NoTracing, Tracing
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
    catalogue: Catalogue
    door: Doorkeeping
    admission: Admission
    upstream: Upstream
    pricer: Pricer
    ledger: Ledger
    audit: AuditLog
    metrics: GatewayMetrics
    loads: ReplicaLoads
    drain: Drain
    clock: Clock = field(default_factory=Clock)
    tracing: Tracing = field(default_factory=NoTracing)
    draw: Draw = random.randrange
