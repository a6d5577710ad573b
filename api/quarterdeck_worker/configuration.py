"""Loads the agent's WorkerConfig and the keys it names.

Every mistake is found here, before anything listens, and said in one line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import SecretStr, ValidationError

from quarterdeck_contract.worker_config import WORKER_CONFIG_VERSION, ModelEndpoint, WorkerConfig
from quarterdeck_worker.errors import ConfigError


@dataclass(frozen=True)
class KeyedModel:
    """A model endpoint with its API key, or None where none is needed."""

    endpoint: ModelEndpoint
    key: SecretStr | None = None


def load_config(path: Path) -> WorkerConfig:
    """Raises ConfigError when the file is missing, unreadable or not a WorkerConfig we know."""
    try:
        document = orjson.loads(path.read_bytes())
    except OSError as exc:
        raise ConfigError(f"cannot read the worker configuration {path}: {exc.strerror}") from exc
    except orjson.JSONDecodeError as exc:
        raise ConfigError(f"the worker configuration {path} is not JSON: {exc}") from exc
    version = document.get("version", 1) if isinstance(document, dict) else None
    if version != WORKER_CONFIG_VERSION:
        raise ConfigError(
            f"the worker configuration {path} has version {version!r}, this worker understands "
            f"{WORKER_CONFIG_VERSION}: run operator and worker of the same release"
        )
    return _parse(path, document)


def _parse(path: Path, document: object) -> WorkerConfig:
    try:
        config = WorkerConfig.model_validate(document)
    except ValidationError as exc:
        first = exc.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ConfigError(
            f"the worker configuration {path} is wrong at {field}: {first['msg']}"
        ) from exc
    if not config.models:
        raise ConfigError(f"the worker configuration {path} names no model")
    return config


def with_keys(config: WorkerConfig, environment: Mapping[str, str]) -> list[KeyedModel]:
    """The models with their keys, and after them the alternates with theirs.

    Raises ConfigError that names a missing variable.
    """
    endpoints = [*config.models, *config.alternates]
    return [KeyedModel(endpoint, _key(endpoint, environment)) for endpoint in endpoints]


def _key(endpoint: ModelEndpoint, environment: Mapping[str, str]) -> SecretStr | None:
    if endpoint.api_key_env is None:
        return None
    # Secrets made by `echo key | base64` end in a newline, which no HTTP header can carry.
    value = environment.get(endpoint.api_key_env, "").strip()
    if not value:
        raise ConfigError(
            f"the API key of Model {endpoint.name} is missing: set the environment variable "
            f"{endpoint.api_key_env}"
        )
    return SecretStr(value)
