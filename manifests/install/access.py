"""Who may do what: the operator, the gateway, and people by the roles that they already have."""

from collections.abc import Sequence
from typing import Final

from install.naming import NAMESPACE, Manifest, metadata
from quarterdeck_contract.names import GROUP
from quarterdeck_contract.v1alpha1.kinds import KINDS

RBAC: Final = "rbac.authorization.k8s.io"
READ: Final = ["get", "list", "watch"]
MANAGED: Final = ["apikeys", "budgets"]
WRITE: Final = ["create", "update", "patch", "delete", "deletecollection"]


def gateway_rules() -> list[Manifest]:
    """It sees what is declared and which workers are ready; on behalf of people whom it has
    admitted it writes keys and budgets, and it reports what became of them. Never a Secret."""
    return [
        {"apiGroups": [GROUP], "resources": ["agents", "models"], "verbs": ["list", "watch"]},
        {
            "apiGroups": [GROUP],
            "resources": MANAGED,
            "verbs": ["get", "list", "watch", "create", "patch", "delete"],
        },
        {
            "apiGroups": [GROUP],
            "resources": [f"{plural}/status" for plural in MANAGED],
            "verbs": ["patch"],
        },
        {
            "apiGroups": ["discovery.k8s.io"],
            "resources": ["endpointslices"],
            "verbs": ["list", "watch"],
        },
    ]


def view_role() -> Manifest:
    """Whoever may view a namespace may view its agents."""
    resources = [name for plural in _plurals() for name in (plural, f"{plural}/status")]
    rules = [{"apiGroups": [GROUP], "resources": resources, "verbs": READ}]
    return _aggregated("quarterdeck-view", rules, to=("view", "edit", "admin"))


def edit_role() -> Manifest:
    """Whoever may edit a namespace may edit and scale its agents."""
    scalable = [f"{kind.described.plural}/scale" for kind in KINDS.values() if kind.described.scale]
    edited = [plural for plural in _plurals() if plural not in MANAGED]
    rules = [
        {"apiGroups": [GROUP], "resources": edited, "verbs": WRITE},
        {"apiGroups": [GROUP], "resources": scalable, "verbs": ["get", "update", "patch"]},
    ]
    return _aggregated("quarterdeck-edit", rules, to=("edit", "admin"))


def admin_role() -> Manifest:
    """Who may come in and what it may cost is for whoever administers a namespace."""
    rules = [{"apiGroups": [GROUP], "resources": MANAGED, "verbs": WRITE}]
    return _aggregated("quarterdeck-admin", rules, to=("admin",))


def cluster_role(name: str, rules: Sequence[Manifest]) -> Manifest:
    """Rights in every namespace."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": metadata(name, name, namespaced=False),
        "rules": list(rules),
    }


def cluster_role_binding(name: str) -> Manifest:
    """Gives the cluster role of that name to the service account of that name."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": metadata(name, name, namespaced=False),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": name},
        "subjects": [_subject(name)],
    }


def role(name: str, rules: Sequence[Manifest]) -> Manifest:
    """Rights in the installation's own namespace."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "Role",
        "metadata": metadata(name, name),
        "rules": list(rules),
    }


def role_binding(name: str) -> Manifest:
    """Gives the role of that name to the service account of that name."""
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": metadata(name, name),
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": name},
        "subjects": [_subject(name)],
    }


def _subject(name: str) -> Manifest:
    return {"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}


def _aggregated(name: str, rules: Sequence[Manifest], *, to: Sequence[str]) -> Manifest:
    described = metadata(name, namespaced=False)
    described["labels"] |= {f"{RBAC}/aggregate-to-{role}": "true" for role in to}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": described,
        "rules": list(rules),
    }


def _plurals() -> list[str]:
    return [kind.described.plural for kind in KINDS.values()]
