"""Builds the agent's loop: the slow part of the start, for a thread of its own."""

from collections.abc import Sequence

from quarterdeck_contract.v1alpha1.model import Provider
from quarterdeck_contract.worker_config import WorkerConfig
from quarterdeck_worker.configuration import KeyedModel
from quarterdeck_worker.loop import AgentLoop
from quarterdeck_worker.metrics import WorkerMetrics
from quarterdeck_worker.providers.registry import ModelOrder, build
from quarterdeck_worker.runs import ServedBy
from quarterdeck_worker.sampling import defaults
from quarterdeck_worker.scrubber import Scrubber
from quarterdeck_worker.served_model import ServedModel
from quarterdeck_worker.tracing import Tracing


def build_loop(
    config: WorkerConfig,
    models: Sequence[KeyedModel],
    scrub: Scrubber,
    metrics: WorkerMetrics,
    tracing: Tracing,
    local_threads: int = 1,
) -> AgentLoop:
    """``models`` are those of ``with_keys``. Blocks. Raises ConfigError when a provider's packages
    are missing."""
    served = {
        model.endpoint.name: _served(
            model, config.limits.tokens, scrub, metrics, tracing, local_threads
        )
        for model in models
    }
    chain = [served[endpoint.name] for endpoint in config.models]
    return AgentLoop(config.instructions, chain, config.limits, by_name=served)


def _served(
    model: KeyedModel,
    tokens: int | None,
    scrub: Scrubber,
    metrics: WorkerMetrics,
    tracing: Tracing,
    local_threads: int,
) -> ServedModel:
    endpoint = model.endpoint
    key = model.key.get_secret_value() if model.key else None
    settings = defaults(endpoint.parameters, tokens)
    built = build(ModelOrder(endpoint, key, settings, local_threads))
    served_by = ServedBy(endpoint.name, demo=endpoint.provider is Provider.LOCAL)
    # Below the translation of errors, so that a span has the provider's own.
    return ServedModel(tracing.instrument(built), served_by, scrub, metrics)
