"""The health of the installation: facts gathered at most once a second, told to each caller as far
as it is theirs."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import text

from quarterdeck_gateway.accounting.drain import DeliveryState
from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.errors import DatabaseError
from quarterdeck_gateway.identity.access import EVERYWHERE
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.moments import rfc3339
from quarterdeck_gateway.routing.registry import Registry
from quarterdeck_gateway.services import Drain
from quarterdeck_gateway.system.conditions import Resource, troubled
from quarterdeck_gateway.system.control_plane import ControlPlane
from quarterdeck_gateway.system.judgement import Facts, Verdict, judged, worst
from quarterdeck_gateway.system.schemas import (
    ComponentName,
    ComponentView,
    HealthStatus,
    HealthView,
)

log = structlog.get_logger(__name__)

CACHE_SECONDS: Final = 1.0
PING_SECONDS: Final = 1.0
MOST_CONDITIONS: Final = 500


@dataclass(frozen=True)
class Observed:
    """What the health is made of."""

    drain: Drain
    breaker: Breaker
    database: Database
    ledger: Callable[[], DeliveryState]
    audit: Callable[[], DeliveryState]
    registry: Registry
    catalogue: Catalogue
    control_plane: ControlPlane


@dataclass(frozen=True)
class _Seen:
    """The components as they were a moment ago."""

    components: Sequence[ComponentView]
    status: HealthStatus
    at: str


class HealthService:
    """What ``/api/v1/health`` does. However many ask, the database is pinged once a second."""

    def __init__(
        self,
        observed: Observed,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._observed = observed
        self._now = now
        self._monotonic = monotonic
        self._since: dict[ComponentName, tuple[HealthStatus, str]] = {}
        self._looking = asyncio.Lock()
        self._seen: _Seen | None = None
        self._seen_at = 0.0

    async def health(self, principal: Principal) -> HealthView:
        """How it stands, as far as it is the caller's business."""
        seen = await self._look()
        everywhere = EVERYWHERE in principal.namespaces
        conditions = troubled(self._resources(principal))
        return HealthView(
            status=seen.status,
            components=list(seen.components) if everywhere else [],
            conditions=conditions[:MOST_CONDITIONS],
            more_conditions=max(0, len(conditions) - MOST_CONDITIONS),
            as_of=seen.at,
        )

    async def _look(self) -> _Seen:
        async with self._looking:
            if self._seen is None or self._monotonic() - self._seen_at >= CACHE_SECONDS:
                verdicts, at = judged(await self._facts()), rfc3339(self._now())
                self._seen = _Seen(
                    [self._dated(verdict, at) for verdict in verdicts],
                    worst(verdict.status for verdict in verdicts),
                    at,
                )
                self._seen_at = self._monotonic()
            return self._seen

    async def _facts(self) -> Facts:
        observed = self._observed
        error, operator = await asyncio.gather(
            _ping(observed.database), observed.control_plane.operator()
        )
        return Facts(
            draining=observed.drain.draining,
            store_answers=observed.breaker.closed,
            database_error=error,
            ledger=observed.ledger(),
            audit=observed.audit(),
            registry_synced=observed.registry.synced,
            catalogue_synced=observed.catalogue.synced,
            watches=observed.control_plane.watches(),
            operator=operator,
        )

    def _dated(self, verdict: Verdict, at: str) -> ComponentView:
        status, since = self._since.get(verdict.name, (None, at))
        if status is not verdict.status:
            since = at
            self._since[verdict.name] = verdict.status, at
        return ComponentView(
            name=verdict.name, status=verdict.status, message=verdict.message, since=since
        )

    def _resources(self, principal: Principal) -> Iterator[Resource]:
        """Everything declared in the caller's namespaces."""
        catalogue, may_enter = self._observed.catalogue, principal.may_enter
        for agent in self._observed.registry.agents():
            if may_enter(agent.namespace):
                yield Resource("Agent", agent.namespace, agent.name, agent.manifest)
        for model in catalogue.models():
            if may_enter(model.namespace):
                yield Resource("Model", model.namespace, model.name, model.manifest)
        for each in catalogue.keys():  # noqa: SIM118 - no dict
            if may_enter(each.namespace):
                yield Resource("ApiKey", each.namespace, each.name, each.manifest)
        for budget in catalogue.budgets():
            if may_enter(budget.namespace):
                yield Resource("Budget", budget.namespace, budget.name, budget.manifest)


async def _ping(database: Database) -> str | None:
    """Why the database does not answer within a second; None when it does."""
    try:
        async with asyncio.timeout(PING_SECONDS), database.read() as connection:
            await connection.execute(text("SELECT 1"))
    except TimeoutError:
        return f"no answer within {PING_SECONDS:g} s"
    except DatabaseError as exc:
        # What the driver says may name hosts and users.
        log.warning("database does not answer", reason=str(exc))
        return "the gateway's log says why"
    return None
