"""The workers themselves."""

from typing import Any

from quarterdeck_contract.names import worker_labels
from quarterdeck_operator.builders.metadata import child
from quarterdeck_operator.builders.pod import pod_template, start_seconds
from quarterdeck_operator.builders.replicas import fixed_replicas
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent


def build_deployment(resolved: ResolvedAgent, options: BuildOptions) -> Manifest:
    """A Deployment that replaces workers one by one, new before old."""
    agent = resolved.agent
    spec: dict[str, Any] = {
        "selector": {"matchLabels": worker_labels(agent.metadata.name)},
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1},
        },
        # Until then its workers have to be ready, or the rollout is reported as failed.
        "progressDeadlineSeconds": start_seconds(agent),
        "revisionHistoryLimit": 2,
        "template": pod_template(resolved, options),
    }
    replicas = fixed_replicas(agent.spec)
    # Absent when an autoscaler decides: a field that we apply is a field that we fight for.
    if replicas is not None:
        spec["replicas"] = replicas
    return child(agent, "apps/v1", "Deployment", spec=spec)
