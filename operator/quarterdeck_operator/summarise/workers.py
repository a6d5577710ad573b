"""What a Deployment says about an agent's workers, in the words of our conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from quarterdeck_contract.names import LABEL_AGENT
from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_operator import reasons
from quarterdeck_operator.builders.replicas import fixed_replicas
from quarterdeck_operator.conditions import Phase, Verdict, find
from quarterdeck_operator.summarise.pods import Trouble

_NOT_YET: Final = "MinimumReplicasUnavailable"
"""The Deployment's own word for "0 of 1 is available", which says nothing new."""


@dataclass(frozen=True)
class Workers:
    """Counts of worker pods, and what holds up the rest."""

    desired: int
    existing: int = 0
    updated: int = 0
    ready: int = 0
    available: int = 0
    current: bool = False
    """Whether the counts are about the Deployment's present generation."""
    failure: tuple[str, str] | None = None
    """Reason and message of a rollout that gets nowhere."""
    trouble: Trouble | None = None
    """Why none is available, where the Deployment says so itself."""

    @classmethod
    def seen(cls, agent: Agent, deployment: Mapping[str, Any] | None) -> Self:
        """``deployment`` as last observed; None when there is none yet."""
        fixed = fixed_replicas(agent.spec)
        if deployment is None:
            return cls(desired=_least(agent) if fixed is None else fixed)
        spec, status = deployment["spec"], deployment.get("status") or {}
        seen = int(status.get("observedGeneration", 0))
        return cls(
            desired=int(spec.get("replicas", 1)) if fixed is None else fixed,
            existing=int(status.get("replicas", 0)),
            updated=int(status.get("updatedReplicas", 0)),
            ready=int(status.get("readyReplicas", 0)),
            available=int(status.get("availableReplicas", 0)),
            current=seen >= int(deployment["metadata"].get("generation", 0)) and seen > 0,
            failure=_failure(status),
            trouble=_trouble(status),
        )

    @property
    def complete(self) -> bool:
        """Whether exactly the workers that should be there are there, and available."""
        return (
            self.current
            and self.existing == self.updated == self.desired
            and self.available >= self.desired
        )

    @property
    def short(self) -> bool:
        """Whether workers are missing, or some that are there are not ready."""
        return self.ready < max(self.desired, self.existing) and self.desired > 0


def judge_workers(agent: Agent, workers: Workers, trouble: Trouble | None = None) -> Verdict:
    """Ready as soon as one worker is available, unless a rollout fails.

    ``trouble`` is what the pods tell, if they were looked at.
    """
    if workers.desired == 0:
        return _judge_none(agent, workers)
    counts = f"{workers.ready} of {workers.desired} workers ready"
    trouble = trouble or workers.trouble
    obstacle = (trouble.reason, trouble.message) if trouble is not None else None
    told = f"{counts}: {trouble.message}" if trouble is not None else counts
    if workers.complete:
        return Verdict(True, reasons.WORKERS_READY, counts)
    if workers.current and workers.failure is not None:
        reason, message = workers.failure
        why = trouble.message if trouble is not None else _advice(agent)
        return Verdict(False, reason, f"{counts}: {message}; {why}", "stalled", obstacle)
    if workers.available == 0:
        reason = trouble.reason if trouble is not None else reasons.WAITING_FOR_WORKERS
        return Verdict(False, reason, told, "reconciling")
    if workers.current and workers.existing == workers.updated == workers.desired:
        return Verdict(True, reasons.SOME_WORKERS_UNAVAILABLE, told, "reconciling", obstacle)
    return Verdict(True, reasons.ROLLING_OUT, told, "reconciling", obstacle)


def _judge_none(agent: Agent, workers: Workers) -> Verdict:
    gone = workers.current and workers.existing == 0
    phase: Phase = "settled" if gone else "reconciling"
    if agent.spec.suspended:
        return Verdict(False, reasons.SUSPENDED, "spec.suspended is true: no worker runs", phase)
    return Verdict(False, reasons.SCALED_TO_ZERO, "spec.replicas is 0: no worker runs", phase)


def _failure(status: Mapping[str, Any]) -> tuple[str, str] | None:
    refused, progressing = find(status, "ReplicaFailure"), find(status, "Progressing")
    if refused is not None and refused.get("status") == "True":
        return reasons.REPLICA_FAILURE, str(refused.get("message", ""))
    if progressing is not None and progressing.get("status") == "False":
        reason = str(progressing.get("reason") or reasons.ROLLOUT_FAILED)
        return reason, str(progressing.get("message", ""))
    return None


def _trouble(status: Mapping[str, Any]) -> Trouble | None:
    available = find(status, "Available") or {}
    if available.get("status") != "False" or available.get("reason") == _NOT_YET:
        return None
    return Trouble(str(available.get("reason")), str(available.get("message", "")))


def _advice(agent: Agent) -> str:
    name, namespace = agent.metadata.name, agent.metadata.namespace
    return f"see the pods labelled {LABEL_AGENT}={name} in namespace {namespace}"


def _least(agent: Agent) -> int:
    return agent.spec.scaling.min if agent.spec.scaling is not None else 0
