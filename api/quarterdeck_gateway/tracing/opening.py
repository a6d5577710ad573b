"""Opens tracing where a collector is named: what it needs is imported only then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.tracing.port import NoTracing, Tracing


@asynccontextmanager
async def open_tracing(settings: Settings, instance: str) -> AsyncIterator[Tracing]:
    """Tracing to ``settings.traces_endpoint`` (OTLP over HTTP); what is left goes out on exit.

    The exporter's own variables (``OTEL_EXPORTER_OTLP_HEADERS``, ``..._CERTIFICATE``,
    ``..._TIMEOUT``, ``OTEL_RESOURCE_ATTRIBUTES``) hold as everywhere.
    """
    if not settings.traces_endpoint:
        yield NoTracing()
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    from quarterdeck_gateway.tracing.otel import OtelTracing, provider_of

    exporter = OTLPSpanExporter(endpoint=f"{settings.traces_endpoint.rstrip('/')}/v1/traces")
    provider = provider_of(
        BatchSpanProcessor(exporter),
        ratio=settings.traces_ratio,
        instance=instance,
        version=version("quarterdeck"),
    )
    try:
        yield OtelTracing(provider)
    finally:
        # It waits for its exporter, which blocks.
        await asyncio.to_thread(provider.shutdown)
