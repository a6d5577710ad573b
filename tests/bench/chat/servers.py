"""The servers of the chat benchmark, each as a process of its own, ready when handed out.

What is measured has a processor for itself; the upstream and the load share the others.
"""

import hashlib
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from bench.chat.client import Target
from bench.chat.declared import AGENT, NAMESPACE_LIMITS, new_key, write_manifests
from bench.chat.measure import Measured
from bench.processes import Subject, split_cpus
from support.declared import PEPPER
from support.ports import free_port
from support.redis_servers import RedisServer

BARE = "bare FastAPI+aiohttp"
COMMAND = "quarterdeck_gateway.database.command"
LEDGER = "ledger.db"


@contextmanager
def upstream_server(folder: Path) -> Iterator[int]:
    """The upstream, worker and provider alike; its port."""
    port, (_, others) = free_port(), split_cpus()
    args = ["-m", "bench.chat.upstream", "--port", str(port)]
    with Subject(args, log=folder / "upstream.log", cpus=others) as process:
        process.wait(lambda: _listens(port))
        yield port


@contextmanager
def gateway_server(folder: Path, upstream: int) -> Iterator[Measured]:
    """The gateway before one agent that runs at the upstream, with a Valkey of its own."""
    port, key = free_port(), new_key()
    manifests = write_manifests(folder / "manifests.json", _url(upstream), key)
    with _valkey(folder) as redis_url:
        environ = {
            "QUARTERDECK_ADMIN_KEY_HASH": hashlib.sha256(new_key().encode()).hexdigest(),
            "QUARTERDECK_KEY_PEPPER": PEPPER,
            "QUARTERDECK_HOST": "127.0.0.1",
            "QUARTERDECK_PORT": str(port),
            "QUARTERDECK_ALLOWED_NETWORKS": "127.0.0.0/8",
            "QUARTERDECK_NAMESPACE_LIMITS": NAMESPACE_LIMITS,
            "QUARTERDECK_REDIS_URL": redis_url,
            "QUARTERDECK_DATABASE_URL": _migrated(folder),
            "QUARTERDECK_SPOOL_DIRECTORY": str(folder / "spool"),
            "QUARTERDECK_DRAIN_DELAY_SECONDS": "0",
        }
        args = ["-m", "support.serve_gateway", "--manifests", str(manifests)]
        target = Target("gateway", port, model=AGENT, key=key)
        with _server(target, args, "readyz", folder, environ) as measured:
            yield measured


@contextmanager
def _valkey(folder: Path) -> Iterator[str]:
    """A Valkey on the processors of the load, where it inherits them; its URL."""
    home = folder / "valkey"
    home.mkdir()
    server = RedisServer("valkey", home)
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


def _migrated(folder: Path) -> str:
    """URL of an SQLite database with the schema of this release, as an upgrade leaves it."""
    url = f"sqlite:///{folder / LEDGER}"
    # An image brings its bytecode along; here whoever imports first would have to make it.
    migrate = (
        f"import sys, support.serve_gateway, {COMMAND}; sys.exit({COMMAND}.run({url!r}, 'head'))"
    )
    with Subject(["-c", migrate], log=folder / "migrate.log") as process:
        process.finish()
    return url


@contextmanager
def bare_server(folder: Path, upstream: int) -> Iterator[Measured]:
    """The bare pass-through to the upstream."""
    port = free_port()
    args = ["-m", "bench.chat.bare", "--port", str(port), "--upstream", _url(upstream)]
    with _server(Target(BARE, port), args, "healthz", folder, {}) as measured:
        yield measured


@contextmanager
def worker_server(folder: Path, name: str, model: Mapping[str, Any]) -> Iterator[Measured]:
    """A worker whose only model is ``model``, an entry of WorkerConfig."""
    port, config = free_port(), folder / f"{name}.json"
    document = {
        "version": 1,
        "namespace": "default",
        "agent": "bench",
        "instructions": "Answer in one sentence.",
        "models": [model],
    }
    config.write_bytes(orjson.dumps(document))
    environ = {"QUARTERDECK_WORKER_CONFIG": str(config), "QUARTERDECK_PORT": str(port)}
    args = ["-m", "quarterdeck_worker"]
    with _server(Target(name, port), args, "readyz", folder, environ) as measured:
        yield measured


@contextmanager
def _server(
    target: Target, args: list[str], probe: str, folder: Path, environ: Mapping[str, str]
) -> Iterator[Measured]:
    own, _ = split_cpus()
    log = folder / f"{target.name.partition(' ')[0]}.log"
    with Subject(args, log=log, environ=environ, cpus=own) as process:
        started = process.ready(f"{_url(target.port)}/{probe}")
        cpu_seconds = process.cpu_ms() / 1000
        yield Measured(target, process, started, cpu_seconds, process.rss_mb())


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
