"""Who looks after an object from outside: the tool that wrote it and will write it again.

Server-side apply tells in ``managedFields`` which field is whose (``versions.require_own``). Other
tools only leave their mark on the whole object: ``kubectl apply`` without ``--server-side``, Helm,
Argo CD and Flux. Pure.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from quarterdeck_contract.names import ANNOTATION_LAST_APPLIED, LABEL_MANAGED_BY
from quarterdeck_gateway.catalogue.port import Manifest
from quarterdeck_gateway.errors import Conflict

Metadata = Mapping[str, Any]

_ARGO_TRACKING: Final = "argocd.argoproj.io/tracking-id"
_ARGO_INSTANCE: Final = "app.kubernetes.io/instance"
_ARGO_MANAGER: Final = "argocd-"
_FLUX_KUSTOMIZATION: Final = "kustomize.toolkit.fluxcd.io/name"
_FLUX_RELEASE: Final = "helm.toolkit.fluxcd.io/name"
_HELM: Final = "Helm"
_HELM_RELEASE: Final = "meta.helm.sh/release-name"


def managed_by(stored: Manifest) -> str | None:
    """The tool that manages the object, and by what name it knows it; None for nobody."""
    metadata = stored["metadata"]
    return next((name for find in _TOOLS for name in find(metadata)), None)


def require_unmanaged(stored: Manifest, advice: str) -> None:
    """Raises Conflict with ``advice`` for an object that a tool manages."""
    tool = managed_by(stored)
    if tool is not None:
        raise Conflict(
            f"{stored['kind']} '{stored['metadata']['name']}' is managed by {tool}: {advice}."
        )


def _argo(metadata: Metadata) -> Iterator[str]:
    tracking = _text(metadata, "annotations", _ARGO_TRACKING)
    if tracking:
        yield f"Argo CD (application '{tracking.partition(':')[0]}')"
    application = _text(metadata, "labels", _ARGO_INSTANCE)
    if application and any(
        str(each.get("manager")).startswith(_ARGO_MANAGER)
        for each in metadata.get("managedFields") or ()
    ):
        yield f"Argo CD (application '{application}')"


def _flux(metadata: Metadata) -> Iterator[str]:
    for kind, label in (("Kustomization", _FLUX_KUSTOMIZATION), ("HelmRelease", _FLUX_RELEASE)):
        if name := _text(metadata, "labels", label):
            yield f"Flux ({kind} '{name}')"


def _helm(metadata: Metadata) -> Iterator[str]:
    if _text(metadata, "labels", LABEL_MANAGED_BY) == _HELM:
        release = _text(metadata, "annotations", _HELM_RELEASE)
        yield f"Helm (release '{release}')" if release else _HELM


def _kubectl(metadata: Metadata) -> Iterator[str]:
    if _text(metadata, "annotations", ANNOTATION_LAST_APPLIED):
        yield "'kubectl apply'"


_TOOLS: Final[tuple[Callable[[Metadata], Iterator[str]], ...]] = (_argo, _flux, _helm, _kubectl)
"""Argo CD and Flux first: they apply as kubectl and Helm do, and leave those marks too."""


def _text(metadata: Metadata, field: str, key: str) -> str:
    return str((metadata.get(field) or {}).get(key) or "")
