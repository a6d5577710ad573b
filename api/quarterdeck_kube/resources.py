"""The resources we speak of, and their URLs: known here, so that no discovery request is needed.

Names come from people (command line, manifests), so a path is only ever built from checked
segments: an empty name would turn the deletion of one object into the deletion of all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from quarterdeck_contract.names import GROUP, VERSION
from quarterdeck_kube.errors import Permanent

Manifest = dict[str, Any]
"""A Kubernetes object as decoded JSON."""


@dataclass(frozen=True)
class Resource:
    """One kind as the API server serves it; ``group`` is empty for the core group."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """What manifests of this kind carry in ``apiVersion``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(
        self, namespace: str | None = None, name: str | None = None, subresource: str | None = None
    ) -> str:
        """URL path of the collection, of one object, or of its subresource.

        ``namespace=None`` means all namespaces, which only a collection has. Raises Permanent for
        a namespace or name that cannot be one segment of a path.
        """
        parts = ["apis", self.group, self.version] if self.group else ["api", self.version]
        if self.namespaced and namespace is not None:
            parts += ["namespaces", _segment("namespace", namespace)]
        elif self.namespaced and name is not None:
            raise Permanent(f'{self.kind} "{name}" needs a namespace')
        parts.append(self.plural)
        if name is not None:
            parts.append(_segment("name", name))
        if subresource is not None:
            parts.append(subresource)
        return "/" + "/".join(parts)


def _segment(what: str, value: str) -> str:
    if value in ("", ".", "..") or "/" in value or "%" in value:
        raise Permanent(f'"{value}" is not a valid {what}: it must be a Kubernetes name')
    return quote(value, safe=":")


AGENT: Final = Resource(GROUP, VERSION, "Agent", "agents")
MODEL: Final = Resource(GROUP, VERSION, "Model", "models")
API_KEY: Final = Resource(GROUP, VERSION, "ApiKey", "apikeys")
BUDGET: Final = Resource(GROUP, VERSION, "Budget", "budgets")
NAMESPACE: Final = Resource("", "v1", "Namespace", "namespaces", namespaced=False)
SERVICE_ACCOUNT: Final = Resource("", "v1", "ServiceAccount", "serviceaccounts")
CONFIG_MAP: Final = Resource("", "v1", "ConfigMap", "configmaps")
SECRET: Final = Resource("", "v1", "Secret", "secrets")
SERVICE: Final = Resource("", "v1", "Service", "services")
PERSISTENT_VOLUME_CLAIM: Final = Resource(
    "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims"
)
POD: Final = Resource("", "v1", "Pod", "pods")
DEPLOYMENT: Final = Resource("apps", "v1", "Deployment", "deployments")
HORIZONTAL_POD_AUTOSCALER: Final = Resource(
    "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers"
)
POD_DISRUPTION_BUDGET: Final = Resource(
    "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"
)
NETWORK_POLICY: Final = Resource("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies")
ENDPOINT_SLICE: Final = Resource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices")
LEASE: Final = Resource("coordination.k8s.io", "v1", "Lease", "leases")
EVENT: Final = Resource("events.k8s.io", "v1", "Event", "events")
CUSTOM_RESOURCE_DEFINITION: Final = Resource(
    "apiextensions.k8s.io",
    "v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    namespaced=False,
)

RESOURCES: Final[Mapping[str, Resource]] = {
    resource.kind: resource
    for resource in (
        AGENT,
        MODEL,
        API_KEY,
        BUDGET,
        NAMESPACE,
        SERVICE_ACCOUNT,
        CONFIG_MAP,
        SECRET,
        SERVICE,
        PERSISTENT_VOLUME_CLAIM,
        POD,
        DEPLOYMENT,
        HORIZONTAL_POD_AUTOSCALER,
        POD_DISRUPTION_BUDGET,
        NETWORK_POLICY,
        ENDPOINT_SLICE,
        LEASE,
        EVENT,
        CUSTOM_RESOURCE_DEFINITION,
    )
}
"""Every resource by its kind."""


def resource_for(kind: str) -> Resource:
    """The resource of ``kind``; raises Permanent that lists the kinds known here."""
    if kind not in RESOURCES:
        raise Permanent(f'unknown kind "{kind}": expected one of {", ".join(sorted(RESOURCES))}')
    return RESOURCES[kind]


def resource_of(manifest: Manifest) -> Resource:
    """The resource that ``manifest`` is one of; raises Permanent for a foreign kind or version."""
    resource = resource_for(str(manifest.get("kind") or ""))
    found = manifest.get("apiVersion")
    if found != resource.api_version:
        raise Permanent(
            f'apiVersion: {resource.kind} is served as "{resource.api_version}", not "{found}"'
        )
    return resource
