"""What Prometheus learns of alerts. Labels name Budgets that exist: one series for each."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class AlertMetrics:
    """Counts into ``registry``; one instance per registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.alerts = Counter(
            "quarterdeck_gateway_budget_alerts_total",
            "Thresholds of budgets that were reached, told by this gateway.",
            ("namespace", "budget", "action"),
            registry=registry,
        )
        self.last = Gauge(
            "quarterdeck_gateway_budget_alert_percent",
            "The threshold that was reached last, in percent of the budget.",
            ("namespace", "budget"),
            registry=registry,
        )
        self.deliveries = Counter(
            "quarterdeck_gateway_alert_deliveries_total",
            "Alerts that the webhook took (delivered), or did not in the end (failed, dropped).",
            ("outcome",),
            registry=registry,
        )
        self.waiting = Gauge(
            "quarterdeck_gateway_alert_deliveries_waiting",
            "Alerts on their way to the webhook.",
            registry=registry,
        )
        for outcome in ("delivered", "failed", "dropped"):
            self.deliveries.labels(outcome)
