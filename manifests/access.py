"""What people may do with our resources, by the roles that they already have.

The rules of operator and gateway are their own matter: see ``rbac.py`` of each.
"""

from collections.abc import Sequence
from typing import Any, Final

from quarterdeck_contract.names import GROUP
from quarterdeck_contract.v1alpha1.kinds import KINDS

Rule = dict[str, Any]

RBAC: Final = "rbac.authorization.k8s.io"
READ: Final = ["get", "list", "watch"]
ADMINISTERED: Final = ["apikeys", "budgets"]
WRITE: Final = ["create", "update", "patch", "delete", "deletecollection"]


def people_roles() -> list[Rule]:
    """Cluster roles that add our kinds to the roles view, edit and admin that people have."""
    return [_view(), _edit(), _admin()]


def _view() -> Rule:
    resources = [name for plural in _plurals() for name in (plural, f"{plural}/status")]
    rules = [{"apiGroups": [GROUP], "resources": resources, "verbs": READ}]
    return _aggregated("quarterdeck-view", rules, to=("view", "edit", "admin"))


def _edit() -> Rule:
    """Whoever may edit a namespace may edit and scale its agents."""
    scalable = [f"{kind.described.plural}/scale" for kind in KINDS.values() if kind.described.scale]
    edited = [plural for plural in _plurals() if plural not in ADMINISTERED]
    rules = [
        {"apiGroups": [GROUP], "resources": edited, "verbs": WRITE},
        {"apiGroups": [GROUP], "resources": scalable, "verbs": ["get", "update", "patch"]},
    ]
    return _aggregated("quarterdeck-edit", rules, to=("edit", "admin"))


def _admin() -> Rule:
    """Who may come in and what it may cost is for whoever administers a namespace."""
    rules = [{"apiGroups": [GROUP], "resources": ADMINISTERED, "verbs": WRITE}]
    return _aggregated("quarterdeck-admin", rules, to=("admin",))


def _aggregated(name: str, rules: Sequence[Rule], *, to: Sequence[str]) -> Rule:
    labels = {f"{RBAC}/aggregate-to-{role}": "true" for role in to}
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/part-of": "quarterdeck"} | labels},
        "rules": list(rules),
    }


def _plurals() -> list[str]:
    return [kind.described.plural for kind in KINDS.values()]
