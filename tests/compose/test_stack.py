"""The full stack on a real Docker engine: chats, metrics, restarts, and what it may do."""

import asyncio
import io
import time
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from openai import InternalServerError, OpenAI

from support.compose import Stack

pytestmark = [pytest.mark.docker, pytest.mark.timeout(600)]

HELLO: Any = [{"role": "user", "content": "Tell me a long story about the sea."}]
SERVICES = {"gateway", "ui", "redis", "postgres", "monitoring-key", "prometheus"}
PATIENCE = 180.0


def _ready(client: OpenAI) -> None:
    """Wait for the demo agent's worker, which starts after the gateway."""
    deadline = time.monotonic() + PATIENCE
    while not _answers(client):
        assert time.monotonic() < deadline, "the demo agent does not answer"
        time.sleep(0.5)


def _answers(client: OpenAI) -> bool:
    try:
        client.chat.completions.create(model="demo", messages=HELLO, max_tokens=2)
    except InternalServerError:
        return False
    return True


async def _query(stack: Stack, expression: str) -> list[dict[str, Any]]:
    async with (
        aiohttp.ClientSession(stack.prometheus) as session,
        session.get("/api/v1/query", params={"query": expression}) as answer,
    ):
        return list((await answer.json())["data"]["result"])


async def _eventually(stack: Stack, expression: str) -> list[dict[str, Any]]:
    deadline = time.monotonic() + PATIENCE
    while not (found := await _query(stack, expression)):
        assert time.monotonic() < deadline, f"no data for {expression}"
        await asyncio.sleep(1)
    return found


def test_a_chat_streams_through_nginx(client: OpenAI) -> None:
    _ready(client)
    stream = client.chat.completions.create(model="demo", messages=HELLO, stream=True)
    arrivals = [time.monotonic() for chunk in stream if chunk.choices]
    assert len(arrivals) > 5
    gaps = [later - earlier for earlier, later in pairwise(arrivals)]
    # A buffering proxy would deliver everything in one moment.
    # A busy machine takes several at once.
    assert sum(gap > 0.002 for gap in gaps) > len(gaps) / 10


async def test_the_web_ui_is_there_with_its_policy(stack: Stack) -> None:
    async with aiohttp.ClientSession(stack.url) as session:
        async with session.get("/agents/default/demo") as page:
            text = await page.text()
            assert '<div id="root">' in text
            assert "script-src 'self';" in page.headers["Content-Security-Policy"]
            assert page.headers["Cache-Control"] == "no-cache"
        script = text.split('src="/assets/')[1].split('"')[0]
        async with session.get(f"/assets/{script}") as asset:
            assert asset.headers["Cache-Control"].endswith("immutable")
            assert asset.headers["Content-Encoding"] == "gzip"
        async with session.get("/assets/of-an-older-version.js") as missing:
            assert missing.status == 404
        async with session.get("/api/v1/whoami") as stranger:
            assert stranger.status == 401


async def test_request_ids_and_body_limits_hold_through_nginx(http: aiohttp.ClientSession) -> None:
    async with http.get("/v1/models", headers={"x-request-id": "mine-1"}) as answer:
        assert answer.headers.getall("x-request-id") == ["mine-1"]
    async with http.get("/v1/models", headers={"x-request-id": 'no"good'}) as answer:
        assert answer.headers["x-request-id"] != 'no"good'
    too_long = io.BytesIO(b" " * (4 * 1024 * 1024 + 1))
    async with http.post("/v1/chat/completions", data=too_long) as answer:
        assert answer.status == 413
        assert (await answer.json())["error"]["code"] == "request_too_large"


async def test_prometheus_reads_the_gateway_and_its_rules(stack: Stack, client: OpenAI) -> None:
    _ready(client)
    up = await _eventually(stack, 'up{job="quarterdeck-gateway"} == 1')
    assert len(up) == 1
    counted = await _eventually(stack, "sum(quarterdeck_gateway_requests_total) > 0")
    assert float(counted[0]["value"][1]) >= 1
    async with (
        aiohttp.ClientSession(stack.prometheus) as session,
        session.get("/api/v1/rules") as answer,
    ):
        groups = (await answer.json())["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert rules
    assert [rule["lastError"] for rule in rules if rule["health"] == "err"] == []


async def test_strangers_are_refused_before_their_bodies_are_kept(stack: Stack) -> None:
    async with (
        aiohttp.ClientSession(stack.url) as session,
        session.post("/v1/chat/completions", data=io.BytesIO(b" " * 3_000_000)) as answer,
    ):
        assert answer.status == 401


def test_prometheus_sees_its_own_key_alone(stack: Stack) -> None:
    seen = stack.compose("exec", "-T", "prometheus", "find", "/etc/prometheus/key", "-type", "f")
    assert seen.split() == ["/etc/prometheus/key/key"]
    its = stack.compose("exec", "-T", "prometheus", "cat", "/etc/prometheus/key/key").strip()
    assert its.startswith("qd_")
    assert its != stack.admin_key()
    users = {
        each["Config"]["Labels"]["com.docker.compose.service"]: each["Config"]["User"]
        for each in stack.containers()
    }
    assert users["prometheus"] != users["gateway"]


def test_containers_may_do_little(stack: Stack) -> None:
    containers = {
        each["Config"]["Labels"]["com.docker.compose.service"]: each for each in stack.containers()
    }
    assert set(containers) == SERVICES
    for name, each in containers.items():
        host, user = each["HostConfig"], each["Config"]["User"]
        assert user.partition(":")[0] not in ("", "0", "root"), name
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert "no-new-privileges:true" in host["SecurityOpt"], name
        assert host["Memory"] > 0, name
        assert host["PidsLimit"] > 0, name
    published = {name for name, each in containers.items() if _published(each)}
    assert published == {"ui", "prometheus"}


def test_containers_are_healthy(stack: Stack) -> None:
    """After a while: a check that a busy machine answers late counts as failed."""

    def ailing() -> list[str]:
        return [
            each["Name"]
            for each in stack.containers()
            if each["State"]["Health"]["Status"] != "healthy"
        ]

    deadline = time.monotonic() + PATIENCE
    while found := ailing():
        assert time.monotonic() < deadline, found
        time.sleep(1)


def _published(container: dict[str, Any]) -> list[str]:
    bindings = container["HostConfig"]["PortBindings"] or {}
    return [each["HostIp"] for ports in bindings.values() for each in ports]


def test_passwords_are_in_no_arguments_and_in_no_log(stack: Stack) -> None:
    assert stack.secrets_file.stat().st_mode & 0o777 == 0o600
    assert stack.secrets_file.parent.stat().st_mode & 0o777 == 0o700
    lines = stack.secrets_file.read_text().splitlines()
    passwords = [line.partition("=")[2] for line in lines]
    assert len(set(passwords)) == 3
    arguments = str([(each["Path"], each["Args"]) for each in stack.containers()])
    processes = stack.compose("top")
    logs = stack.compose("logs", "--no-color")
    for password in [*passwords, stack.admin_key()]:
        assert len(password) >= 32
        assert password not in arguments
        assert password not in processes
        assert password not in logs


async def test_what_was_said_survives_a_restart(
    stack: Stack, http: aiohttp.ClientSession, client: OpenAI
) -> None:
    asked = {"agent": "default/demo", "title": "Kept"}
    async with http.post("/api/v1/conversations", json=asked) as answer:
        assert answer.status == 201, await answer.text()
        conversation = (await answer.json())["id"]
    message = {"role": "user", "content": "Do you remember?", "status": "complete"}
    path = f"/api/v1/conversations/{conversation}"
    async with http.put(f"{path}/messages/0", json=message) as answer:
        assert answer.status < 300, await answer.text()
    key = stack.admin_key()

    stack.compose("stop", "gateway")
    async with http.get(path) as away:
        assert away.status == 503
        assert (await away.json())["error"]["code"] == "gateway_unavailable"
    async with http.get("/") as page:
        assert page.status == 200
    stack.down(volumes=False)
    stack.up()

    assert stack.admin_key() == key
    async with http.get(path) as answer:
        found = await answer.json()
    assert (found["title"], found["messages"][0]["content"]) == ("Kept", "Do you remember?")
    _ready(client)
    assert await _eventually(stack, "count_over_time(up[1h]) > 1")


def test_down_with_volumes_leaves_nothing(stack: Stack) -> None:
    """The last story: what it takes away, the others need."""
    assert len(stack.leftovers()) > len(SERVICES)
    stack.down(volumes=True)
    assert stack.leftovers() == []
    assert not stack.secrets_file.exists()
