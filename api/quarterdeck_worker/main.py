"""Composes and runs the worker: settings, configuration, listener, server, then the slow rest."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

import structlog
import uvloop
from prometheus_client import CollectorRegistry, disable_created_metrics

from quarterdeck_contract.v1alpha1.model import Provider
from quarterdeck_contract.worker_config import WorkerConfig
from quarterdeck_worker import logs, parent
from quarterdeck_worker.app import build_app
from quarterdeck_worker.configuration import KeyedModel, load_config, with_keys
from quarterdeck_worker.errors import ConfigError
from quarterdeck_worker.listening import open_socket
from quarterdeck_worker.metrics import WorkerMetrics
from quarterdeck_worker.scrubber import Scrubber
from quarterdeck_worker.server import DrainTimes, WorkerServer, build_server, serve
from quarterdeck_worker.settings import WorkerSettings, load_settings
from quarterdeck_worker.state import WorkerState
from quarterdeck_worker.tracing import open_tracing

if TYPE_CHECKING:
    from quarterdeck_worker.loop import AgentLoop

EXIT_CONFIG: Final = 2

_log = structlog.get_logger()


def main() -> int:
    """Entry point of ``quarterdeck-worker``; 2 means that a person must fix the configuration."""
    started = time.perf_counter()
    # Importing an LLM stack makes a million objects that all stay: collecting between them is a
    # fifth of the start-up time.
    gc.disable()
    try:
        settings = load_settings()
        if settings.parent_fd is not None:
            parent.watch(settings.parent_fd)
        config = load_config(settings.worker_config)
        models = with_keys(config, os.environ)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_work(settings, config, models, started))
    except ConfigError as exc:
        print(f"quarterdeck-worker: {exc}", file=sys.stderr, flush=True)  # noqa: T201
        return EXIT_CONFIG
    return 0


async def _work(
    settings: WorkerSettings, config: WorkerConfig, models: list[KeyedModel], started: float
) -> None:
    token = settings.worker_token.get_secret_value() if settings.worker_token else None
    scrub = Scrubber([*_keys(models), *([token] if token else [])])
    logs.configure(settings.log_level, settings.log_format, scrub)
    agent = f"{config.namespace}/{config.agent}"
    structlog.contextvars.bind_contextvars(agent=agent)
    disable_created_metrics()  # type: ignore[no-untyped-call]
    metrics = WorkerMetrics(CollectorRegistry())
    metrics.describe_process()
    state = WorkerState()
    metrics.ready.set_function(lambda: float(state.not_ready() is None))
    listener = open_socket(settings)
    tracing = open_tracing(settings.traces_endpoint, agent)
    server = build_server(build_app(state, metrics, token, agent, tracing))
    _log.info("listening", port=listener.getsockname()[1])

    def build() -> AgentLoop:
        # Imported here, in the thread: this is what takes the time.
        from quarterdeck_worker.loading import build_loop

        return build_loop(config, models, scrub, metrics, tracing, settings.local_threads)

    async with AsyncExitStack() as resources:
        loading = asyncio.create_task(_load(build, state, server, resources))
        loading.add_done_callback(lambda _: _tell_ready(state, config, started))
        await serve(server, listener, state, _drain_times(settings, config))
        await loading
    await asyncio.to_thread(tracing.shutdown)


async def _load(
    build: Callable[[], AgentLoop],
    state: WorkerState,
    server: WorkerServer,
    resources: AsyncExitStack,
) -> None:
    try:
        loop = await asyncio.to_thread(build)
    except BaseException:
        server.should_exit = True
        raise
    state.runner = await resources.enter_async_context(loop)
    gc.enable()
    gc.collect()
    gc.freeze()
    _return_memory()


def _tell_ready(state: WorkerState, config: WorkerConfig, started: float) -> None:
    if state.runner is None:
        return
    _log.info("ready", seconds=round(time.perf_counter() - started, 2))
    for endpoint in (*config.models, *config.alternates):
        if endpoint.provider is Provider.LOCAL:
            _log.warning(
                "demo_model",
                model=endpoint.name,
                note="real tokens, poor answers: for trying things out only",
            )


def _drain_times(settings: WorkerSettings, config: WorkerConfig) -> DrainTimes:
    grace = settings.grace_seconds
    return DrainTimes(settings.drain_seconds, config.limits.seconds if grace is None else grace)


def _keys(models: list[KeyedModel]) -> list[str]:
    return [model.key.get_secret_value() for model in models if model.key]


def _return_memory() -> None:
    """Gives what the imports used up and freed back to the system, where the C library can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
