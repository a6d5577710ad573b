"""What the values of several components have in common.

Every class is strict, so that a misspelt value is refused instead of ignored. What Kubernetes
itself defines (affinity, tolerations) is passed on as it is.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Passed = dict[str, Any]
"""An object of Kubernetes' own, passed on unchanged."""

OptionalName = Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$", max_length=253)]
"""Name of an object in Kubernetes; empty: none."""
Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]
Host = Annotated[str, Field(pattern=r"^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
"""Name of a host, or of all below a domain: ``*.example.com``."""
OptionalHost = Annotated[
    str, Field(pattern=r"^((\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$", max_length=253)
]
Url = Annotated[str, Field(pattern=r"^(https?://.+)?$")]
"""Empty: none."""
Variable = Annotated[Passed, Field(json_schema_extra={"required": ["name"]})]
"""An environment variable as containers have them."""
Volume = Annotated[Passed, Field(json_schema_extra={"required": ["name"]})]
"""A volume as pods have them."""
Mount = Annotated[Passed, Field(json_schema_extra={"required": ["name", "mountPath"]})]
"""Where containers find a volume."""
Cidr = Annotated[str, Field(pattern=r"^[0-9A-Fa-f:.]+/[0-9]{1,3}$")]
Quantity = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Registry = Annotated[str, Field(pattern=r"^([A-Za-z0-9.-]+(:[0-9]+)?(/[a-z0-9._/-]+)?)?$")]
"""Host of images, with a folder or without; empty: none is named."""
Tag = Annotated[str, Field(pattern=r"^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$")]
PullPolicy = Literal["Always", "IfNotPresent", "Never"]
LogLevel = Literal["debug", "info", "warning", "error"]
Role = Literal["", "admin", "editor", "user", "viewer"]


class Values(BaseModel):
    """One object of the values; keys are camelCase, others are refused."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
    )


class Image(Values):
    """An image."""

    repository: Annotated[str, Field(pattern=r"^[a-z0-9]+([._/:-]+[a-z0-9]+)*$")]
    """Name without registry and tag."""
    registry: Registry = ""
    """Registry in front of the repository; `global.imageRegistry` takes its place. Empty: the one
    that nodes ask by themselves."""
    tag: Tag = ""
    """Tag; empty: the chart's appVersion."""
    digest: Annotated[str, Field(pattern=r"^(sha256:[a-f0-9]{64})?$")] = ""
    """Digest; wins over the tag."""
    pull_policy: PullPolicy = "IfNotPresent"
    """When the image is fetched."""


class OthersImage(Image):
    """An image that is not Quarterdeck's."""

    tag: Tag = ""
    """Tag; required without a digest."""


class Amounts(Values):
    """Amounts by resource."""

    cpu: Quantity | None = None
    """Processor time, like `100m`."""
    memory: Quantity | None = None
    """Memory, like `128Mi`."""
    ephemeral_storage: Annotated[Quantity | None, Field(alias="ephemeral-storage")] = None
    """Disk of the node, like `1Gi`."""


class Resources(Values):
    """What a container asks for, and what it may take at most."""

    requests: Amounts = Amounts()
    """What is reserved."""
    limits: Amounts = Amounts()
    """The most it may take."""


def resources(cpu: str, memory: str, limit: str) -> Resources:
    """Requests of both kinds; a limit for memory alone, since one for time only slows down."""
    return Resources(requests=Amounts(cpu=cpu, memory=memory), limits=Amounts(memory=limit))


class DisruptionBudget(Values):
    """How many pods a drain may take at once."""

    enabled: bool = True
    """Make a PodDisruptionBudget."""
    max_unavailable: Annotated[int, Field(ge=1)] = 1
    """Pods that may be gone at once."""


class Scheduling(Values):
    """Where the pods of one component go, and what is said of them."""

    priority_class_name: OptionalName = ""
    """PriorityClass of the pods."""
    node_selector: dict[str, str] = {}
    """Labels that a node must have."""
    tolerations: list[Passed] = []
    """Taints that are tolerated."""
    affinity: Passed = {}
    """Affinity rules."""
    pod_annotations: dict[str, str] = {}
    """Annotations of the pods."""
    pod_labels: dict[str, str] = {}
    """Further labels of the pods."""


class Account(Scheduling):
    """What has a ServiceAccount."""

    service_account_annotations: dict[str, str] = {}
    """Annotations of the ServiceAccount, like those by which a cloud gives it an identity."""


class Served(Scheduling):
    """What people may reach from outside by its Service."""

    service_type: Literal["ClusterIP", "NodePort", "LoadBalancer"] = "ClusterIP"
    """Type of the Service."""
    service_annotations: dict[str, str] = {}
    """Annotations of the Service."""
    external_traffic_policy: Literal["", "Cluster", "Local"] = ""
    """`Local` keeps the clients' addresses, and reaches pods of the node alone that was asked; for
    NodePort and LoadBalancer."""
    load_balancer_source_ranges: list[Cidr] = []
    """Networks that may come in by the load balancer; empty: all. For LoadBalancer."""


class ExistingSecret(Values):
    """A Secret that you make, in the release's namespace."""

    existing_secret: OptionalName = ""
    """Its name; empty: the operator makes one at its first start."""


class Storage(Values):
    """A volume."""

    enabled: bool = True
    """Keep the data in a claim; without it they are gone with the pod."""
    size: Quantity = "1Gi"
    """Size of the claim. A StatefulSet's cannot be changed by an upgrade."""
    storage_class_name: OptionalName = ""
    """Its class; empty: the cluster's default."""
