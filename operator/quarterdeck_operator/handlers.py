"""kopf's part: log in, watch Agents and Models, and pass on what happens to them.

Handlers of events only: kopf's other handlers would write finalizers and annotations into
people's objects and repeat all of that at every start.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

import aiohttp
import kopf
import uvloop

from quarterdeck_contract.names import API_VERSION, GROUP, VERSION
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_kube.credentials import Credentials
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.engine import Engine, EventType

Observer = Callable[[EventType, Manifest], None]

BACKOFFS: Final = (0.2, 0.5, 1, 1, 2, 2, 3, 5, 5, 10)
"""Seconds between kopf's attempts: an API server that stutters must not cost a person minutes."""


async def run_front(
    log_in: Callable[[], Credentials], engine: Engine, namespaces: Sequence[str]
) -> None:
    """Watch until cancelled. Raises what kopf raises when it cannot go on.

    kopf gets a thread and a loop of its own: when it ends, it cancels every task that was created
    since it began, and it takes the process's signals where it can.
    """
    ours = asyncio.get_running_loop()
    ended: asyncio.Future[None] = ours.create_future()
    theirs = uvloop.new_event_loop()
    stop = asyncio.Event()

    def observe(event_type: EventType, manifest: Manifest) -> None:
        ours.call_soon_threadsafe(engine.observe, event_type, manifest)

    def run() -> None:
        error = _run_kopf(theirs, registry(log_in(), observe), namespaces, stop)
        with contextlib.suppress(RuntimeError):  # our loop has closed meanwhile: nobody listens
            ours.call_soon_threadsafe(_end, ended, error)

    threading.Thread(target=run, name="kopf", daemon=True).start()
    try:
        await asyncio.shield(ended)
    finally:
        with contextlib.suppress(RuntimeError):  # their loop has closed already
            theirs.call_soon_threadsafe(stop.set)


def _run_kopf(
    loop: asyncio.AbstractEventLoop,
    handlers: kopf.OperatorRegistry,
    namespaces: Sequence[str],
    stop: asyncio.Event,
) -> Exception | None:
    """What ended kopf; None where it was asked to stop."""
    operator = kopf.operator(
        registry=handlers,
        settings=settings(),
        standalone=True,
        clusterwide=not namespaces,
        namespaces=namespaces,
        stop_flag=stop,
    )
    try:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(operator)
    except Exception as exc:  # noqa: BLE001 - handed to the loop that waits for it
        return exc
    return None


def _end(ended: asyncio.Future[None], error: Exception | None) -> None:
    if ended.done():
        return
    if error is None:
        ended.set_result(None)
    else:
        ended.set_exception(error)


def settings() -> kopf.OperatorSettings:
    """kopf without anything that writes: no Events, no peering, no scanning."""
    chosen = kopf.OperatorSettings()
    chosen.posting.enabled = False
    chosen.peering.standalone = True
    chosen.scanning.disabled = True
    chosen.watching.server_timeout = 300
    chosen.watching.client_timeout = 310
    chosen.watching.connect_timeout = 10
    chosen.networking.request_timeout = 10
    chosen.networking.error_backoffs = BACKOFFS
    return chosen


def registry(credentials: Credentials, observe: Observer) -> kopf.OperatorRegistry:
    """One event handler per kind, and the login."""
    handlers = kopf.OperatorRegistry()

    @kopf.on.login(registry=handlers)
    async def login(**_: Any) -> kopf.AiohttpSession:
        return kopf.AiohttpSession(
            server=credentials.server,
            default_namespace=credentials.namespace,
            aiohttp_session=open_session(credentials),
        )

    for kind, resource in KINDS.items():
        _watch(handlers, kind, resource.described.plural, observe)
    return handlers


def open_session(credentials: Credentials) -> aiohttp.ClientSession:
    """A session that asks for the current token at every request: tokens expire, watches stay."""
    source = credentials.token_source

    async def authorize(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        value = await source.authorization() if source is not None else None
        if value is not None:
            request.headers["Authorization"] = value
        return await handler(request)

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=credentials.tls or True),
        proxy=credentials.proxy,
        middlewares=(authorize,),
    )


def _watch(handlers: kopf.OperatorRegistry, kind: str, plural: str, observe: Observer) -> None:
    @kopf.on.event(GROUP, VERSION, plural, registry=handlers, id=f"observe-{plural}")
    async def seen(event: Any, **_: Any) -> None:
        # kopf marks what it found in its own LIST by no type at all.
        observe(
            event["type"] or "ADDED", {**event["object"], "apiVersion": API_VERSION, "kind": kind}
        )
