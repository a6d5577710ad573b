"""Node drains take the workers one by one; a single worker must not block a drain."""

from quarterdeck_contract.names import worker_labels
from quarterdeck_operator.builders.metadata import child
from quarterdeck_operator.builders.replicas import most_replicas
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent


def build_disruption_budget(resolved: ResolvedAgent, _options: BuildOptions) -> Manifest | None:
    """A PodDisruptionBudget where there may be more than one worker, or None."""
    agent = resolved.agent
    if most_replicas(agent.spec) <= 1:
        return None
    return child(
        agent,
        "policy/v1",
        "PodDisruptionBudget",
        spec={
            "maxUnavailable": 1,
            "selector": {"matchLabels": worker_labels(agent.metadata.name)},
            # A worker that never became ready serves nobody: it may always go.
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    )
