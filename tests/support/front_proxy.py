"""nginx of the UI image on a Docker engine, in front of a gateway that says what it was told."""

import asyncio
import json
import os
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
import pytest
from aiohttp import web

from support.compose import SKIP_REASON
from support.ports import free_port

IMAGE: Final = "quarterdeck/ui:0.1.0"
_PATIENCE: Final = 60.0


@dataclass
class Listener:
    """What reached the gateway: whole heads, and first pieces of bodies."""

    url: str = ""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """A request's head is here, whether or not its body is."""
    go: asyncio.Event = field(default_factory=asyncio.Event)
    """Until it is set, requests to /v1/wait are not answered."""


@asynccontextmanager
async def front_proxy(**environment: str) -> AsyncIterator[Listener]:
    """nginx with these variables; skips where there is no permission to run it."""
    _skip_without_permission()
    heard = Listener()
    runner = web.AppRunner(_gateway(heard))
    await runner.setup()
    port = free_port()
    try:
        await web.TCPSite(runner, "0.0.0.0", port).start()
        async with _container(f"{_engine_address()}:{port}", environment) as url:
            heard.url = url
            yield heard
    finally:
        heard.go.set()
        await runner.cleanup()


def _gateway(heard: Listener) -> web.Application:
    async def told(request: web.Request) -> web.Response:
        heard.arrived.set()
        if request.path == "/v1/wait":
            await heard.go.wait()
        names = ("X-Forwarded-For", "X-Forwarded-Proto")
        return web.json_response({name: request.headers.getall(name, []) for name in names})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", told)
    return app


@asynccontextmanager
async def _container(upstream: str, environment: dict[str, str]) -> AsyncIterator[str]:
    port = free_port()
    variables = {"QUARTERDECK_GATEWAY_UPSTREAM": upstream} | environment
    given = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
    options = ["--rm", "--read-only", "--tmpfs", "/tmp:mode=1777,size=16m", "--cap-drop", "ALL"]
    published = ["--publish", f"127.0.0.1:{port}:8080"]
    name = _docker("run", "--detach", *options, *published, *given, IMAGE)
    try:
        url = f"http://127.0.0.1:{port}"
        await _answering(url, name)
        yield url
    finally:
        _docker("kill", name)


async def _answering(url: str, name: str) -> None:
    async with aiohttp.ClientSession(url) as session, asyncio.timeout(_PATIENCE):
        while True:
            try:
                async with session.get("/-/health") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                assert _docker("ps", "--quiet", "--no-trunc", "--filter", f"id={name}"), "it ended"
            await asyncio.sleep(0.1)


def engine_network() -> dict[str, Any]:
    """Subnet and Gateway of the network in which containers see this host; skips likewise."""
    _skip_without_permission()
    said = _docker("network", "inspect", "bridge", "--format", "{{json .IPAM.Config}}")
    found: dict[str, Any] = json.loads(said)[0]
    return found


def _skip_without_permission() -> None:
    if os.environ.get("QUARTERDECK_TEST_DOCKER") != "1":
        pytest.skip(SKIP_REASON)


def _engine_address() -> str:
    address: str = engine_network()["Gateway"]
    socket.inet_aton(address)
    return address


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
