"""Everything that an installation may choose about its gateway, read once from the environment.

There is no open mode: without the hash of an admin key there are no settings, hence no gateway.
"""

import re
from typing import Annotated, Final, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX: Final = "QUARTERDECK_"
_HASH_HELP: Final = (
    "must be the SHA-256 of the admin key as 64 hex digits; "
    "compute it with: printf %s \"$KEY\" | sha256sum | cut -d' ' -f1"
)


class Settings(BaseSettings):
    """Set by environment variables of these names with the prefix ``QUARTERDECK_``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    admin_key_hash: str = Field(default="", repr=False, validate_default=True)
    """SHA-256 of the admin key, 64 hex digits. Required: there is no open mode."""
    host: str = "0.0.0.0"
    """Address to listen on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on."""
    default_namespace: str = "default"
    """Namespace in which an agent's bare name is looked up first."""
    watch_namespaces: Annotated[tuple[str, ...], NoDecode] = ()
    """Namespaces to serve, separated by commas; empty means all."""
    max_body_bytes: int = Field(default=4 * 1024 * 1024, ge=1024)
    """Longest request body; more is answered with 413."""
    max_header_bytes: int = Field(default=32 * 1024, ge=1024)
    """Longest request head; more is answered with 431."""
    max_answer_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    """Longest answer that is not streamed; more is answered with 502."""
    connect_timeout_seconds: float = Field(default=2.0, gt=0)
    """Longest wait for a connection to a worker."""
    first_byte_timeout_seconds: float = Field(default=300.0, gt=0)
    """Longest wait for the first byte of an answer."""
    idle_timeout_seconds: float = Field(default=120.0, gt=0)
    """Longest silence between two pieces of an answer."""
    upstream_attempts: int = Field(default=3, ge=1, le=10)
    """Replicas that are tried for one chat before its first byte."""
    eject_seconds: float = Field(default=2.0, ge=0)
    """How long a replica that refuses connections is set aside."""
    drain_delay_seconds: float = Field(default=3.0, ge=0)
    """After SIGTERM: how long /readyz says 503 before the gateway stops listening."""
    shutdown_grace_seconds: int = Field(default=60, ge=0)
    """After that: how long running chats may take to finish."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe level that is logged."""

    @field_validator("admin_key_hash")
    @classmethod
    def _is_sha256(cls, value: str) -> str:
        if not re.fullmatch(r"[0-9a-fA-F]{64}", value.strip()):
            raise PydanticCustomError("hash", "{help}", {"help": _HASH_HELP})
        return value.strip().lower()

    @field_validator("watch_namespaces", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value


def explain(error: ValidationError) -> str:
    """One line per wrong setting: the variable's name and what is expected, never its value."""
    return "\n".join(
        f"{PREFIX}{'.'.join(map(str, item['loc'])).upper()}: {item['msg']}"
        for item in error.errors(include_input=False, include_url=False)
    )
