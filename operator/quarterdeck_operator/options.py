"""What the builders must know besides the resource: chosen once by whoever composes the engine."""

from dataclasses import dataclass

from quarterdeck_contract.names import SYSTEM_NAMESPACE


@dataclass(frozen=True)
class BuildOptions:
    """Installation-wide choices that end up in the children."""

    worker_image: str
    image_pull_policy: str = "IfNotPresent"
    image_pull_secrets: tuple[str, ...] = ()
    """Secrets for the worker image's registry, which must be in every agent's namespace."""
    gateway_namespace: str = "quarterdeck-system"
    """Namespace of the gateway's pods: the only ones that may reach workers."""
    traces_endpoint: str = ""
    """Collector that workers send traces to; empty: none."""
    scraper_namespace: str = ""
    """Namespace of a Prometheus outside the installation that may read the workers' metrics."""
    users_from_cluster: bool = False
    """The cluster assigns users and groups to pods; those that name one themselves are refused."""
    system_namespace: str = SYSTEM_NAMESPACE
    """Namespace whose ApiKeys may enter other namespaces."""
