"""Composes the gateway of a cluster; ``start`` runs it."""

import sys
from typing import NoReturn

import structlog
import uvloop
from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from pydantic import ValidationError

from quarterdeck_contract.names import GATEWAY_FIELD_MANAGER
from quarterdeck_gateway.app import create_app
from quarterdeck_gateway.background import background
from quarterdeck_gateway.catalogue.kubernetes import CatalogueFeed
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.writer import KubernetesWriter
from quarterdeck_gateway.composition import open_gateway
from quarterdeck_gateway.database.errors import BadDatabaseUrl, SchemaMismatch
from quarterdeck_gateway.events.kubernetes import KubernetesEvents
from quarterdeck_gateway.logs import configure_logging
from quarterdeck_gateway.management import Surroundings
from quarterdeck_gateway.routing.kubernetes import KubernetesRegistry
from quarterdeck_gateway.server import GatewayServer, server_config
from quarterdeck_gateway.settings import Settings, explain
from quarterdeck_gateway.system.kubernetes import KubernetesControlPlane
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.errors import LoginError
from quarterdeck_kube.login import login
from quarterdeck_kube.prometheus import PrometheusRequestMetrics, WatchCollector

USAGE_ERROR = 2

log = structlog.get_logger(__name__)


def main() -> None:
    """Run until SIGTERM. Exits with 2 and one line per reason when it cannot start."""
    try:
        settings = Settings()
        credentials = login()
    except ValidationError as exc:
        _refuse(explain(exc))
    except LoginError as exc:
        _refuse(f"cannot log in to Kubernetes: {exc}")
    configure_logging(settings.log_level)
    try:
        uvloop.run(serve(settings, credentials))
    except (BadDatabaseUrl, OSError, SchemaMismatch, ValueError) as exc:
        _refuse(str(exc))


async def serve(settings: Settings, credentials: Credentials) -> None:
    """The gateway over the cluster's registry, until a signal stops it. Raises SchemaMismatch."""
    # A moment of creation for each counter would double what is scraped, and nobody asks for it.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    metrics = CollectorRegistry()
    ProcessCollector(registry=metrics)
    requests = PrometheusRequestMetrics(metrics)
    async with KubeClient(
        credentials, field_manager=GATEWAY_FIELD_MANAGER, metrics=requests
    ) as client:
        registry = KubernetesRegistry(client, settings.watch_namespaces)
        catalogue = EventCatalogue(settings.system_namespace)
        feed = CatalogueFeed(
            client, catalogue, settings.watch_namespaces, settings.system_namespace
        )
        informers = (*registry.informers, *feed.informers)
        metrics.register(WatchCollector("quarterdeck_gateway", informers))
        surroundings = Surroundings(
            KubernetesEvents(client),
            KubernetesControlPlane(client, informers, settings.system_namespace),
        )
        async with (
            open_gateway(
                settings,
                registry,
                catalogue,
                KubernetesWriter(client),
                surroundings=surroundings,
                metrics=metrics,
            ) as gateway,
            background((registry.run, feed.run)),
        ):
            services = gateway.services
            app = create_app(settings, services, management=gateway.management)
            config = server_config(app, settings)
            server = GatewayServer(config, services.drain, settings.drain_delay_seconds)
            log.info("gateway starting", host=settings.host, port=settings.port)
            await server.serve()


def _refuse(reason: str) -> NoReturn:
    sys.stderr.write(f"quarterdeck-gateway: {reason}\n")
    sys.exit(USAGE_ERROR)
