"""Everything that an installation may choose about its gateway, read once from the environment.

There is no open mode: without the hash of an admin key, a pepper, a Redis and a database there are
no settings, hence no gateway.
"""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic.networks import IPvAnyNetwork
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from quarterdeck_contract.names import MIN_PEPPER_BYTES, SYSTEM_NAMESPACE
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_contract.v1alpha1.limits import RateLimit

PREFIX: Final = "QUARTERDECK_"
_REDIS_SCHEMES: Final = (
    "redis://",
    "rediss://",
    "redis+cluster://",
    "rediss+cluster://",
    "unix://",
)
_PEPPER_HELP: Final = "must have at least 32 bytes; make one with: openssl rand -base64 48"
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
    key_pepper: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """Secret behind the hashes of API keys and the audit chain, at least 32 bytes. Required."""
    redis_url: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """Redis or Valkey 7 or newer for limits and budgets: redis://, rediss://, redis+cluster://,
    rediss+cluster:// or unix://. Required."""
    redis_prefix: str = Field(default="quarterdeck", pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    """Begins every key; installations that share a Redis need different ones."""
    redis_timeout_seconds: float = Field(default=0.25, gt=0, le=10)
    """Longest wait for Redis before it counts as away."""
    reservation_seconds: float = Field(default=30.0, ge=3, le=3600)
    """After what time the reservations of a gateway that died return; renewed by a third of it."""
    database_url: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """Ledger and audit log: postgresql://... or sqlite:///path. Required."""
    spool_directory: Path = Path("/var/lib/quarterdeck/spool")
    """Folder of records that are not in the database yet; must survive a restart."""
    hand_over: bool = False
    """For a folder that goes with the gateway's host or pod: records that the database did not take
    at the gateway's end go to Redis, and the other gateways bring them to the database."""
    migrate_on_start: bool = False
    """Bring the database's schema up to date before serving (standalone mode does)."""
    retention_days: int = Field(default=400, ge=1, le=36_500)
    """Age at which single usage records go; monthly sums stay."""
    conversation_retention_days: int = Field(default=365, ge=1, le=36_500)
    """Age at which conversations go that nobody continued."""
    conversation_quota_bytes: int = Field(default=200 * 1024 * 1024, ge=1024 * 1024)
    """Most that the conversations of one person take in the database together."""
    ui_directory: Path | None = None
    """Folder of the built web UI to serve at /; none by default: in a cluster nginx does."""
    system_namespace: str = SYSTEM_NAMESPACE
    """Namespace whose API keys may enter other namespaces."""
    namespace_limits: dict[str, RateLimit] = Field(default_factory=dict)
    """JSON: limits by namespace, * for every other one: {"*": {"requestsPerMinute": 600}}."""
    failed_attempts: int = Field(default=20, ge=1)
    """Wrong keys per minute from one address before it is answered with 429."""
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Networks, separated by commas, whose X-Forwarded-For is believed."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Web origins, separated by commas, whose pages may call the API; none by default."""
    request_timeout_seconds: float = Field(default=30.0, gt=0)
    """Longest time for reading a request, and for answering one that is not a chat."""
    oidc_issuer: str = ""
    """Issuer whose JWTs are accepted, like https://login.example.com; empty accepts none."""
    oidc_audience: str = ""
    """Audience that a JWT must be for; required with an issuer."""
    oidc_role_claim: str = "quarterdeck_role"
    """Claim with the role; dots go into objects."""
    oidc_namespaces_claim: str = "quarterdeck_namespaces"
    """Claim with the namespaces, a list or a string."""
    oidc_team_claim: str = "quarterdeck_team"
    """Claim with the team."""
    oidc_default_role: Role | None = None
    """Role of tokens without the claim; empty refuses them."""
    oidc_leeway_seconds: int = Field(default=30, ge=0, le=300)
    """Tolerated difference between the clocks of issuer and gateway."""
    allowed_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Private networks, separated by commas, to which URLs in resources and settings may lead."""
    alert_webhook_url: str = Field(default="", repr=False)
    """Where budget alerts are sent; empty sends none. Often a secret by itself."""
    alert_webhook_secret: SecretStr = SecretStr("")
    """Signs the alerts (HMAC-SHA256), at least 32 bytes; required with an address."""
    traces_endpoint: str = Field(default="", pattern=r"^(https?://.+)?$")
    """Collector of traces by OTLP over HTTP, like http://collector:4318; empty traces nothing."""
    traces_ratio: float = Field(default=1.0, ge=0, le=1)
    """Share of chats that are traced where the client has not decided."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severe level that is logged."""

    @field_validator("admin_key_hash")
    @classmethod
    def _is_sha256(cls, value: str) -> str:
        if not re.fullmatch(r"[0-9a-fA-F]{64}", value.strip()):
            raise PydanticCustomError("hash", "{help}", {"help": _HASH_HELP})
        return value.strip().lower()

    @field_validator("key_pepper")
    @classmethod
    def _is_strong(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value().encode()) < MIN_PEPPER_BYTES:
            raise PydanticCustomError("weak", "{help}", {"help": _PEPPER_HELP})
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(_REDIS_SCHEMES):
            shown = ", ".join(_REDIS_SCHEMES)
            raise PydanticCustomError(
                "redis",
                "must be the address of a Redis or Valkey: one of {known}",
                {"known": shown},
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("postgresql://", "sqlite:///")):
            raise PydanticCustomError(
                "database", "must be postgresql://user:password@host/name or sqlite:///path"
            )
        return value

    @field_validator("alert_webhook_secret")
    @classmethod
    def _signs(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        given = len(value.get_secret_value().encode())
        if info.data.get("alert_webhook_url") and given < MIN_PEPPER_BYTES:
            raise PydanticCustomError(
                "weak", "must have at least 32 bytes when QUARTERDECK_ALERT_WEBHOOK_URL is set"
            )
        return value

    @field_validator("oidc_audience")
    @classmethod
    def _has_audience(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not value:
            raise PydanticCustomError(
                "audience", "is required with QUARTERDECK_OIDC_ISSUER: tokens for others would pass"
            )
        return value

    @field_validator(
        "watch_namespaces", "trusted_proxies", "cors_origins", "allowed_networks", mode="before"
    )
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
