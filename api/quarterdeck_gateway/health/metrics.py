"""What Prometheus learns of all that a gateway depends on: one gauge, so that one alert is enough.

Asked when scraped, and nothing here asks a store: each part knows how it found its own last.
"""

from prometheus_client import CollectorRegistry, Gauge

from quarterdeck_gateway.accounting.sql_ledger import SqlLedger
from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.routing.registry import Registry


def watch_dependencies(
    metrics: CollectorRegistry,
    registry: Registry,
    catalogue: Catalogue,
    database: Database,
    ledger: SqlLedger,
    breaker: Breaker,
) -> None:
    """Show each as ``quarterdeck_gateway_dependency_up{dependency}``."""
    gauge = dependency_gauge(metrics)
    checks = {
        "agents": lambda: registry.synced,
        "catalogue": lambda: catalogue.synced,
        "database": lambda: not (database.shut_because or ledger.away),
        "spool": lambda: ledger.accepts,
        "store": lambda: breaker.closed,
    }
    for name, works in checks.items():
        gauge.labels(name).set_function(works)


def dependency_gauge(metrics: CollectorRegistry) -> Gauge:
    """The gauge, of which no dependency has a series yet."""
    return Gauge(
        "quarterdeck_gateway_dependency_up",
        "1 while what the gateway depends on works, as it last found it.",
        ("dependency",),
        registry=metrics,
    )
