"""The workers' identity: none towards the API server, so that a worker can do nothing there."""

from quarterdeck_operator.builders.metadata import child
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent


def build_service_account(resolved: ResolvedAgent, _options: BuildOptions) -> Manifest:
    """A ServiceAccount without permissions and without a mounted token."""
    return child(resolved.agent, "v1", "ServiceAccount", automountServiceAccountToken=False)
