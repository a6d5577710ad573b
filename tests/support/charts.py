"""The charts as Helm renders them, and what tests ask about the objects."""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
sys.path.append(str(ROOT / "manifests"))  # the generators are scripts, not a package

from rendering import notes, render  # noqa: E402

Manifest = dict[str, Any]
__all__ = [
    "MATRIX",
    "ROOT",
    "containers",
    "labels",
    "notes",
    "of_kind",
    "pods",
    "render",
    "rendered",
    "selects",
]

MATRIX: Final[dict[str, Manifest]] = {
    "defaults": {},
    "external-redis": {
        "redis": {"enabled": False, "external": {"existingSecret": "my-redis"}},
    },
    "external-postgres": {
        "postgres": {"enabled": False, "external": {"existingSecret": "my-postgres"}},
    },
    "oidc": {"gateway": {"oidc": {"issuer": "https://login.example.com", "audience": "deck"}}},
    "namespaced": {"rbac": {"scope": "namespaced"}, "watchNamespaces": ["red", "blue"]},
    "everything-off": {
        "ui": {"enabled": False},
        "redis": {"enabled": False, "external": {"existingSecret": "my-redis"}},
        "postgres": {"enabled": False, "external": {"existingSecret": "my-postgres"}},
        "prometheus": {"enabled": False},
        "uninstall": {"enabled": False},
    },
    "everything-on": {
        "gateway": {"autoscaling": {"enabled": True}},
        "grafana": {"enabled": True, "storage": {"enabled": True}},
        "ingress": {"enabled": True, "host": "deck.example.com"},
        "monitoring": {
            "serviceMonitor": {"enabled": True, "labels": {"release": "mine"}},
            "podMonitor": {"enabled": True},
            "prometheusRule": {"enabled": True},
            "scraperNamespace": "monitoring",
        },
        "uninstall": {"customResources": True, "secrets": True, "volumes": True},
        "test": {"agent": "demo"},
        "tracing": {"endpoint": "http://collector.tracing.svc:4318"},
    },
    "high-availability": {
        "gateway": {"replicas": 5, "priorityClassName": "high", "nodeSelector": {"disk": "fast"}},
        "operator": {"replicas": 3, "tolerations": [{"operator": "Exists"}]},
        "ui": {"replicas": 3, "affinity": {"nodeAffinity": {}}},
    },
    "existing-secrets": {
        "gateway": {
            "adminKey": {"existingSecret": "mine-key"},
            "keyPepper": {"existingSecret": "mine-pepper"},
            "alerts": {"existingSecret": "mine-alerts"},
        },
        "redis": {"existingSecret": "mine-redis"},
        "postgres": {"existingSecret": "mine-postgres"},
        "grafana": {"enabled": True, "existingSecret": "mine-grafana"},
    },
    "own-authority": {
        "gateway": {
            "extraVolumes": [{"name": "authority", "configMap": {"name": "my-authority"}}],
            "extraVolumeMounts": [
                {"name": "authority", "mountPath": "/etc/authority", "readOnly": True}
            ],
            "extraEnv": [{"name": "PGSSLROOTCERT", "value": "/etc/authority/ca.crt"}],
        },
        "redis": {"enabled": False, "external": {"existingSecret": "my-redis"}},
        "postgres": {"enabled": False, "external": {"existingSecret": "my-postgres"}},
    },
    "registry": {
        "global": {"imageRegistry": "registry.example.com/mirror", "imagePullSecrets": ["pull"]},
        "grafana": {"enabled": True},
        "uninstall": {"customResources": True},
    },
}
"""Values that people really set, by what they are after."""


@cache
def rendered(case: str) -> tuple[Manifest, ...]:
    """All objects of the chart with the values of that case; do not change them."""
    return tuple(render("quarterdeck", MATRIX[case]))


def of_kind(objects: tuple[Manifest, ...], *kinds: str) -> list[Manifest]:
    """Those of some kinds."""
    return [item for item in objects if item["kind"] in kinds]


def pods(objects: tuple[Manifest, ...]) -> Iterator[tuple[str, Manifest]]:
    """Name, and pod or pod template, of everything that runs."""
    for item in objects:
        name = f"{item['kind']} {item['metadata']['name']}"
        if item["kind"] == "Pod":
            yield name, item
        elif "template" in item.get("spec", {}):
            yield name, item["spec"]["template"]


def containers(pod: Manifest) -> list[Manifest]:
    """All containers of a pod."""
    return [*pod["spec"]["containers"], *pod["spec"].get("initContainers", ())]


def labels(pod: Manifest) -> Manifest:
    """Labels of a pod."""
    found: Manifest = pod["metadata"]["labels"]
    return found


def selects(selector: Manifest, pod: Manifest) -> bool:
    """Whether a selector by labels finds that pod."""
    wanted: Manifest = selector.get("matchLabels", {})
    return wanted.items() <= labels(pod).items()
