"""What a worker counts, on a registry of its own so that two workers can live in one process."""

from importlib.metadata import version
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)


class WorkerMetrics:
    """The worker's metrics; times are in seconds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.requests = Counter(
            "quarterdeck_worker_requests",
            "Chats by how they ended: completed, client_gone or the error's code.",
            ["outcome"],
            registry=registry,
        )
        self.seconds = Histogram(
            "quarterdeck_worker_request_duration_seconds",
            "Time from a chat's first byte to its last.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.first_token = Histogram(
            "quarterdeck_worker_time_to_first_token_seconds",
            "Time until the first text of a streamed chat.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.tokens = Counter(
            "quarterdeck_worker_tokens",
            "Tokens as the provider counted them.",
            ["model", "direction"],
            registry=registry,
        )
        self.inflight = Gauge(
            "quarterdeck_worker_inflight_requests", "Chats being answered now.", registry=registry
        )
        self.ready = Gauge(
            "quarterdeck_worker_ready", "1 while chats can be taken.", registry=registry
        )
        self.model_seconds = Histogram(
            "quarterdeck_worker_model_call_duration_seconds",
            "Seconds of one call of a model, up to its last token, also where it failed.",
            ["model"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.model_errors = Counter(
            "quarterdeck_worker_model_errors",
            "Failed calls of a model, also those that a fallback made good.",
            ["model", "code"],
            registry=registry,
        )

    def describe_process(self) -> None:
        """Add what is true of the whole process: its version, CPU and memory. Once in a process."""
        ProcessCollector(registry=self.registry)
        build = Info(
            "quarterdeck_build", "The version that runs.", ["component"], registry=self.registry
        )
        build.labels("worker").info({"version": version("quarterdeck")})

    def expose(self) -> bytes:
        """Prometheus' text format."""
        return generate_latest(self.registry)
