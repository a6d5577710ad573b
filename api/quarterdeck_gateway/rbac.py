"""What the gateway may do in a cluster: the source of its roles. Never a Secret.

A gateway that serves chosen namespaces needs the first rules in each of them, one that serves all
needs them cluster-wide; those of the installation are for its own namespace alone.
"""

from typing import Any, Final

from quarterdeck_contract.names import GROUP, OPERATOR_LEASE

Rule = dict[str, Any]

_WRITTEN: Final = ["agents", "apikeys", "budgets", "models"]
_REPORTED: Final = ["apikeys", "budgets"]

GATEWAY_RULES: Final[tuple[Rule, ...]] = (
    # What is declared; written on behalf of people whom the gateway has admitted.
    {
        "apiGroups": [GROUP],
        "resources": _WRITTEN,
        "verbs": ["get", "list", "watch", "create", "patch", "delete"],
    },
    # What became of keys and budgets: when a key was last used, what is spent.
    {
        "apiGroups": [GROUP],
        "resources": [f"{plural}/status" for plural in _REPORTED],
        "verbs": ["patch"],
    },
    # Which workers are ready.
    {
        "apiGroups": ["discovery.k8s.io"],
        "resources": ["endpointslices"],
        "verbs": ["list", "watch"],
    },
    # What happened to an agent and its workers.
    {"apiGroups": ["events.k8s.io"], "resources": ["events"], "verbs": ["list"]},
)
"""In every namespace that it serves."""

GATEWAY_SYSTEM_RULES: Final[tuple[Rule, ...]] = (
    # Whether an operator is at work.
    {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "resourceNames": [OPERATOR_LEASE],
        "verbs": ["get"],
    },
)
"""In the installation's own namespace."""
