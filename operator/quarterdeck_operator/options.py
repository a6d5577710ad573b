"""What the builders must know besides the resource: chosen once by whoever composes the engine."""

from dataclasses import dataclass

from quarterdeck_contract.names import SYSTEM_NAMESPACE


@dataclass(frozen=True)
class BuildOptions:
    """Installation-wide choices that end up in the children."""

    worker_image: str
    image_pull_policy: str = "IfNotPresent"
    gateway_namespace: str = "quarterdeck-system"
    """Namespace of the gateway's pods: the only ones that may reach workers."""
    traces_endpoint: str = ""
    """Collector that workers send traces to; empty: none."""
    system_namespace: str = SYSTEM_NAMESPACE
    """Namespace whose ApiKeys may enter other namespaces."""
