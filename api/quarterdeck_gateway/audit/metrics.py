"""What Prometheus learns of the audit log: that it is being written, and that it is whole."""

from prometheus_client import CollectorRegistry, Counter


class AuditMetrics:
    """Counts into ``registry``; one instance per registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter(
            "quarterdeck_gateway_audit_events_total",
            "Events that were taken for the audit log.",
            ("action",),
            registry=registry,
        )
        self.lost = Counter(
            "quarterdeck_gateway_audit_events_lost_total",
            "Events that neither disk nor memory had room for; they are in the log.",
            registry=registry,
        )
        self.breaks = Counter(
            "quarterdeck_gateway_audit_chain_breaks_total",
            "How often the end of the chain did not verify when the next row was written.",
            registry=registry,
        )
