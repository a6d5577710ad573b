"""Traces by OpenTelemetry, named by its conventions for generative AI.

https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ gives names and attributes; what
it has none for begins with ``quarterdeck.``. Prompts and answers are never in a span.
"""

from typing import Final

from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_gateway.tracing.port import ChatSpan, Headers

OPERATION: Final = "chat"
_CONTEXT: Final = TraceContextTextMapPropagator()
_CARRIED: Final = (b"traceparent", b"tracestate")
_FAILED: Final = (Outcome.UPSTREAM_ERROR,)
_SERVER_ERROR: Final = 500


def provider_of(
    processor: SpanProcessor, *, ratio: float, instance: str, version: str
) -> TracerProvider:
    """A provider that samples ``ratio`` of the chats whose client has not decided already."""
    resource = Resource.create(
        {
            SERVICE_NAME: "quarterdeck-gateway",
            SERVICE_VERSION: version,
            SERVICE_INSTANCE_ID: instance,
        }
    )
    provider = TracerProvider(
        resource=resource, sampler=ParentBased(TraceIdRatioBased(ratio)), shutdown_on_exit=False
    )
    provider.add_span_processor(processor)
    return provider


class OtelTracing:
    """Tracing over a provider; whoever made the provider shuts it down."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer: Tracer = provider.get_tracer("quarterdeck_gateway")

    def begin(self, headers: Headers, request_id: str) -> ChatSpan:
        carrier = {
            name.decode(): value.decode("latin-1") for name, value in headers if name in _CARRIED
        }
        span = self._tracer.start_span(
            OPERATION,
            context=_CONTEXT.extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"gen_ai.operation.name": OPERATION, "quarterdeck.request_id": request_id},
        )
        return OtelChatSpan(span)


class OtelChatSpan:
    """One chat as a span of OpenTelemetry."""

    def __init__(self, span: Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str | None:
        context = self._span.get_span_context()
        return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"

    def retried(self, replica: str) -> None:
        self._span.add_event("retry", {"quarterdeck.replica": replica})

    def ended(self, record: UsageRecord, first_byte_seconds: float | None) -> None:
        span = self._span
        if span.is_recording():
            span.update_name(f"{OPERATION} {record.agent}")
            span.set_attributes(attributes_of(record))
            if first_byte_seconds is not None:
                span.set_attribute("quarterdeck.first_byte_seconds", first_byte_seconds)
            if record.outcome in _FAILED or record.status >= _SERVER_ERROR:
                span.set_status(Status(StatusCode.ERROR, record.code))
        span.end()

    def refused(self, status: int, code: str | None) -> None:
        self._span.set_attribute("http.response.status_code", status)
        if code is not None:
            self._span.set_attribute("error.type", code)
        self._span.end()


def attributes_of(record: UsageRecord) -> dict[str, str | int | bool]:
    """A record in the words of the conventions; what is not known is left out."""
    known: dict[str, str | int | bool | None] = {
        "gen_ai.agent.name": record.agent,
        "gen_ai.response.model": record.model,
        "gen_ai.usage.input_tokens": record.input_tokens,
        "gen_ai.usage.output_tokens": record.output_tokens,
        "http.response.status_code": record.status,
        "error.type": record.code,
        "quarterdeck.namespace": record.namespace,
        "quarterdeck.key": record.key,
        "quarterdeck.outcome": str(record.outcome),
        "quarterdeck.stream": record.stream,
        "quarterdeck.cost_micro_usd": record.cost_micro_usd,
        "quarterdeck.record": record.id,
    }
    return {name: value for name, value in known.items() if value is not None}
