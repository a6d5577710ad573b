"""Composes the operator. ``quarterdeck-operator`` and ``python -m quarterdeck_operator.main``."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import aiohttp
import structlog
import uvloop
from aiohttp import web
from prometheus_client import (
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from pydantic import ValidationError

from quarterdeck_contract.guarded_sockets import guarded_sockets
from quarterdeck_contract.names import FIELD_MANAGER
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.errors import LoginError
from quarterdeck_kube.login import login
from quarterdeck_kube.prometheus import PrometheusRequestMetrics, WatchCollector
from quarterdeck_operator.cluster.kubernetes import KubernetesCluster
from quarterdeck_operator.engine import OWN_KINDS, Engine
from quarterdeck_operator.feed import Feed
from quarterdeck_operator.handlers import run_front
from quarterdeck_operator.health import health_app
from quarterdeck_operator.leader import lead, lease_informer
from quarterdeck_operator.lease import LeaderElector, LeaseLost
from quarterdeck_operator.logs import configure_logs
from quarterdeck_operator.metrics import (
    PrometheusEngineMetrics,
    ResourceCollector,
    SeenCollector,
    tell_build,
    tell_leader,
)
from quarterdeck_operator.pepper import SecretPepper
from quarterdeck_operator.settings import Settings

FRONT_RESTART_SECONDS: Final = 2.0

_log = structlog.get_logger(__name__)


class Stopped(Exception):
    """A signal asked for the end."""


def main() -> None:
    """Run until a signal (exit 0) or until the operator must start anew (exit 1)."""
    try:
        settings = Settings()
        credentials = login()
    except (ValidationError, LoginError) as exc:
        sys.exit(f"quarterdeck-operator: {exc}")
    configure_logs(settings.log_level, settings.log_format)
    try:
        uvloop.run(run(settings, credentials))
    except* Stopped:
        _log.info("stopped")
    except* LeaseLost as lost:
        _log.error("lease lost", reason=str(lost.exceptions[0]))
        sys.exit(1)


async def run(settings: Settings, credentials: Credentials) -> None:
    """Run until a signal. Raises an ExceptionGroup with Stopped, LeaseLost or a failure."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    tell_build(registry)
    namespace = settings.namespace or credentials.namespace
    own = settings.own_secrets
    identity = f"{socket.gethostname()}_{os.getpid()}_{secrets.token_hex(4)}"
    async with (
        KubeClient(
            credentials, field_manager=FIELD_MANAGER, metrics=PrometheusRequestMetrics(registry)
        ) as client,
        aiohttp.ClientSession(connector=_guarded(settings)) as probes,
    ):
        cluster = KubernetesCluster(client, probes, identity)
        engine = Engine(
            cluster,
            settings.build_options(namespace),
            pepper=SecretPepper(cluster, namespace, own.key_pepper),
            reserved=own.keys(namespace),
            workers=settings.reconcile_workers,
            metrics=PrometheusEngineMetrics(registry),
        )
        feed = Feed(client, engine, settings.watch_namespaces)
        _tell_state(registry, engine, feed)
        elector = LeaderElector(client, namespace, settings.lease_name, identity)
        tell_leader(registry, settings.lease_name, lambda: elector.leading)
        lease = lease_informer(client, elector, namespace, settings.lease_name)
        stopping = asyncio.Event()
        _stop_on_signals(stopping)
        async with asyncio.TaskGroup() as group:
            group.create_task(_raise_when(stopping))
            group.create_task(_serve(settings.operator_port, feed, registry))
            group.create_task(feed.run())
            await feed.wait_listed()
            # A login of its own: a source of tokens belongs to one event loop.
            front = partial(run_front, login, engine, settings.watch_namespaces)
            group.create_task(_keep_running(front, feed))
            await feed.wait_synced()
            group.create_task(lease.run())
            group.create_task(
                lead(elector, engine, client, namespace, own, settings.watch_namespaces)
            )


def _guarded(settings: Settings) -> aiohttp.TCPConnector:
    """Probes go where people's resources say, so not to metadata services and the like."""
    return aiohttp.TCPConnector(socket_factory=guarded_sockets(settings.addresses))


async def _keep_running(front: Callable[[], Awaitable[None]], feed: Feed) -> None:
    """kopf gives up on answers that a watch should survive; it is started anew."""
    while True:
        try:
            await front()
        except Exception as exc:  # noqa: BLE001 - whatever ended it, only a new start helps
            _log.warning("kopf ended", error=str(exc))
        await asyncio.sleep(FRONT_RESTART_SECONDS)
        feed.relist()


def _stop_on_signals(stopping: asyncio.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)


async def _raise_when(stopping: asyncio.Event) -> None:
    await stopping.wait()
    raise Stopped


async def _serve(port: int, feed: Feed, registry: CollectorRegistry) -> None:
    def healthy() -> str:
        stale = feed.stale()
        return f"nothing heard of {', '.join(stale)}" if stale else ""

    def ready() -> str:
        return "" if feed.synced else "not everything has been listed yet"

    runner = web.AppRunner(health_app(healthy, ready, registry), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, port=port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def _tell_state(registry: CollectorRegistry, engine: Engine, feed: Feed) -> None:
    registry.register(ResourceCollector(engine.counts))
    registry.register(SeenCollector(feed.listed_at, OWN_KINDS))
    registry.register(WatchCollector("quarterdeck_operator", feed.informers))


if __name__ == "__main__":
    main()
