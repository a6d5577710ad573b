"""Values of Redis and PostgreSQL: small ones in the chart, or your own."""

from typing import Annotated

from pydantic import Field

from chart_values.shared import (
    OptionalName,
    OthersImage,
    Resources,
    Scheduling,
    Storage,
    Values,
    resources,
)


class External(Values):
    """One of your own, instead of the chart's."""

    existing_secret: OptionalName = ""
    """Secret with its address, password included, in the field `url`."""


class Redis(Scheduling):
    """Redis for limits and budgets."""

    enabled: bool = True
    """Run one pod in the chart; otherwise name an external one."""
    existing_secret: OptionalName = ""
    """Secret of the chart's Redis with the fields `password` and `url`; empty: the operator's."""
    external: External = External()
    """Redis or Valkey 7 or newer: redis://, rediss://, redis+cluster:// or rediss+cluster://."""
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")] = "quarterdeck"
    """Begins every key; installations that share one Redis need different ones."""
    image: OthersImage = OthersImage(repository="redis", tag="7.0-bookworm")
    max_memory: Annotated[str, Field(pattern=r"^[0-9]+(b|[kKmMgG][bB]?)?$")] = "192mb"
    """What it may hold; beyond that it refuses writes rather than forget money."""
    storage: Storage = Storage(size="1Gi")
    resources: Resources = resources("50m", "64Mi", "384Mi")


class Postgres(Scheduling):
    """PostgreSQL for the ledger, the audit log and conversations."""

    enabled: bool = True
    """Run one pod in the chart; otherwise name an external one."""
    existing_secret: OptionalName = ""
    """Secret of the chart's PostgreSQL with `password` and `url`; empty: the operator's."""
    external: External = External()
    """PostgreSQL 14 or newer: postgresql://user:password@host/name."""
    image: OthersImage = OthersImage(repository="postgres", tag="15-bookworm")
    storage: Storage = Storage(size="10Gi")
    resources: Resources = resources("50m", "128Mi", "512Mi")
