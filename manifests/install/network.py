"""Who may talk to whom in the installation's namespace.

The workers' side, "only the gateway may come in", is applied by the operator beside every worker.
"""

from typing import Final

from install.naming import (
    GATEWAY,
    GATEWAY_PORT_NAME,
    NAMESPACE,
    OPERATOR,
    OPERATOR_PORT_NAME,
    Manifest,
    metadata,
    selector,
)

METADATA: Final = "169.254.0.0/16"
API_SERVER_PORTS: Final = (443, 6443)
DNS_PORT: Final = 53


def namespace() -> Manifest:
    """The installation's namespace; its pods meet Pod Security's strictest level."""
    described = metadata(NAMESPACE, namespaced=False)
    described["labels"] |= {
        f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")
    }
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": described}


def default_deny() -> Manifest:
    """Nobody comes in to a pod that no other policy names."""
    return _policy("default-deny-ingress", None, {"podSelector": {}, "policyTypes": ["Ingress"]})


def gateway_policy() -> Manifest:
    """Chats come from anywhere, also from outside through a load balancer; scrapes likewise."""
    return _component(GATEWAY, {"ports": [_named(GATEWAY_PORT_NAME)]})


def operator_policy() -> Manifest:
    """Pods may scrape its metrics; there is nothing else to ask it."""
    return _component(
        OPERATOR, {"from": [{"namespaceSelector": {}}], "ports": [_named(OPERATOR_PORT_NAME)]}
    )


def store_policy(name: str, port: str) -> Manifest:
    """The gateway alone comes in, and nothing goes out."""
    gateway = {"podSelector": {"matchLabels": selector(GATEWAY)}}
    return _policy(
        name,
        name,
        {
            "podSelector": {"matchLabels": selector(name)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [gateway], "ports": [_named(port)]}],
            "egress": [],
        },
    )


def _component(name: str, ingress: Manifest) -> Manifest:
    return _policy(
        name,
        name,
        {
            "podSelector": {"matchLabels": selector(name)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [ingress],
            "egress": _egress(),
        },
    )


def _egress() -> list[Manifest]:
    """DNS, the API server, workers, and agents that run elsewhere, at an address people choose.

    That choice is why the address of a cloud's metadata service is kept out: what it hands out is
    meant for the node, and an Agent must not be a way to read it. Outside the cluster that leaves
    IPv4, and HTTPS anywhere.
    """
    return [
        {"ports": [{"protocol": protocol, "port": DNS_PORT} for protocol in ("UDP", "TCP")]},
        # No peer: some network plug-ins do not count the API server among addresses or pods.
        {"ports": [{"protocol": "TCP", "port": port} for port in API_SERVER_PORTS]},
        {
            "to": [
                {"namespaceSelector": {}},
                {"ipBlock": {"cidr": "0.0.0.0/0", "except": [METADATA]}},
            ]
        },
    ]


def _named(port: str) -> Manifest:
    return {"protocol": "TCP", "port": port}


def _policy(name: str, component: str | None, spec: Manifest) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(name, component),
        "spec": spec,
    }
