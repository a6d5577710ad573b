"""Traces of runs, as children of the gateway's chats; off unless somebody names a collector.

One span per run by OpenTelemetry's conventions for agents, and below it one per call of a model,
which pydantic-ai writes. Prompts and answers are never in a span.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from quarterdeck_contract.names import HEADER_TRACEPARENT

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from pydantic_ai.models import Model
    from starlette.types import Scope

OPERATION: Final = "invoke_agent"
Instrument = Callable[["Model"], "Model"]


class Tracing(Protocol):
    """What the worker asks of a tracer."""

    def run(self, scope: Scope, request_id: str) -> AbstractContextManager[Outcome]:
        """A span around one run, current inside the block; tell the outcome how it went."""
        ...

    def instrument(self, model: Model) -> Model:
        """The model, with a span around each of its calls."""
        ...

    def shutdown(self) -> None:
        """Send what is left. Blocks."""
        ...


class Outcome:
    """How a run ended, for its span."""

    def __init__(self) -> None:
        self.error: str | None = None
        """An error's code; None is success."""
        self.model: str | None = None
        self.input_tokens = 0
        self.output_tokens = 0


class NoTracing:
    """Traces nothing."""

    @contextmanager
    def run(self, scope: Scope, request_id: str) -> Iterator[Outcome]:
        yield Outcome()

    def instrument(self, model: Model) -> Model:
        return model

    def shutdown(self) -> None:
        pass


class OtelTracing:
    """Traces by OpenTelemetry. ``agent`` is ``namespace/name``."""

    def __init__(self, processor: SpanProcessor, agent: str) -> None:
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider

        self._namespace, _, self._agent = agent.partition("/")
        self._provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: "quarterdeck-worker"}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("quarterdeck_worker")

    @contextmanager
    def run(self, scope: Scope, request_id: str) -> Iterator[Outcome]:
        from opentelemetry.trace import SpanKind, Status, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        wanted = HEADER_TRACEPARENT.encode()
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
        carrier = {HEADER_TRACEPARENT: given[0]} if len(given) == 1 else {}
        outcome = Outcome()
        with self._tracer.start_as_current_span(
            f"{OPERATION} {self._agent}",
            context=TraceContextTextMapPropagator().extract(carrier),
            kind=SpanKind.SERVER,
            attributes={
                "gen_ai.operation.name": OPERATION,
                "gen_ai.agent.name": self._agent,
                "quarterdeck.namespace": self._namespace,
                "quarterdeck.request_id": request_id,
            },
        ) as span:
            yield outcome
            span.set_attribute("gen_ai.usage.input_tokens", outcome.input_tokens)
            span.set_attribute("gen_ai.usage.output_tokens", outcome.output_tokens)
            if outcome.model is not None:
                span.set_attribute("gen_ai.response.model", outcome.model)
            if outcome.error is not None:
                span.set_attribute("error.type", outcome.error)
                span.set_status(Status(StatusCode.ERROR, outcome.error))

    def instrument(self, model: Model) -> Model:
        from pydantic_ai.models.instrumented import InstrumentationSettings, InstrumentedModel

        settings = InstrumentationSettings(
            tracer_provider=self._provider,
            include_content=False,
            include_binary_content=False,
            include_model_request_parameters=False,
        )
        return InstrumentedModel(model, settings)

    def shutdown(self) -> None:
        self._provider.shutdown()


def open_tracing(endpoint: str, agent: str) -> Tracing:
    """Tracing to a collector (OTLP over HTTP); none where ``endpoint`` is empty.

    The exporter's own variables (``OTEL_EXPORTER_OTLP_HEADERS`` and its kin) hold as everywhere.
    """
    if not endpoint:
        return NoTracing()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    return OtelTracing(BatchSpanProcessor(exporter), agent)
