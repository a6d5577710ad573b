"""Only the gateway and Prometheus reach workers, so that nobody goes around the gateway's
authentication; and workers reach everything but a cloud's metadata service.

Where models live (a provider's changing addresses, a service in this cluster, a machine in the
office) is not ours to know, and policies cannot name hosts. A ``Model.spec.baseURL`` is a name that
anybody's DNS resolves, to the metadata address too; what that hands out is meant for the node.
"""

from typing import Final

from quarterdeck_contract.names import (
    GATEWAY_COMPONENT,
    LABEL_COMPONENT,
    LABEL_NAME,
    PROMETHEUS_COMPONENT,
    WORKER_PORT,
    worker_labels,
)
from quarterdeck_operator.builders.metadata import child
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent

NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"
METADATA: Final = "169.254.0.0/16"
PROMETHEUS_NAME: Final = "prometheus"
"""What the charts and operators of others label a Prometheus as."""
DNS_PORT: Final = 53
TLS_PORTS: Final = (443, 6443)


def build_network_policy(resolved: ResolvedAgent, options: BuildOptions) -> Manifest:
    """A NetworkPolicy that lets the pods of the gateway and of Prometheus, and no others, reach the
    workers' port, and workers whatever is not link-local."""
    ports = [{"port": WORKER_PORT, "protocol": "TCP"}]
    return child(
        resolved.agent,
        "networking.k8s.io/v1",
        "NetworkPolicy",
        spec={
            "podSelector": {"matchLabels": worker_labels(resolved.agent.metadata.name)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": _callers(options), "ports": ports}],
            "egress": _egress(),
        },
    )


def _callers(options: BuildOptions) -> list[Manifest]:
    own = options.gateway_namespace
    callers = [
        _pods(own, LABEL_COMPONENT, GATEWAY_COMPONENT),
        _pods(own, LABEL_COMPONENT, PROMETHEUS_COMPONENT),
    ]
    if options.scraper_namespace:
        callers.append(_pods(options.scraper_namespace, LABEL_NAME, PROMETHEUS_NAME))
    return callers


def _pods(namespace: str, label: str, value: str) -> Manifest:
    return {
        "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: namespace}},
        "podSelector": {"matchLabels": {label: value}},
    }


def _egress() -> list[Manifest]:
    return [
        # No peer: a node's own DNS cache has a link-local address.
        {"ports": [{"port": DNS_PORT, "protocol": protocol} for protocol in ("UDP", "TCP")]},
        # No peer: some plug-ins count the API server neither among addresses nor pods, some fail on
        # a rule for all of IPv6; and metadata is not served there.
        {"ports": [{"port": port, "protocol": "TCP"} for port in TLS_PORTS]},
        {
            "to": [
                {"namespaceSelector": {}},
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": [METADATA]}},
            ]
        },
    ]
