"""A real gateway as a process of its own, with everything but Kubernetes: ``python -m
support.serve_gateway --manifests FILE``.

Store, ledger, audit log and settings are those of production (environment); Agents, Models, ApiKeys
and Budgets stand in a JSON file instead of an API server. Agents need ``runtime.endpoint``.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop
from prometheus_client import CollectorRegistry, ProcessCollector

from quarterdeck_gateway.app import create_app
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.composition import open_gateway
from quarterdeck_gateway.logs import configure_logging
from quarterdeck_gateway.routing.kubernetes import KubernetesRegistry
from quarterdeck_gateway.routing.registry import MemoryRegistry, entry_of
from quarterdeck_gateway.server import GatewayServer, server_config
from quarterdeck_gateway.settings import Settings

# Not used here, but loaded in every cluster: start and memory must carry its weight.
LOADED_IN_A_CLUSTER = KubernetesRegistry
READY = {"conditions": [{"type": "Ready", "status": "True", "reason": "EndpointReady"}]}


async def serve(settings: Settings, manifests: Sequence[dict[str, Any]]) -> None:
    """As in a cluster, until a signal stops it."""
    metrics = CollectorRegistry()
    ProcessCollector(registry=metrics)
    registry = MemoryRegistry()
    catalogue = EventCatalogue(settings.system_namespace, synced=True)
    for manifest in manifests:
        if manifest["kind"] == "Agent":
            registry.put(entry_of(manifest | {"status": READY}, ()))
        else:
            catalogue.observe("ADDED", manifest)
    writer = MemoryWriter(catalogue.observe)
    async with open_gateway(settings, registry, catalogue, writer, metrics=metrics) as gateway:
        app = create_app(settings, gateway.services, management=gateway.management)
        config = server_config(app, settings)
        drain = gateway.services.drain
        await GatewayServer(config, drain, settings.drain_delay_seconds).serve()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--manifests", type=Path, required=True)
    options = parser.parse_args()
    settings = Settings()
    configure_logging(settings.log_level)
    uvloop.run(serve(settings, json.loads(options.manifests.read_text())))


if __name__ == "__main__":
    main()
