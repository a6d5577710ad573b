"""The real worker on a real port, in the test's own process or in one of its own."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from aiohttp import ClientSession
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from quarterdeck_contract.names import ENV_WORKER_CONFIG
from quarterdeck_contract.worker_config import WorkerConfig
from quarterdeck_worker.app import build_app
from quarterdeck_worker.configuration import KeyedModel
from quarterdeck_worker.loading import build_loop
from quarterdeck_worker.metrics import WorkerMetrics
from quarterdeck_worker.scrubber import Scrubber
from quarterdeck_worker.server import WorkerServer, build_server
from quarterdeck_worker.state import WorkerState
from quarterdeck_worker.tracing import NoTracing

KEY = "test-key-0123456789"


@dataclass
class RunningWorker:
    """A worker that serves; ``url`` is its root."""

    url: str
    state: WorkerState
    metrics: WorkerMetrics

    def count(self, name: str, **labels: str) -> float:
        """The value of one of the worker's metrics, 0 if it was never touched."""
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


def endpoint(name: str, provider: str, base_url: str | None, **more: Any) -> dict[str, Any]:
    return {"name": name, "provider": provider, "model": "fake-model", "baseURL": base_url} | more


def worker_config(*models: dict[str, Any], **more: Any) -> WorkerConfig:
    document = {"namespace": "default", "agent": "tester", "instructions": "Be kind."}
    return WorkerConfig.model_validate(document | {"models": list(models)} | more)


@contextlib.asynccontextmanager
async def running_worker(
    config: WorkerConfig, *, token: str | None = None, key: str = KEY
) -> AsyncIterator[RunningWorker]:
    metrics = WorkerMetrics(CollectorRegistry())
    state = WorkerState()
    endpoints = [*config.models, *config.alternates]
    models = [KeyedModel(model, SecretStr(key)) for model in endpoints]
    loop = build_loop(config, models, Scrubber([key]), metrics, NoTracing())
    listener = socket.create_server(("127.0.0.1", 0))
    agent = f"{config.namespace}/{config.agent}"
    server = build_server(build_app(state, metrics, token, agent))
    async with loop, _serving(server, listener):
        state.runner = loop
        yield RunningWorker(f"http://127.0.0.1:{listener.getsockname()[1]}", state, metrics)


@contextlib.asynccontextmanager
async def _serving(server: WorkerServer, listener: socket.socket) -> AsyncIterator[None]:
    """Serves without uvicorn's main loop, whose sleeps would be most of a test's time."""
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    try:
        yield
    finally:
        for bound in server.servers:
            bound.close()
        listener.close()
        async with asyncio.timeout(60):
            while server.server_state.connections or server.server_state.tasks:
                for connection in list(server.server_state.connections):
                    connection.shutdown()
                await asyncio.sleep(0.001)


@contextlib.asynccontextmanager
async def openai_client(worker: RunningWorker) -> AsyncIterator[AsyncOpenAI]:
    """The official SDK, without retries."""
    # Loading certificates costs more than the test itself, and there is no TLS here.
    http = DefaultAsyncHttpxClient(verify=False)
    async with AsyncOpenAI(
        base_url=f"{worker.url}/v1", api_key="unused", max_retries=0, http_client=http
    ) as client:
        yield client


def ask(text: str = "Hi", **more: Any) -> dict[str, Any]:
    """The body of a chat request."""
    return {"model": "tester", "messages": [{"role": "user", "content": text}]} | more


@contextlib.contextmanager
def worker_process(
    config: WorkerConfig, directory: Path, *, pass_fds: tuple[int, ...] = (), **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own; killed at the end if it still lives."""
    path = directory / "worker.json"
    path.write_bytes(orjson.dumps(config.manifest()))
    process = subprocess.Popen(
        [sys.executable, "-m", "quarterdeck_worker"],
        env=os.environ | {ENV_WORKER_CONFIG: str(path)} | environment,
        stderr=subprocess.PIPE,
        pass_fds=pass_fds,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


async def until_ready(url: str, seconds: float = 90) -> None:
    """Returns when ``/readyz`` says 200."""
    async with asyncio.timeout(seconds), ClientSession() as session:
        while True:
            with contextlib.suppress(OSError):
                async with session.get(f"{url}/readyz") as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.05)
