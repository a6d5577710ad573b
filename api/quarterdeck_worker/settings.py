"""The worker's settings: where its configuration lies, how it listens, how it stops.

What the agent is stands in WorkerConfig; these are about the process.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from quarterdeck_contract.names import WORKER_CONFIG_PATH, WORKER_PORT
from quarterdeck_worker.errors import ConfigError

ENV_PREFIX = "QUARTERDECK_"


class WorkerSettings(BaseSettings):
    """Read from environment variables with the prefix ``QUARTERDECK_``."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, frozen=True, extra="ignore", env_ignore_empty=True
    )

    worker_config: Path = Path(WORKER_CONFIG_PATH)
    worker_token: SecretStr | None = None
    """What the gateway must send with every chat; None admits everyone who reaches the port."""
    port: int = Field(default=WORKER_PORT, ge=0, le=65535)
    """0 picks a free one; the log line ``listening`` tells which."""
    listen_fd: int | None = Field(default=None, ge=0)
    """A listening socket inherited from the parent, instead of a port."""
    parent_fd: int | None = Field(default=None, ge=0)
    """The read end of a pipe that the parent holds open: its end is ours."""
    drain_seconds: float = Field(default=0.5, ge=0, le=60)
    """How long chats are still accepted after SIGTERM, until every gateway knows that we go."""
    grace_seconds: float | None = Field(default=None, ge=0)
    """Longest wait for running chats after SIGTERM; None means the agent's limits.seconds."""
    local_threads: int = Field(default=1, ge=1, le=64)
    """Threads of the demo model. More than one loses as soon as the cores are shared."""
    traces_endpoint: str = Field(default="", pattern=r"^(https?://.+)?$")
    """Collector of traces by OTLP over HTTP; empty traces nothing."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] | None = None
    """None means console on a terminal, else JSON."""


def load_settings() -> WorkerSettings:
    """Raises ConfigError that names the variable, never its value."""
    try:
        return WorkerSettings()
    except ValidationError as exc:
        wrong = "; ".join(
            f"{ENV_PREFIX}{str(error['loc'][0]).upper()}: {error['msg']}" for error in exc.errors()
        )
        raise ConfigError(wrong) from exc
