"""An Agent's status from everything that was seen of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from quarterdeck_contract.names import WORKER_PORT, worker_labels, worker_name
from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_operator import reasons
from quarterdeck_operator.builders.replicas import is_external
from quarterdeck_operator.cluster.port import Manifest, Probe
from quarterdeck_operator.conditions import (
    SCALING_ACTIVE,
    Observed,
    Verdict,
    conditions_of,
    dated,
    find,
    verdict_of,
)
from quarterdeck_operator.errors import OperatorError, Transient
from quarterdeck_operator.summarise.pods import Trouble
from quarterdeck_operator.summarise.workers import Workers, judge_workers


@dataclass(frozen=True)
class AgentObservation:
    """One look at an Agent and its children; ``probe`` only of an agent that runs elsewhere,
    ``trouble`` only of pods that were looked at."""

    agent: Agent
    deployment: Mapping[str, Any] | None = None
    autoscaler: Mapping[str, Any] | None = None
    probe: Probe | None = None
    problem: OperatorError | None = None
    trouble: Trouble | None = None


def summarise_agent(seen: AgentObservation, before: Mapping[str, Any], now: str) -> Manifest:
    """The status to store; equal to ``before`` when nothing has changed."""
    agent, generation = seen.agent, seen.agent.metadata.generation
    observed = conditions_of(judge_agent(seen)) + _scaling(seen)
    status = {
        "observedGeneration": generation,
        "conditions": dated(observed, before, generation, now),
        "endpoint": endpoint_of(agent),
    }
    return status if is_external(agent.spec) else status | _counts(seen)


def judge_agent(seen: AgentObservation) -> Verdict:
    """First what stands in the way, then what runs."""
    spec = seen.agent.spec
    # A cluster that hiccups does not stop workers that run.
    if seen.problem is not None and not isinstance(seen.problem, Transient):
        return verdict_of(seen.problem)
    if not is_external(spec):
        workers = Workers.seen(seen.agent, seen.deployment)
        running = judge_workers(seen.agent, workers, seen.trouble)
    else:
        running = _judge_endpoint(seen)
    if seen.problem is None:
        return running
    obstacle = seen.problem.reason, seen.problem.message
    return replace(running, phase="reconciling", obstacle=obstacle)


def endpoint_of(agent: Agent) -> str:
    """Where the gateway sends chats: the workers' Service, or the external agent."""
    runtime = agent.spec.runtime
    if runtime is not None and runtime.endpoint is not None:
        return runtime.endpoint
    return f"http://{worker_name(agent.metadata.name)}.{agent.metadata.namespace}.svc:{WORKER_PORT}"


def _judge_endpoint(seen: AgentObservation) -> Verdict:
    if seen.agent.spec.suspended:
        return Verdict(False, reasons.SUSPENDED, "spec.suspended is true: no chat is sent there")
    if seen.probe is None:
        return Verdict(False, reasons.ENDPOINT_UNREACHABLE, "not asked yet", "reconciling")
    if seen.probe.ready:
        return Verdict(True, reasons.ENDPOINT_READY, seen.probe.message)
    return Verdict(False, reasons.ENDPOINT_UNREACHABLE, seen.probe.message, "reconciling")


def _counts(seen: AgentObservation) -> Manifest:
    workers = Workers.seen(seen.agent, seen.deployment)
    labels = worker_labels(seen.agent.metadata.name)
    # Until the first pod is there the wanted number stands in for it: a rollout's first
    # milliseconds are not worth a write.
    starting = workers.existing == 0 and workers.failure is None
    return {
        "replicas": workers.desired if starting else workers.existing,
        "readyReplicas": workers.ready,
        "workers": f"{workers.ready}/{workers.desired}",
        "selector": ",".join(f"{name}={labels[name]}" for name in sorted(labels)),
    }


def _scaling(seen: AgentObservation) -> tuple[Observed, ...]:
    if seen.agent.spec.scaling is None:
        return ()
    if seen.agent.spec.suspended:
        return (Observed(SCALING_ACTIVE, "False", reasons.SUSPENDED, "no worker runs"),)
    found = find((seen.autoscaler or {}).get("status") or {}, SCALING_ACTIVE)
    if found is None:
        return (Observed(SCALING_ACTIVE, "Unknown", reasons.SCALING_UNKNOWN),)
    return (
        Observed(
            SCALING_ACTIVE,
            found["status"],
            str(found.get("reason") or reasons.SCALING_UNKNOWN),
            str(found.get("message", "")),
        ),
    )
