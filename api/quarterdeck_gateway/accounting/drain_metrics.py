"""What Prometheus learns of spools: how much waits, for how long, and whether it gets away."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge

from quarterdeck_gateway.accounting.spool import Spool

_PREFIX: Final = "quarterdeck_gateway_spool"
_KIND: Final = ("kind",)


class DrainMetrics:
    """Counts into ``registry``, by the kind of spool; one instance per registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, text: str) -> Gauge:
            return Gauge(f"{_PREFIX}_{name}", text, _KIND, registry=registry)

        def counter(name: str, text: str) -> Counter:
            return Counter(f"{_PREFIX}_{name}_total", text, _KIND, registry=registry)

        self._records = gauge("records", "Records that are not in the database yet.")
        self._bytes = gauge("bytes", "Room that the spool takes on disk.")
        self._unwritten = gauge("unwritten_records", "Records that the disk refuses.")
        self._lag = gauge("lag_seconds", "Seconds for which records wait without a delivery.")
        self._full = gauge("full", "1 when no room is left for new work.")
        self._up = gauge("database_up", "0 when the last delivery found the database away.")
        self._delivered = counter("delivered", "Records brought to the database.")
        self._failures = counter("delivery_failures", "Deliveries that the database missed.")
        self._rejected = counter("rejected", "Records set aside: the database never takes them.")
        self._taken_over = counter(
            "taken_over", "Records that gateways which stopped left, brought to the database."
        )

    def watch(self, spool: Spool) -> None:
        """Show the state of ``spool`` whenever somebody looks."""
        self._records.labels(spool.kind).set_function(lambda: spool.depth)
        self._bytes.labels(spool.kind).set_function(lambda: spool.bytes)
        self._unwritten.labels(spool.kind).set_function(lambda: spool.unwritten)
        self._lag.labels(spool.kind).set_function(lambda: spool.lag_seconds)
        self._full.labels(spool.kind).set_function(lambda: spool.full)
        self._up.labels(spool.kind).set(1)
        for counted in (self._delivered, self._failures, self._rejected, self._taken_over):
            counted.labels(spool.kind)

    def forget(self, kind: str) -> None:
        """The spool of ``kind`` is closed."""
        for gauge in (self._records, self._bytes, self._unwritten, self._lag, self._full, self._up):
            gauge.remove(kind)

    def delivered(self, kind: str, records: int) -> None:
        """So many are in the database."""
        self._delivered.labels(kind).inc(records)
        self._up.labels(kind).set(1)

    def failed(self, kind: str) -> None:
        """The database is away."""
        self._failures.labels(kind).inc()
        self._up.labels(kind).set(0)

    def recovered(self, kind: str) -> None:
        """The database is not away any more."""
        self._up.labels(kind).set(1)

    def rejected(self, kind: str) -> None:
        """A record was set aside, or a whole batch that another gateway should have left."""
        self._rejected.labels(kind).inc()

    def taken_over(self, kind: str, records: int) -> None:
        """So many that another gateway has left are in the database."""
        self._taken_over.labels(kind).inc(records)
