"""How many workers an Agent asks for: the one place that knows, for all builders and conditions."""

from quarterdeck_contract.v1alpha1.agent import AgentSpec


def is_external(spec: AgentSpec) -> bool:
    """Whether the agent runs elsewhere and nothing is deployed."""
    return spec.runtime is not None and spec.runtime.endpoint is not None


def is_autoscaled(spec: AgentSpec) -> bool:
    """Whether an autoscaler, not the Deployment, decides the number of workers."""
    return spec.scaling is not None and not spec.suspended


def fixed_replicas(spec: AgentSpec) -> int | None:
    """Workers to run; None where the autoscaler decides."""
    if spec.suspended:
        return 0
    if spec.scaling is not None:
        return None
    return 1 if spec.replicas is None else spec.replicas


def most_replicas(spec: AgentSpec) -> int:
    """As many workers as may ever run at once."""
    fixed = fixed_replicas(spec)
    return fixed if fixed is not None else spec.scaling.max if spec.scaling is not None else 0
