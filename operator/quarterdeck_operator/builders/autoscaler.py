"""Scaling by CPU: present only when asked for and not suspended."""

from quarterdeck_contract.names import worker_name
from quarterdeck_operator.builders.metadata import child
from quarterdeck_operator.builders.replicas import is_autoscaled
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent


def build_autoscaler(resolved: ResolvedAgent, _options: BuildOptions) -> Manifest | None:
    """A HorizontalPodAutoscaler on the Deployment's CPU, or None."""
    agent, scaling = resolved.agent, resolved.agent.spec.scaling
    if scaling is None or not is_autoscaled(agent.spec):
        return None
    target = {"type": "Utilization", "averageUtilization": scaling.target_cpu_percent}
    return child(
        agent,
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        spec={
            "scaleTargetRef": {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "name": worker_name(agent.metadata.name),
            },
            "minReplicas": scaling.min,
            "maxReplicas": scaling.max,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
        },
    )
