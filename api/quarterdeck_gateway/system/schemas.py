"""Shapes of ``/api/v1/health``."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class HealthStatus(StrEnum):
    """How something stands."""

    OK = "ok"
    DEGRADED = "degraded"
    """It works, with less than it should."""
    DOWN = "down"
    UNKNOWN = "unknown"
    """This gateway cannot tell."""


class ComponentName(StrEnum):
    """What an installation consists of, as the answering gateway sees it."""

    GATEWAY = "gateway"
    LIMITS_STORE = "limits-store"
    """Redis or Valkey: limits and budgets."""
    DATABASE = "database"
    """Ledger and audit log."""
    LEDGER_SPOOL = "ledger-spool"
    """Usage records on their way to the database."""
    AUDIT = "audit"
    """Audit events on their way to the database."""
    CATALOGUE_WATCH = "catalogue-watch"
    """What the gateway knows of agents, models, keys and budgets."""
    OPERATOR = "operator"
    """What turns Agents into workers."""


class ComponentView(BaseModel):
    """A component of the installation."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: ComponentName
    """Which one."""
    status: HealthStatus
    """How it stands."""
    message: str
    """What is the matter, and what to do."""
    since: str | None
    """RFC 3339, UTC: when this gateway saw it like this first."""


class ConditionView(BaseModel):
    """A condition that is not as it should be."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    kind: Literal["Agent", "Model", "ApiKey", "Budget"]
    """Kind of the object."""
    namespace: str
    """Namespace of the object."""
    name: str
    """Name of the object."""
    type: str
    """Type of the condition, like Ready."""
    status: Literal["True", "False", "Unknown"]
    """Status of the condition."""
    reason: str
    """Why, CamelCase."""
    message: str
    """The same for people."""
    since: str | None
    """RFC 3339, UTC: last transition."""


class HealthView(BaseModel):
    """How the installation stands, as the gateway that answers sees it."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: HealthStatus
    """The worst of the components; of ``conditions`` only the list tells."""
    components: list[ComponentView]
    """Only for callers of the whole installation; empty for others, to whom ``status`` says the
    sum."""
    conditions: list[ConditionView]
    """What is not as it should be in the caller's namespaces, latest first; at most 500."""
    more_conditions: int
    """How many more there are."""
    as_of: str
    """RFC 3339, UTC: when the gateway looked."""
