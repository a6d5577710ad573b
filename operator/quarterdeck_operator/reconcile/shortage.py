"""Looks at the pods of agents whose workers are missing, and at no others.

Healthy agents cost no request for this, and an ordinary start none either: it is over before the
first look. Pods are not watched, for a cluster has many and nearly all of them are well; and
because a Deployment does not change when its pod begins to crash, an agent that is short is looked
at again, the more seldom the longer it lasts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from quarterdeck_contract.names import worker_labels
from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Cluster, ObjectKey
from quarterdeck_operator.errors import OperatorError
from quarterdeck_operator.summarise.pods import Trouble, trouble_of
from quarterdeck_operator.summarise.workers import Workers

_log = structlog.get_logger(__name__)

FIRST_LOOK: Final = 3.0
"""Seconds that workers may be missing before anybody asks why."""
SOONEST: Final = 5.0
LATEST: Final = 60.0
"""Seconds between looks, at the beginning and at most: as long as it has lasted so far."""


@dataclass(frozen=True)
class Shortage:
    """What is known about missing workers, and in how many seconds to look again."""

    trouble: Trouble | None
    again: float


@dataclass
class _Known:
    since: float
    trouble: Trouble | None = None


class Shortages:
    """Remembers since when each agent has been short; ``clock`` is monotonic seconds."""

    def __init__(
        self, cluster: Cluster, clock: Callable[[], float], now: Callable[[], str]
    ) -> None:
        self._cluster = cluster
        self._clock = clock
        self._now = now
        self._known: dict[ObjectKey, _Known] = {}

    async def look(
        self, agent: Agent, workers: Workers, before: Mapping[str, Any]
    ) -> Shortage | None:
        """``before`` is the Agent's status so far. None if no worker is missing."""
        key = _key(agent)
        if not workers.short:
            self.forget(key)
            return None
        now = self._clock()
        # What another leader has found out is not to be unsaid for a moment.
        since = now - FIRST_LOOK if _was_looked_at(before) else now
        known = self._known.setdefault(key, _Known(since))
        lasted = now - known.since
        if lasted < FIRST_LOOK:
            return Shortage(None, FIRST_LOOK - lasted)
        known.trouble = await self._ask(agent, known.trouble)
        return Shortage(known.trouble, min(max(lasted, SOONEST), LATEST))

    def forget(self, key: ObjectKey) -> None:
        """The Agent is gone, or has its workers."""
        self._known.pop(key, None)

    async def _ask(self, agent: Agent, known: Trouble | None) -> Trouble | None:
        """The trouble as it stands; as it was ``known``, if the pods cannot be read."""
        labels = worker_labels(agent.metadata.name)
        try:
            pods = await self._cluster.pods(agent.metadata.namespace, labels)
        except OperatorError as exc:
            _log.warning("pods not read", agent=str(_key(agent)), message=exc.message)
            return known
        return trouble_of(pods, self._now())


def _key(agent: Agent) -> ObjectKey:
    return ObjectKey("Agent", agent.metadata.namespace, agent.metadata.name)


def _was_looked_at(status: Mapping[str, Any]) -> bool:
    conditions = status.get("conditions") or ()
    return any(condition.get("reason") in reasons.POD_TROUBLES for condition in conditions)
