"""Composes standalone mode: store, reconcilers, workers and gateway in one process.

``serve`` is the visible order of things: what is opened first is closed last.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, closing, contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import aiohttp
import structlog
import uvicorn
import uvloop
from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from pydantic import SecretStr, ValidationError
from rich.console import Console

from quarterdeck_cli.instance import API_PATH
from quarterdeck_gateway.app import create_app
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.collector import keep_what_is_loaded
from quarterdeck_gateway.composition import Gateway, open_gateway
from quarterdeck_gateway.management import Surroundings
from quarterdeck_gateway.server import server_config
from quarterdeck_gateway.settings import Settings, explain
from quarterdeck_local.api import LocalApi
from quarterdeck_local.cluster import LocalCluster
from quarterdeck_local.database import AppliedObjects
from quarterdeck_local.deployment import Machine
from quarterdeck_local.errors import Broken, CannotStart
from quarterdeck_local.events import LocalControlPlane, LocalEvents
from quarterdeck_local.home import Home
from quarterdeck_local.intake import Intake
from quarterdeck_local.invitation import first_choice
from quarterdeck_local.issued import IssuedKeys
from quarterdeck_local.journal import Journal
from quarterdeck_local.key_files import KeyFiles
from quarterdeck_local.listening import url_of
from quarterdeck_local.logs import LOG_FILE, log_to
from quarterdeck_local.manifests import ManifestsFolder
from quarterdeck_local.narrator import Narrator
from quarterdeck_local.node import Node
from quarterdeck_local.pod_logs import PodLogs
from quarterdeck_local.process import Lifeline
from quarterdeck_local.registry import LocalRegistry
from quarterdeck_local.store import EventType, Listener, ObjectStore
from quarterdeck_local.stores import Stores, opened_stores
from quarterdeck_local.writer import LocalWriter
from quarterdeck_operator.engine import Engine
from quarterdeck_operator.metrics import ResourceCollector
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.pepper import FixedPepper

LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
WORKER_IMAGE: Final = "quarterdeck-worker"
"""Stands for the worker of this installation, which runs as a process."""
STOP_SECONDS: Final = 10.0
"""How long chats and workers may take to finish after the first Ctrl-C."""
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HARD_STOP_CODE: Final = 130

log = structlog.get_logger(__name__)


def up(home: Home, listener: socket.socket, manifests: Path | None, console: Console) -> None:
    """Run until a signal stops it. Raises CannotStart, and Broken when it fails later."""
    log_to(home.log_directory)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(serve(home, listener, manifests, Narrator(console)))
        except BaseExceptionGroup as exc:
            log.error("stopped by an error", exc_info=exc)
            where = home.log_directory / LOG_FILE
            raise Broken(f"stopped by an internal error: {where} tells which") from exc


async def serve(
    home: Home, listener: socket.socket, manifests: Path | None, narrator: Narrator
) -> None:
    """Everything, until SIGINT, SIGTERM or SIGHUP; ``manifests`` None follows no folder.

    Raises CannotStart.
    """
    async with AsyncExitStack() as stack:
        stopping = asyncio.Event()
        lifeline = stack.enter_context(closing(Lifeline()))
        stores = await opened_stores(home, lifeline, os.environ, stack)
        settings = _settings(home, stores)
        kept = stack.enter_context(closing(AppliedObjects(home.database)))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        store, journal = ObjectStore(), Journal()
        intake = Intake(store, kept)
        node = Node(_machine(home, store, session, lifeline))
        engine = Engine(
            LocalCluster(store, journal, session),
            BuildOptions(worker_image=WORKER_IMAGE, traces_endpoint=settings.traces_endpoint),
            pepper=FixedPepper(home.pepper().encode()),
        )
        store.subscribe(_feed(engine))
        for refused in intake.restore():
            narrator.complain(f"{home.database}: {refused}")
        folder = _loaded(manifests, intake, narrator)
        _remember_keys(store, kept, home)
        surroundings = Surroundings(LocalEvents(journal), LocalControlPlane())
        gateway = await _gateway(settings, store, intake, node, surroundings, stack)
        gateway.services.metrics.registry.register(ResourceCollector(engine.counts))
        api = LocalApi(store, intake, journal, node.pods, PodLogs(node.log_path, stopping))
        server = _server(settings, gateway, api)
        stack.enter_context(_signals(stopping, node))
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(server.serve(sockets=[listener]))
            await server.listening.wait()
            home.publish(url_of(listener))
            _greet(narrator, url_of(listener), home.path, store)
            store.subscribe(narrator.observe)
            runs = [engine.run, node.run, *stores.runs, *([folder.watch] if folder else ())]
            work = [tasks.create_task(run()) for run in runs]
            await stopping.wait()
            narrator.say("Stopping: running chats may finish (Ctrl-C again: at once)")
            gateway.services.drain.begin()
            server.should_exit = True
            await _cancelled(work)
            await asyncio.gather(serving, node.stop(STOP_SECONDS))
    narrator.say("Stopped.")


def _remember_keys(store: ObjectStore, kept: AppliedObjects, home: Home) -> None:
    issued = IssuedKeys(kept.connection)
    issued.restore(store)
    store.subscribe(issued.observe)
    store.subscribe(KeyFiles(home.path).observe)


async def _gateway(
    settings: Settings,
    store: ObjectStore,
    intake: Intake,
    node: Node,
    surroundings: Surroundings,
    stack: AsyncExitStack,
) -> Gateway:
    catalogue = EventCatalogue(settings.system_namespace, synced=True)
    store.subscribe(catalogue.observe)
    registry, writer = LocalRegistry(store, node), LocalWriter(store, intake)
    return await stack.enter_async_context(
        open_gateway(
            settings,
            registry,
            catalogue,
            writer,
            surroundings=surroundings,
            metrics=_process_metrics(),
            alone=True,
        )
    )


def _server(settings: Settings, gateway: Gateway, api: LocalApi) -> "_Server":
    mounts = {API_PATH: api.app()}
    app = create_app(settings, gateway.services, management=gateway.management, mounts=mounts)
    return _Server(server_config(app, settings))


async def _cancelled(work: list[asyncio.Task[None]]) -> None:
    for task in work:
        task.cancel()
    await asyncio.wait(work)


class _Server(uvicorn.Server):
    """Leaves the signals to us, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        keep_what_is_loaded()
        await super().startup(sockets)
        self.listening.set()


def _settings(home: Home, stores: Stores) -> Settings:
    """What a laptop needs by itself; everything else may be set as for any gateway."""
    try:
        settings = Settings(
            admin_key_hash=home.admin_key_hash(),
            key_pepper=SecretStr(home.pepper()),
            redis_url=stores.redis_url,
            database_url=stores.database_url,
            spool_directory=home.spool_directory,
            migrate_on_start=True,
            shutdown_grace_seconds=int(STOP_SECONDS),
        )
    except ValidationError as exc:
        raise CannotStart(explain(exc)) from exc
    # Workers, and whatever people try out, run on the same machine.
    networks = (*settings.allowed_networks, *LOOPBACK)
    # Where no UI is built, / says how to build it.
    ui_directory = settings.ui_directory or home.ui_directory.resolve()
    changes = {"allowed_networks": networks, "ui_directory": ui_directory}
    return settings.model_copy(update=changes)


def _machine(
    home: Home, store: ObjectStore, session: aiohttp.ClientSession, lifeline: Lifeline
) -> Machine:
    return Machine(
        store=store,
        session=session,
        lifeline=lifeline,
        run_directory=home.run_directory.resolve(),
        log_directory=home.log_directory.resolve(),
        worker_image=WORKER_IMAGE,
        environment=os.environ,
    )


def _process_metrics() -> CollectorRegistry:
    disable_created_metrics()  # type: ignore[no-untyped-call]
    metrics = CollectorRegistry()
    ProcessCollector(registry=metrics)
    return metrics


def _feed(engine: Engine) -> Listener:
    def observe(event: EventType, manifest: Mapping[str, Any]) -> None:
        # What a Secret holds is read when it is needed, never kept.
        if manifest["kind"] == "Secret":
            engine.observe_metadata(event, "Secret", manifest)
        else:
            engine.observe(event, manifest)

    return observe


def _loaded(directory: Path | None, intake: Intake, narrator: Narrator) -> ManifestsFolder | None:
    if directory is None:
        return None

    def report(flaw: str) -> None:
        log.warning("manifests", flaw=flaw)
        narrator.complain(flaw)

    folder = ManifestsFolder(directory, intake, report)
    folder.load()
    return folder


def _greet(narrator: Narrator, url: str, home: Path, store: ObjectStore) -> None:
    agents = store.list("Agent")
    narrator.welcome(url, home, empty=not agents)
    narrator.invite(url, home, first_choice(agents, store.list("Model")))


@contextmanager
def _signals(stopping: asyncio.Event, node: Node) -> Iterator[None]:
    """The first signal asks to stop, the second stops."""

    def received() -> None:
        if stopping.is_set():
            node.kill()
            os._exit(HARD_STOP_CODE)
        stopping.set()

    loop = asyncio.get_running_loop()
    for each in STOP_SIGNALS:
        loop.add_signal_handler(each, received)
    try:
        yield
    finally:
        for each in STOP_SIGNALS:
            loop.remove_signal_handler(each)
