"""What the operator may do, as data: the install manifest renders it and a test holds it to the
requests that are really made. Nothing is granted that is not used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from quarterdeck_contract.names import (
    ADMIN_KEY_SECRET,
    GATEWAY_AUTH_SECRET,
    GROUP,
    OPERATOR_LEASE,
    PEPPER_SECRET,
)
from quarterdeck_operator.own_secrets import GRAFANA, POSTGRES, REDIS


@dataclass(frozen=True)
class PolicyRule:
    """One rule of a Role or ClusterRole, and ``why`` it is there."""

    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    why: str
    names: tuple[str, ...] = ()

    def manifest(self) -> dict[str, Any]:
        """As it stands in a Role."""
        rule: dict[str, Any] = {
            "apiGroups": list(self.groups),
            "resources": list(self.resources),
            "verbs": list(self.verbs),
        }
        return rule | ({"resourceNames": list(self.names)} if self.names else {})


LEASE_NAME: Final = OPERATOR_LEASE

_WATCH: Final = ("list", "watch")
# Server-side apply is PATCH; RBAC asks for create too where the object is not there yet. After a
# conflict the object is read, to see whose it is.
_OWN: Final = ("get", *_WATCH, "create", "patch", "delete")

CLUSTER_RULES: Final[tuple[PolicyRule, ...]] = (
    PolicyRule((GROUP,), ("agents", "models", "apikeys", "budgets"), _WATCH, "what people ask for"),
    PolicyRule(
        (GROUP,),
        ("agents/status", "models/status", "apikeys/status", "budgets/status"),
        ("patch",),
        "what became of it",
    ),
    PolicyRule(("",), ("serviceaccounts", "services"), _OWN, "children of agents"),
    PolicyRule(("",), ("configmaps",), _OWN, "children of agents, and instructions to read"),
    PolicyRule(("apps",), ("deployments",), _OWN, "children of agents"),
    PolicyRule(("autoscaling",), ("horizontalpodautoscalers",), _OWN, "children of agents"),
    PolicyRule(("policy",), ("poddisruptionbudgets",), _OWN, "children of agents"),
    PolicyRule(("networking.k8s.io",), ("networkpolicies",), _OWN, "children of agents"),
    PolicyRule(
        (GROUP,),
        ("agents/finalizers",),
        ("update",),
        "owner references that block deletion, where the API server enforces that permission",
    ),
    PolicyRule(
        ("",),
        ("secrets",),
        ("get", *_WATCH),
        "does the named key exist, and did its value change; watches fetch metadata only",
    ),
    # By no name, because the keys of people's ApiKeys are called as people call them. What is not
    # the ApiKey's own is refused before it is written (cluster/ownership.py); deleting is left to
    # garbage collection.
    PolicyRule(("",), ("secrets",), ("create", "patch"), "the keys of ApiKeys"),
    PolicyRule(("",), ("pods",), ("list",), "why workers are missing; asked only while some are"),
    PolicyRule(("events.k8s.io",), ("events",), ("create",), "kubectl describe"),
)
"""In every namespace that is watched."""

NAMESPACE_RULES: Final[tuple[PolicyRule, ...]] = (
    PolicyRule(("coordination.k8s.io",), ("leases",), ("create",), "leader election"),
    PolicyRule(
        ("coordination.k8s.io",),
        ("leases",),
        ("get", *_WATCH, "update"),
        "leader election",
        names=(LEASE_NAME,),
    ),
    PolicyRule(("",), ("secrets",), ("create",), "its own Secrets, at the first start"),
    PolicyRule(
        ("",),
        ("secrets",),
        ("get",),
        "its own Secrets, at every start",
        names=(
            ADMIN_KEY_SECRET,
            GATEWAY_AUTH_SECRET,
            PEPPER_SECRET,
            REDIS,
            POSTGRES,
            GRAFANA,
        ),
    ),
    PolicyRule(
        ("",),
        ("secrets",),
        ("patch",),
        "the admin key's hash, when the key was changed",
        names=(GATEWAY_AUTH_SECRET,),
    ),
)
"""In the operator's own namespace."""

UNINSTALL_RULES: Final[tuple[PolicyRule, ...]] = (
    PolicyRule(
        (GROUP,),
        ("agents", "models", "apikeys", "budgets"),
        ("list", "delete"),
        "uninstall.customResources",
    ),
)
"""Of the Job that removes what people declared, in every namespace that is watched."""


def manifests(rules: Sequence[PolicyRule]) -> list[dict[str, Any]]:
    """The ``rules`` of a Role or ClusterRole."""
    return [rule.manifest() for rule in rules]
