"""What Prometheus learns of those who were kept out: how many and why, never who."""

from prometheus_client import CollectorRegistry, Counter

REASONS = ("no credential", "wrong credential", "throttled", "denied")


class DoorMetrics:
    """Counts into ``registry``; one instance per registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        refusals = Counter(
            "quarterdeck_gateway_refusals_total",
            "Requests that were kept out: nobody known, or not theirs.",
            ("reason",),
            registry=registry,
        )
        self._refusals = {reason: refusals.labels(reason) for reason in REASONS}

    def refused(self, reason: str) -> None:
        """One of ``REASONS``."""
        self._refusals[reason].inc()
