"""An Agent, reconciled. ``reconcile`` is the order of things; each thing has its own module."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from quarterdeck_contract.names import worker_name
from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_operator.builders.agent import build_agent
from quarterdeck_operator.builders.replicas import is_external
from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.ownership import controls
from quarterdeck_operator.cluster.port import Cluster, Manifest, ObjectKey, Probe
from quarterdeck_operator.downgrades import Downgrades
from quarterdeck_operator.errors import OperatorError
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.reconcile.children import Children
from quarterdeck_operator.reconcile.result import Result, after, is_noise, result_of
from quarterdeck_operator.reconcile.shortage import Shortage, Shortages
from quarterdeck_operator.reconcile.status import StatusWriter
from quarterdeck_operator.resolve.agent import resolve_agent
from quarterdeck_operator.resolve.references import References
from quarterdeck_operator.summarise.agent import AgentObservation, endpoint_of, summarise_agent
from quarterdeck_operator.summarise.workers import Workers

PROBE_INTERVAL: Final = 30.0
PROBE_INTERVAL_NOT_READY: Final = 10.0
"""Seconds between questions to an agent that runs elsewhere: no watch tells of it."""


class AgentReconciler:
    """Idempotent: call it whenever anything may have changed. ``now`` is RFC 3339."""

    def __init__(
        self,
        cache: Cache,
        cluster: Cluster,
        options: BuildOptions,
        references: References,
        downgrades: Downgrades,
        shortages: Shortages,
        status: StatusWriter,
        now: Callable[[], str],
    ) -> None:
        self._cache = cache
        self._cluster = cluster
        self._options = options
        self._references = references
        self._downgrades = downgrades
        self._children = Children(cache, cluster)
        self._shortages = shortages
        self._status = status
        self._now = now

    async def reconcile(self, agent: Agent, manifest: Manifest, failures: int) -> Result:
        """Raises OperatorError only if the status could not be written."""
        problem = await self._realise(agent)
        probe = await self._probe(agent)
        before = manifest.get("status") or {}
        shortage = await self._shortage(agent, before) if problem is None else None
        if not is_noise(problem, failures):
            seen = self._look(agent, problem, probe, shortage)
            await self._status.write(manifest, summarise_agent(seen, before, self._now()))
        if problem is None and probe is not None:
            return after(PROBE_INTERVAL if probe.ready else PROBE_INTERVAL_NOT_READY)
        return result_of(problem) if shortage is None else after(shortage.again)

    async def _realise(self, agent: Agent) -> OperatorError | None:
        """What the Agent says becomes so, or the reason why it cannot."""
        cheaper = self._downgrades.models_for(agent.metadata.namespace, agent.metadata.name)
        try:
            resolved = await resolve_agent(agent, self._cache, self._references, cheaper)
            built = build_agent(resolved, self._options)
            await self._children.apply(built)
            await self._children.prune(agent.metadata.uid, built)
        except OperatorError as problem:
            return problem
        return None

    async def _probe(self, agent: Agent) -> Probe | None:
        if not is_external(agent.spec) or agent.spec.suspended:
            return None
        return await self._cluster.probe(endpoint_of(agent))

    async def _shortage(self, agent: Agent, before: Mapping[str, Any]) -> Shortage | None:
        if is_external(agent.spec):
            return None
        workers = Workers.seen(agent, self._child(agent, "Deployment"))
        return await self._shortages.look(agent, workers, before)

    def _look(
        self,
        agent: Agent,
        problem: OperatorError | None,
        probe: Probe | None,
        shortage: Shortage | None,
    ) -> AgentObservation:
        return AgentObservation(
            agent=agent,
            deployment=self._child(agent, "Deployment"),
            autoscaler=self._child(agent, "HorizontalPodAutoscaler"),
            probe=probe,
            problem=problem,
            trouble=shortage.trouble if shortage is not None else None,
        )

    def _child(self, agent: Agent, kind: str) -> Manifest | None:
        name = worker_name(agent.metadata.name)
        child = self._cache.get(ObjectKey(kind, agent.metadata.namespace, name))
        return child if child is not None and controls(agent.metadata.uid, child) else None
