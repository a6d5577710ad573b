"""All that an Agent becomes, in the order in which it is applied."""

from collections.abc import Callable
from typing import Final

from quarterdeck_operator.builders.autoscaler import build_autoscaler
from quarterdeck_operator.builders.config_map import build_config_map
from quarterdeck_operator.builders.deployment import build_deployment
from quarterdeck_operator.builders.disruption_budget import build_disruption_budget
from quarterdeck_operator.builders.network_policy import build_network_policy
from quarterdeck_operator.builders.replicas import is_external
from quarterdeck_operator.builders.service import build_service
from quarterdeck_operator.builders.service_account import build_service_account
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent

Builder = Callable[[ResolvedAgent, BuildOptions], Manifest | None]

AGENT_BUILDERS: Final[tuple[Builder, ...]] = (
    build_network_policy,  # before any pod, so that none is ever open
    build_service_account,
    build_config_map,
    build_service,
    build_deployment,
    build_autoscaler,
    build_disruption_budget,
)

AGENT_CHILD_KINDS: Final = (
    "NetworkPolicy",
    "ServiceAccount",
    "ConfigMap",
    "Service",
    "Deployment",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
)
"""Kinds that the builders may return; whoever feeds the engine watches these."""


def build_agent(resolved: ResolvedAgent, options: BuildOptions) -> tuple[Manifest, ...]:
    """Every child that should exist; none for an agent that runs elsewhere."""
    if is_external(resolved.agent.spec):
        return ()
    built = (build(resolved, options) for build in AGENT_BUILDERS)
    return tuple(manifest for manifest in built if manifest is not None)
