"""Renders the charts as Helm does: install.yaml is nothing else than that."""

from pathlib import Path
from typing import Any, Final

import helm_python
import yaml
from chart_files import CHARTS

from quarterdeck_contract.names import SYSTEM_NAMESPACE

Manifest = dict[str, Any]

RELEASE: Final = "quarterdeck"
_HOOK: Final = "helm.sh/hook"
_FIRST: Final = ("Namespace", "CustomResourceDefinition", "NetworkPolicy", "ServiceAccount")
_LAST: Final = ("Service", "StatefulSet", "Deployment", "Job", "ApiKey")
_HELM_ALONE: Final = "helm.sh/resource-policy"


def render(
    chart: str,
    values: Manifest | None = None,
    *,
    release: str = RELEASE,
    namespace: str = SYSTEM_NAMESPACE,
    folder: Path = CHARTS,
) -> list[Manifest]:
    """All objects of a chart, hooks included. Raises HelmError for values that are refused."""
    with helm_python.Chart.load(str(folder / chart)) as loaded:
        texts = loaded.render(values or {}, name=release, namespace=namespace)
    return [
        document
        for path, text in sorted(texts.items())
        if path.endswith(".yaml")
        for document in yaml.safe_load_all(text)
        if document
    ]


def notes(chart: str, values: Manifest | None = None) -> str:
    """What Helm tells people once the chart is installed."""
    with helm_python.Chart.load(str(CHARTS / chart)) as loaded:
        texts = loaded.render(values or {}, name=RELEASE, namespace=SYSTEM_NAMESPACE)
    (found,) = [text for path, text in texts.items() if path.endswith("/NOTES.txt")]
    return str(found)


def installation() -> list[Manifest]:
    """Both charts with their defaults and the namespace, in an order that can be applied.

    Without Prometheus, which needs an ApiKey: one `kubectl apply` cannot take a resource in the
    same breath as its definition.
    """
    found = [
        *render("quarterdeck-crds"),
        *render("quarterdeck", {"prometheus": {"enabled": False}}),
    ]
    plain = [_without_helm(item) for item in found if not is_hook(item)]
    return [_namespace(), *sorted(plain, key=_place)]


def is_hook(item: Manifest) -> bool:
    """Whether Helm makes it only at certain moments."""
    return _HOOK in (item["metadata"].get("annotations") or {})


def _without_helm(item: Manifest) -> Manifest:
    metadata = {**item["metadata"]}
    annotations = {
        name: value
        for name, value in (metadata.pop("annotations", None) or {}).items()
        if name != _HELM_ALONE
    }
    return item | {"metadata": metadata | ({"annotations": annotations} if annotations else {})}


def _place(item: Manifest) -> tuple[int, str, str]:
    kind = item["kind"]
    if kind in _FIRST:
        rank = _FIRST.index(kind)
    else:
        rank = len(_FIRST) + (_LAST.index(kind) + 1 if kind in _LAST else 0)
    return rank, kind, item["metadata"]["name"]


def _namespace() -> Manifest:
    levels = {
        f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")
    }
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": SYSTEM_NAMESPACE,
            "labels": {"app.kubernetes.io/part-of": "quarterdeck", **levels},
        },
    }
