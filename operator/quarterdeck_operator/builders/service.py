"""One address per agent; the gateway balances over the EndpointSlices behind it."""

from quarterdeck_contract.names import WORKER_PORT, WORKER_PORT_NAME, worker_labels
from quarterdeck_operator.builders.metadata import child
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent


def build_service(resolved: ResolvedAgent, _options: BuildOptions) -> Manifest:
    """A ClusterIP Service in front of the workers."""
    port = {
        "name": WORKER_PORT_NAME,
        "port": WORKER_PORT,
        "targetPort": WORKER_PORT_NAME,
        "protocol": "TCP",
        "appProtocol": "http",
    }
    selector = worker_labels(resolved.agent.metadata.name)
    return child(
        resolved.agent,
        "v1",
        "Service",
        spec={"type": "ClusterIP", "selector": selector, "ports": [port]},
    )
