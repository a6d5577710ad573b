"""A laptop's workers in the shape of Pods, for tools that know how to look at a cluster."""

from collections.abc import Mapping
from typing import Any

from quarterdeck_contract.names import WORKER_CONTAINER
from quarterdeck_local.deployment import DeploymentRunner
from quarterdeck_operator.cluster.port import Manifest


def pods_of(runner: DeploymentRunner, deployment: Mapping[str, Any] | None) -> list[Manifest]:
    """A Pod for every worker, and for every slot whose last worker crashed."""
    template = deployment["spec"]["template"] if deployment else {}
    labels = template.get("metadata", {}).get("labels", {})
    running = {
        each.slot: _status("Running", each.worker.ready, each.worker.pid) for each in runner.running
    }
    crashed = {slot: _status("Failed", False, None) for slot in runner.failed_slots}
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": pod_name(runner, slot),
                "namespace": runner.key.namespace,
                "labels": labels,
            },
            "spec": {"containers": [{"name": WORKER_CONTAINER}], "nodeName": "localhost"},
            "status": status,
        }
        for slot, status in sorted((crashed | running).items())
    ]


def pod_name(runner: DeploymentRunner, slot: int) -> str:
    """Name of the Pod that stands for the worker in ``slot``."""
    return f"{runner.key.name}-{slot}"


def _status(phase: str, ready: bool, pid: int | None) -> Manifest:
    condition = {"type": "Ready", "status": "True" if ready else "False"}
    message = {"message": f"process {pid}"} if pid else {}
    return {"phase": phase, "conditions": [condition], **message}
