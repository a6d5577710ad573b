"""What Prometheus learns of alerts. Labels name Budgets that exist: one series for each."""

from collections.abc import Collection

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
            "quarterdeck_gateway_budget_alert_ratio",
            "The threshold that was reached last, as a share of the budget.",
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
        self._told: set[tuple[str, str, str]] = set()

    def crossed(self, namespace: str, budget: str, action: str, percent: int) -> None:
        """A threshold was reached."""
        self._told.add((namespace, budget, action))
        self.alerts.labels(namespace, budget, action).inc()
        self.last.labels(namespace, budget).set(percent / 100)

    def keep(self, budgets: Collection[tuple[str, str]]) -> None:
        """Remove the series of every Budget that is not among them."""
        for gone in [told for told in self._told if told[:2] not in budgets]:
            self._told.remove(gone)
            self.alerts.remove(*gone)
            if not any(told[:2] == gone[:2] for told in self._told):
                self.last.remove(*gone[:2])
