"""The agent loop: runs one agent over its models until it has an answer or meets a limit."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final, Self

from pydantic_ai import (
    Agent,
    AgentRun,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    UsageLimits,
    UserPromptPart,
)
from pydantic_ai.exceptions import (
    ContentFilterError,
    FallbackExceptionGroup,
    OutputTokenLimitExceeded,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)
from pydantic_ai.models import Model
from pydantic_ai.models.fallback import FallbackModel

from quarterdeck_contract.v1alpha1.agent import RunLimits
from quarterdeck_worker.errors import (
    AllModelsFailed,
    ProviderError,
    ProviderInvalidAnswer,
    RunLimitExceeded,
    RunTimeLimit,
)
from quarterdeck_worker.runs import (
    FinishReason,
    OnText,
    Progress,
    RunOrder,
    RunResult,
    ServedBy,
    Turn,
)
from quarterdeck_worker.sampling import requested
from quarterdeck_worker.served_model import CURRENT_PROGRESS

_FINISH: Final[dict[str | None, FinishReason]] = {
    "length": "length",
    "content_filter": "content_filter",
}


class AgentLoop:
    """A Runner. Enter it once before the first run; leaving it closes its connections.

    ``models`` answer in this order; each of those ``by_name`` answers alone when a run wants it.
    """

    def __init__(
        self,
        instructions: str,
        models: Sequence[Model],
        limits: RunLimits,
        by_name: Mapping[str, Model] | None = None,
    ) -> None:
        first, *rest = models
        chain = FallbackModel(first, *rest, fallback_on=(ProviderError,)) if rest else first
        self._agent = _agent(chain, instructions)
        self._by_name = {
            name: _agent(model, instructions) for name, model in (by_name or {}).items()
        }
        self._limits = limits
        self._usage_limits = UsageLimits(
            request_limit=limits.iterations, total_tokens_limit=limits.tokens
        )
        self._resources = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for agent in (self._agent, *self._by_name.values()):
            await self._resources.enter_async_context(agent)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._resources.aclose()

    async def run(self, order: RunOrder, progress: Progress, on_text: OnText) -> RunResult:
        """Raises RunLimitExceeded, RunTimeLimit or ProviderError."""
        CURRENT_PROGRESS.set(progress)
        limit = asyncio.timeout(self._limits.seconds)
        try:
            async with limit:
                return await self._run(order, progress, on_text)
        except TimeoutError as exc:
            if not limit.expired():
                raise
            seconds = self._limits.seconds
            raise RunTimeLimit(f"the run reached limits.seconds ({seconds})") from exc
        except UsageLimitExceeded as exc:
            raise self._limit_error(exc) from exc
        except FallbackExceptionGroup as exc:
            failures = [error for error in exc.exceptions if isinstance(error, ProviderError)]
            raise AllModelsFailed(failures) from exc
        except UnexpectedModelBehavior as exc:
            raise ProviderInvalidAnswer(f"the model gave no usable answer: {exc.message}") from exc

    async def _run(self, order: RunOrder, progress: Progress, on_text: OnText) -> RunResult:
        agent = self._by_name.get(order.model or "", self._agent)
        async with agent.iter(
            order.turns[-1].text,
            message_history=_history(order.turns[:-1]),
            instructions="\n\n".join(order.instructions) or None,
            model_settings=requested(order.parameters, self._limits.tokens),
            usage_limits=self._usage_limits,
            infer_name=False,
        ) as run:
            try:
                await _advance(run, on_text if order.stream else None)
                output, reason = _outcome(run)
            except OutputTokenLimitExceeded:
                # All tokens went into thinking: an empty answer that ran out of length.
                output, reason = "", "length"
            except ContentFilterError:
                output, reason = "", "content_filter"
            finally:
                progress.input_tokens = run.usage.input_tokens
                progress.cached_tokens = run.usage.cache_read_tokens
                progress.output_tokens = run.usage.output_tokens
        return RunResult(
            text=output,
            finish_reason=reason,
            served_by=progress.served_by or ServedBy(""),
            input_tokens=progress.input_tokens,
            cached_tokens=progress.cached_tokens,
            output_tokens=progress.output_tokens,
        )

    def _limit_error(self, exc: UsageLimitExceeded) -> RunLimitExceeded:
        limit = "iterations" if "request_limit" in exc.message else "tokens"
        value = getattr(self._limits, limit)
        return RunLimitExceeded(
            f"the run reached limits.{limit} ({value})", param=f"limits.{limit}"
        )


def _agent(model: Model, instructions: str) -> Agent[object, str]:
    return Agent(model, instructions=instructions or None, name="agent")


async def _advance(run: AgentRun[object, str], on_text: OnText | None) -> None:
    async for node in run:
        if on_text is None or not Agent.is_model_request_node(node):
            continue
        async with node.stream(run.ctx) as events:
            async for event in events:
                match event:
                    case PartDeltaEvent(delta=TextPartDelta(content_delta=text)) if text:
                        await on_text(text)
                    case PartStartEvent(part=TextPart(content=text)) if text:
                        await on_text(text)


def _outcome(run: AgentRun[object, str]) -> tuple[str, FinishReason]:
    assert run.result is not None, "an iterated run has a result"  # noqa: S101 - narrows a type
    return run.result.output, _FINISH.get(run.result.response.finish_reason, "stop")


def _history(turns: Sequence[Turn]) -> list[ModelMessage]:
    return [
        ModelRequest(parts=[UserPromptPart(turn.text)])
        if turn.role == "user"
        else ModelResponse(parts=[TextPart(turn.text)])
        for turn in turns
    ]
