"""Only the gateway reaches workers, so that nobody goes around its authentication.

Egress stays open: where models live (a provider's changing addresses, a service in this cluster,
a machine in the office) is not ours to know, and policies cannot name hosts.
"""

from quarterdeck_contract.names import (
    GATEWAY_COMPONENT,
    LABEL_COMPONENT,
    WORKER_PORT,
    worker_labels,
)
from quarterdeck_operator.builders.metadata import child
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent

NAMESPACE_NAME = "kubernetes.io/metadata.name"


def build_network_policy(resolved: ResolvedAgent, options: BuildOptions) -> Manifest:
    """A NetworkPolicy that lets the gateway's pods, and no others, reach the workers' port."""
    gateway = {
        "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: options.gateway_namespace}},
        "podSelector": {"matchLabels": {LABEL_COMPONENT: GATEWAY_COMPONENT}},
    }
    ports = [{"port": WORKER_PORT, "protocol": "TCP"}]
    return child(
        resolved.agent,
        "networking.k8s.io/v1",
        "NetworkPolicy",
        spec={
            "podSelector": {"matchLabels": worker_labels(resolved.agent.metadata.name)},
            "policyTypes": ["Ingress"],
            "ingress": [{"from": [gateway], "ports": ports}],
        },
    )
