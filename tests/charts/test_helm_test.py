"""Story: `helm test` chats once with an agent, and says so where there is none to chat with."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, cast

from quarterdeck_gateway.routing.registry import MemoryRegistry
from quarterdeck_gateway.server import server_config
from support.charts import ROOT
from support.fake_worker import FakeWorker, Script
from support.running_gateway import agent, listening
from support.whole_gateway import INSTALLATION, WholeGateway, whole_gateway

PROGRAM: Final = ROOT / "charts/quarterdeck/files/test/chat.py"
AWAY: Final = "redis://127.0.0.1:1"
"""Chats that no Budget counts go on without the store."""


@asynccontextmanager
async def _listening(folder: Path, *workers: str) -> AsyncIterator[tuple[str, WholeGateway]]:
    """A gateway and its address; its agent ``team-a/bot`` is ready when there is a worker."""
    async with whole_gateway(folder, AWAY, *workers) as whole:
        config = server_config(whole.app, whole.settings, loop="none")
        async with listening(config) as url:
            yield url, whole


async def _helm_test(url: str, chosen: str, *, key: str = INSTALLATION) -> tuple[int | None, str]:
    """How the pod's program ended, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        PROGRAM,
        env=os.environ | {"BASE_URL": url, "API_KEY": key, "AGENT": chosen},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_it_chats_with_the_first_agent_that_is_ready(tmp_path: Path) -> None:
    async with FakeWorker() as worker, _listening(tmp_path, worker.url) as (url, whole):
        cast("MemoryRegistry", whole.services.registry).put(agent("asleep", namespace="team-a"))
        status, said = await _helm_test(url, "")
    assert status == 0, said
    assert "bot says:" in said
    assert len(worker.requests) == 1


async def test_it_asks_again_while_the_way_to_a_provider_is_not_open_yet(tmp_path: Path) -> None:
    away = Script(status=502)
    async with FakeWorker(away) as worker, _listening(tmp_path, worker.url) as (url, _):
        asked = asyncio.create_task(_helm_test(url, "team-a/bot"))
        while not worker.requests:
            await asyncio.sleep(0.05)
        worker.script = Script()
        status, said = await asked
    assert status == 0, said
    assert "not yet: POST /v1/chat/completions: 502" in said
    assert "bot says:" in said


async def test_it_chats_with_the_agent_that_is_named(tmp_path: Path) -> None:
    async with (
        FakeWorker() as first,
        FakeWorker() as worker,
        _listening(tmp_path, first.url) as (url, whole),
    ):
        named = agent("named", worker.url, namespace="team-b")
        cast("MemoryRegistry", whole.services.registry).put(named)
        status, said = await _helm_test(url, "team-b/named")
    assert status == 0, said
    assert (len(first.requests), len(worker.requests)) == (0, 1)


async def test_without_an_agent_the_way_in_is_all_there_is_to_try(tmp_path: Path) -> None:
    async with _listening(tmp_path) as (url, _):
        status, said = await _helm_test(url, "")
    assert status == 0, said
    assert "no agent is ready" in said


async def test_a_wrong_key_and_an_agent_that_does_not_exist_fail(tmp_path: Path) -> None:
    async with _listening(tmp_path) as (url, _):
        status, said = await _helm_test(url, "", key="qd_wrong")
        assert (status, "401" in said) == (1, True), said
        status, said = await _helm_test(url, "nobody")
        assert (status, "404" in said) == (1, True), said
