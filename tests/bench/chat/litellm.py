"""LiteLLM's proxy before the same upstream, for whoever has it: name its program in LITELLM_BIN.

It gets what it is documented to run fastest with: one worker, as all others here, no database, no
log of requests, and no download of prices at the start. It checks its master key and nothing else.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from bench.chat.client import Target
from bench.chat.measure import Measured
from bench.processes import Subject, answers, split_cpus
from support.ports import free_port

VARIABLE: Final = "LITELLM_BIN"
NAME: Final = "LiteLLM"
LEFT_OUT: Final = f"LiteLLM: left out, {VARIABLE} is not set (name its program to compare with it)"
READY_SECONDS: Final = 120.0


def litellm_program() -> str | None:
    """Path of LiteLLM's program; None when nobody named one. Raises FileNotFoundError."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    if (found := shutil.which(named)) is None:
        raise FileNotFoundError(f"{VARIABLE}: {named} is no program")
    return found


@contextmanager
def litellm_server(program: str, folder: Path, upstream: int) -> Iterator[Measured]:
    """The proxy before one model whose provider is the upstream."""
    port, key, (own, _) = free_port(), f"sk-{secrets.token_urlsafe(24)}", split_cpus()
    args = ["--config", str(_write_config(folder, upstream, key)), "--host", "127.0.0.1"]
    args += ["--port", str(port), "--num_workers", "1"]
    environ = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOG": "ERROR",
        "LITELLM_MODE": "PRODUCTION",
    }
    log = folder / "litellm.log"
    with Subject(args, log=log, environ=environ, cpus=own, program=program) as process:
        alive = f"http://127.0.0.1:{port}/health/liveliness"
        started = process.wait(lambda: answers(alive), READY_SECONDS)
        target = Target(NAME, port, key=key)
        cpu_seconds = process.cpu_ms() / 1000
        yield Measured(target, process, started, cpu_seconds, process.rss_mb())


def _write_config(folder: Path, upstream: int, key: str) -> Path:
    """JSON, which is YAML too."""
    parameters = {
        "model": "openai/bench",
        "api_base": f"http://127.0.0.1:{upstream}/v1",
        "api_key": "of-no-meaning",
    }
    config = {
        "model_list": [{"model_name": "bench", "litellm_params": parameters}],
        "litellm_settings": {"telemetry": False, "num_retries": 0, "set_verbose": False},
        "general_settings": {"master_key": key, "disable_spend_logs": True},
    }
    path = folder / "litellm.yaml"
    path.write_bytes(orjson.dumps(config))
    return path
