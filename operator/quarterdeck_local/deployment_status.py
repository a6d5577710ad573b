"""A Deployment's status from what its workers do, in the words of Kubernetes' own controller, so
that the operator's conditions judge a laptop and a cluster alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from quarterdeck_local.rollout import Seen
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest

IMAGES_NOT_SUPPORTED: Final = "ImagesNotSupported"
ENVIRONMENT_NOT_SUPPORTED: Final = "EnvironmentNotSupported"
NEEDS_A_CLUSTER: Final = (IMAGES_NOT_SUPPORTED, ENVIRONMENT_NOT_SUPPORTED)
"""Nothing that time would mend."""
WORKER_CRASHED: Final = reasons.WORKERS_CRASHING
CANNOT_LAUNCH: Final = reasons.WORKERS_CANNOT_START


@dataclass(frozen=True)
class Failure:
    """Why workers are missing: a CamelCase reason and a sentence."""

    reason: str
    message: str


def status(
    deployment: Mapping[str, Any],
    workers: Sequence[Seen],
    replicas: int,
    failure: Failure | None,
    now: str,
) -> Manifest:
    """The status to store. Times of conditions move only when their status does."""
    live = [worker for worker in workers if not worker.stopping]
    updated = [worker for worker in live if worker.current]
    ready = sum(worker.ready for worker in live)
    done = len(updated) == len(live) == replicas and ready >= replicas
    return {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": len(live),
        "updatedReplicas": len(updated),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": max(0, replicas - ready),
        "conditions": _timed(
            _conditions(ready, replicas, done, failure),
            deployment.get("status", {}).get("conditions", ()),
            now,
        ),
    }


def _conditions(ready: int, replicas: int, done: bool, failure: Failure | None) -> list[Manifest]:
    return [_available(ready, replicas, failure), _progressing(done, failure)]


def _available(ready: int, replicas: int, failure: Failure | None) -> Manifest:
    if ready >= replicas:
        return _condition("Available", True, "MinimumReplicasAvailable", "All workers are ready.")
    if failure is not None:
        return _condition("Available", False, failure.reason, failure.message)
    missing = f"{ready} of {replicas} workers are ready."
    return _condition("Available", False, "MinimumReplicasUnavailable", missing)


def _progressing(done: bool, failure: Failure | None) -> Manifest:
    if done:
        return _condition("Progressing", True, "NewReplicaSetAvailable", "All workers are new.")
    if failure is not None and failure.reason in NEEDS_A_CLUSTER:
        return _condition("Progressing", False, failure.reason, failure.message)
    return _condition("Progressing", True, "ReplicaSetUpdated", "Workers are being started.")


def _condition(type_: str, holds: bool, reason: str, message: str) -> Manifest:
    return {
        "type": type_,
        "status": "True" if holds else "False",
        "reason": reason,
        "message": message,
    }


def _timed(conditions: list[Manifest], before: Sequence[Manifest], now: str) -> list[Manifest]:
    times = {(old["type"], old["status"]): old["lastTransitionTime"] for old in before}
    return [
        condition | {"lastTransitionTime": times.get((condition["type"], condition["status"]), now)}
        for condition in conditions
    ]
