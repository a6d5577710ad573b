"""The real gateway, everything on, before one agent whose replica is the benchmark's upstream.

Only the registry is given instead of watched; all that a chat passes through is what a cluster
runs. Settings come from the environment as usual.
"""

import argparse

import uvloop
from prometheus_client import CollectorRegistry, ProcessCollector

from quarterdeck_gateway.app import create_app
from quarterdeck_gateway.logs import configure_logging
from quarterdeck_gateway.routing.kubernetes import KubernetesRegistry
from quarterdeck_gateway.routing.registry import AgentEntry, MemoryRegistry, Registry, Replica
from quarterdeck_gateway.server import GatewayServer, server_config
from quarterdeck_gateway.services import open_services
from quarterdeck_gateway.settings import Settings

# Not used here, but loaded in every cluster: start and memory must carry its weight.
LOADED_IN_A_CLUSTER = KubernetesRegistry


def registry_before(upstream: str) -> Registry:
    """One agent named ``bench`` with one ready replica."""
    replica = Replica(id="bench-0", url=upstream, token="bench-worker-token")
    entry = AgentEntry(
        namespace="default",
        name="bench",
        description="",
        suspended=False,
        ready=True,
        reason="WorkersReady",
        message="",
        replicas=(replica,),
        manifest={},
    )
    return MemoryRegistry([entry])


async def serve(settings: Settings, registry: Registry) -> None:
    """As in a cluster, until a signal stops it."""
    metrics = CollectorRegistry()
    ProcessCollector(registry=metrics)
    async with open_services(settings, registry, metrics=metrics) as services:
        config = server_config(create_app(settings, services), settings)
        await GatewayServer(config, services.drain, settings.drain_delay_seconds).serve()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--upstream", required=True)
    options = parser.parse_args()
    settings = Settings()
    configure_logging(settings.log_level)
    uvloop.run(serve(settings, registry_before(options.upstream)))


if __name__ == "__main__":
    main()
