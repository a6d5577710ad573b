"""The whole process, as a pod runs it, against an API server that plays the protocol."""

import asyncio
import hashlib
import json
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from quarterdeck_contract.names import LABEL_AGENT
from quarterdeck_kube.resources import AGENT, ENDPOINT_SLICE
from support.declared import PEPPER
from support.fake_api import FakeApi
from support.fake_worker import FakeWorker, Script
from support.ports import free_port
from support.redis_servers import running
from support.running_gateway import KEY, MESSAGES

HEADERS = {"authorization": f"Bearer {KEY}"}
CHAT: Any = {"model": "demo", "messages": MESSAGES, "stream": True}


def kubeconfig(path: Path, server: str) -> Path:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "clusters": [{"name": "test", "cluster": {"server": server}}],
        "users": [{"name": "test", "user": {"token": "t0ken"}}],
    }
    path.write_text(json.dumps(config))
    return path


async def started(environment: dict[str, str]) -> Process:
    clean = {name: value for name, value in os.environ.items() if "QUARTERDECK" not in name}
    clean.pop("KUBECONFIG", None)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "quarterdeck_gateway.start"),
        env=clean | environment,
        stdout=PIPE,
        stderr=PIPE,
    )


@pytest.fixture
async def api(worker: FakeWorker) -> AsyncIterator[FakeApi]:
    """One agent, ``demo``, whose endpoint is the fake worker."""
    async with FakeApi().running() as running:
        meta = {"namespace": "default", "name": "demo"}
        await running.put(AGENT.path("default", "demo"), {"metadata": meta, "spec": {}})
        slice_ = {
            "metadata": meta | {"labels": {LABEL_AGENT: "demo"}},
            "ports": [{"name": "http", "port": worker.port}],
            "endpoints": [{"addresses": ["127.0.0.1"]}],
        }
        await running.put(ENDPOINT_SLICE.path("default", "demo"), slice_)
        yield running


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with running() as server:
        yield server.url


@pytest.fixture
def environment(api: FakeApi, redis_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "QUARTERDECK_ADMIN_KEY_HASH": hashlib.sha256(KEY.encode()).hexdigest(),
        "QUARTERDECK_KEY_PEPPER": PEPPER,
        "QUARTERDECK_REDIS_URL": redis_url,
        "QUARTERDECK_DATABASE_URL": f"sqlite:///{tmp_path}/ledger.db",
        "QUARTERDECK_MIGRATE_ON_START": "true",
        "QUARTERDECK_SPOOL_DIRECTORY": str(tmp_path / "spool"),
        "QUARTERDECK_ALLOWED_NETWORKS": "127.0.0.0/8",
        "QUARTERDECK_HOST": "127.0.0.1",
        "QUARTERDECK_PORT": str(free_port()),
        "QUARTERDECK_DRAIN_DELAY_SECONDS": "3",
        "KUBECONFIG": str(kubeconfig(tmp_path / "kubeconfig", api.url)),
    }


async def ready(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{url}/readyz") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


def usage_in(database_url: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as ledger:
        query = "SELECT namespace, agent, outcome, output_tokens FROM usage_records"
        return ledger.execute(query).fetchall()


async def test_a_life(environment: dict[str, str], worker: FakeWorker) -> None:
    """Starts, serves, and after SIGTERM says not ready first, ends its streams, exits with 0."""
    worker.script = Script(chunks=8, delay=0.2)
    url = f"http://127.0.0.1:{environment['QUARTERDECK_PORT']}"
    process = await started(environment)
    async with asyncio.timeout(60):
        while not await ready(url):
            assert process.returncode is None
            await asyncio.sleep(0.05)
    async with (
        aiohttp.ClientSession(headers=HEADERS) as http,
        http.post(f"{url}/v1/chat/completions", json=CHAT) as response,
    ):
        await response.content.readany()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            while await ready(url):
                await asyncio.sleep(0.05)
        async with http.get(f"{url}/readyz") as probe:
            assert probe.status == 503, "it says so while it still listens"
        assert b"data: [DONE]\n\nevent: quarterdeck.cost\n" in await response.read()
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err
    assert all(json.loads(line)["event"] for line in out.splitlines()), "logs are JSON"
    recorded = usage_in(environment["QUARTERDECK_DATABASE_URL"])
    assert recorded == [("default", "demo", "completed", 8)]
    assert KEY.encode() not in out + err
    assert b"hello" not in out + err, "what people say is not logged"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"QUARTERDECK_ADMIN_KEY_HASH": ""}, "QUARTERDECK_ADMIN_KEY_HASH: must be the SHA-256"),
        ({"KUBECONFIG": "/nowhere/config"}, "cannot log in to Kubernetes"),
    ],
)
async def test_no_start(environment: dict[str, str], change: dict[str, str], said: str) -> None:
    process = await started(environment | change)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 2
    assert out == b""
    assert err.decode().startswith("quarterdeck-gateway: ")
    assert said in err.decode()
    assert err.count(b"\n") == 1
