"""A model that says which Model resource it is: on success, in metrics and in its errors.

The library falls back by exception type, so errors are translated here, below the fallback.
"""

import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import Any, Final

from pydantic_ai import ModelMessage, ModelResponse, ModelSettings, RunContext
from pydantic_ai.exceptions import ModelAPIError, UnexpectedModelBehavior
from pydantic_ai.models import Model, ModelRequestParameters, StreamedResponse
from pydantic_ai.models.wrapper import WrapperModel

from quarterdeck_worker.metrics import WorkerMetrics
from quarterdeck_worker.provider_errors import translate
from quarterdeck_worker.runs import Progress, ServedBy
from quarterdeck_worker.scrubber import Scrubber

CURRENT_PROGRESS: Final[ContextVar[Progress]] = ContextVar("current_progress")
"""The run that a model is called for."""


class ServedModel(WrapperModel):
    """Wraps one endpoint's model. Raises ProviderError instead of the library's exceptions."""

    def __init__(
        self, wrapped: Model, served_by: ServedBy, scrub: Scrubber, metrics: WorkerMetrics
    ) -> None:
        super().__init__(wrapped)
        self._served_by = served_by
        self._scrub = scrub
        self._metrics = metrics

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        with self._translated():
            response = await super().request(messages, model_settings, model_request_parameters)
        CURRENT_PROGRESS.get().served_by = self._served_by
        return response

    @asynccontextmanager
    async def request_stream(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
        run_context: RunContext[Any] | None = None,
    ) -> AsyncGenerator[StreamedResponse]:
        # Errors in mid-stream are raised by whoever reads it, and arrive here at the yield.
        with self._translated():
            async with super().request_stream(
                messages, model_settings, model_request_parameters, run_context
            ) as stream:
                CURRENT_PROGRESS.get().served_by = self._served_by
                yield stream

    @contextmanager
    def _translated(self) -> Iterator[None]:
        name, began = self._served_by.name, time.perf_counter()
        try:
            yield
        except (ModelAPIError, UnexpectedModelBehavior) as exc:
            error = translate(exc, name, self._scrub)
            self._metrics.model_errors.labels(name, error.error_code).inc()
            raise error from exc
        finally:
            self._metrics.model_seconds.labels(name).observe(time.perf_counter() - began)
