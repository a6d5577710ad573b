"""Pods of agents' workers in the states that the kubelet and the scheduler leave them in."""

from typing import Any

from quarterdeck_contract.names import WORKER_CONTAINER, worker_labels
from quarterdeck_operator.cluster.port import Manifest
from support.operator_world import NAMESPACE, NOW

BACK_OFF = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s restarting"}}
OUT_OF_MEMORY = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
NOT_SCHEDULED = {
    "type": "PodScheduled",
    "status": "False",
    "reason": "Unschedulable",
    "message": "0/1 nodes are available: 1 Insufficient memory.",
}


def ended(code: int, reason: str = "Error", message: str = "") -> Manifest:
    """The state of a container that has ended."""
    return {"terminated": {"exitCode": code, "reason": reason, "message": message}}


def waiting(reason: str, message: str = "") -> Manifest:
    """The state of a container that has not been started."""
    return {"waiting": {"reason": reason, "message": message}}


def running(since: str = NOW) -> Manifest:
    """The state of a container that runs."""
    return {"running": {"startedAt": since}}


def container(
    state: Manifest, last: Manifest | None = None, restarts: int = 0, **fields: Any
) -> Manifest:
    """A containerStatus that is not ready, unless ``fields`` say so."""
    status = {"name": WORKER_CONTAINER, "ready": False, "restartCount": restarts}
    return status | {"state": state, "lastState": last or {}} | fields


def worker_pod(
    *containers: Manifest, name: str = "agent-demo-1", agent: str = "demo", **status: Any
) -> Manifest:
    """A pod of the agent in the tests' namespace; Ready if all its containers are."""
    ready = bool(containers) and all(each["ready"] for each in containers)
    conditions = [{"type": "Ready", "status": str(ready)}, *status.pop("conditions", ())]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": NAMESPACE, "name": name, "labels": worker_labels(agent)},
        "status": {
            "phase": "Running",
            "conditions": conditions,
            "containerStatuses": list(containers),
            **status,
        },
    }


def crashing(name: str = "agent-demo-1", restarts: int = 2, agent: str = "demo") -> Manifest:
    """A pod that waits for its next start after it ran out of memory."""
    return worker_pod(container(BACK_OFF, OUT_OF_MEMORY, restarts), name=name, agent=agent)
