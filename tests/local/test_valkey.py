"""The Valkey of a laptop: real, persistent, restarted, never left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NotThere

from quarterdeck_local.process import Lifeline
from quarterdeck_local.valkey import Valkey


@pytest.fixture
def lifeline() -> Iterator[Lifeline]:
    with closing(Lifeline()) as made:
        yield made


def _servers(directory: Path) -> list[psutil.Process]:
    return [each for each in psutil.process_iter() if _serves(each, directory)]


def _serves(process: psutil.Process, directory: Path) -> bool:
    try:
        return "valkey-server" in process.name() and Path(process.cwd()) == directory
    except psutil.Error:
        return False


async def _reachable(valkey: Valkey) -> Redis:
    client = Redis.from_url(valkey.url)
    for _ in range(1000):
        try:
            await client.ping()
        except NotThere:
            await asyncio.sleep(0.05)
        else:
            return client
    raise AssertionError("valkey does not come back")


async def test_keeps_its_data_over_a_restart(tmp_path: Path, lifeline: Lifeline) -> None:
    for expected in (None, b"1"):
        async with Valkey(tmp_path / "v", tmp_path / "log", lifeline) as valkey:
            client = await _reachable(valkey)
            assert await client.get("spent") == expected
            await client.set("spent", "1")
            await client.aclose()
    assert not _servers(tmp_path / "v")


async def test_is_started_again_when_it_dies(tmp_path: Path, lifeline: Lifeline) -> None:
    async with Valkey(tmp_path / "v", tmp_path / "log", lifeline) as valkey:
        keeping = asyncio.create_task(valkey.run())
        (server,) = _servers(tmp_path / "v")
        server.kill()
        await asyncio.to_thread(server.wait, 60)
        client = await _reachable(valkey)
        await client.aclose()
        keeping.cancel()


def test_goes_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import asyncio, sys
        from pathlib import Path
        from quarterdeck_local.process import Lifeline
        from quarterdeck_local.valkey import Valkey

        async def main(folder):
            # As in a process that has many files open: a shell knows only the first ten.
            held = [open("/dev/null") for _ in range(20)]
            async with Valkey(folder / "v", folder / "log", Lifeline()) as valkey:
                print(valkey.socket, flush=True)
                await asyncio.sleep(60)

        asyncio.run(main(Path(sys.argv[1])))
        """
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    socket = Path(parent.stdout.readline().strip())
    assert _servers(tmp_path / "v")
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 60
    while _servers(tmp_path / "v"):
        assert time.monotonic() < deadline, "it outlived its parent"
        time.sleep(0.05)
    # The folder of a socket is all that a killed parent leaves.
    socket.unlink(missing_ok=True)
    socket.parent.rmdir()
