"""The worker as a process: inherited socket, orderly end, and no life without its parent."""

import asyncio
import os
import signal
import socket
import subprocess
from pathlib import Path

from aiohttp import ClientSession

from quarterdeck_contract.names import ENV_LISTEN_FD, ENV_PARENT_FD
from quarterdeck_worker import parent
from quarterdeck_worker.app import CHAT_PATH
from quarterdeck_worker.main import EXIT_CONFIG
from support.fake_provider import FakeProvider, Script
from support.worker_app import ask, endpoint, until_ready, worker_config, worker_process


async def ended(process: subprocess.Popen[bytes], seconds: float) -> int:
    return await asyncio.wait_for(asyncio.to_thread(process.wait), seconds)


async def status(session: ClientSession, url: str) -> int:
    async with session.get(url) as response:
        return response.status


async def test_inherited_socket_and_drain(tmp_path: Path) -> None:
    """SIGTERM in mid-stream: not ready at once, the stream ends well, then exit 0."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with FakeProvider() as provider, ClientSession() as session:
        provider.script(Script.of_length(100, piece_delay=0.1))
        config = worker_config(endpoint("primary", "openai-compatible", f"{provider.url}/v1"))
        with worker_process(
            config,
            tmp_path,
            pass_fds=(listener.fileno(),),
            **{ENV_LISTEN_FD: str(listener.fileno()), "QUARTERDECK_DRAIN_SECONDS": "0.1"},
        ) as process:
            listener.close()
            await until_ready(url)
            async with session.post(url + CHAT_PATH, json=ask(stream=True)) as response:
                await response.content.readline()
                process.send_signal(signal.SIGTERM)
                while await status(session, f"{url}/readyz") == 200:
                    await asyncio.sleep(0.02)
                assert await status(session, f"{url}/readyz") == 503
                assert (await response.read()).endswith(b"data: [DONE]\n\n")
            assert await ended(process, 60) == 0
            assert process.stderr is not None
            assert b'"event": "ready"' in process.stderr.read()


async def test_dies_with_its_parent(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    config = worker_config(endpoint("primary", "openai-compatible", "http://127.0.0.1:9/v1"))
    with worker_process(
        config,
        tmp_path,
        pass_fds=(read_end,),
        **{ENV_PARENT_FD: str(read_end), "QUARTERDECK_PORT": "0"},
    ) as process:
        os.close(read_end)
        assert process.poll() is None
        os.close(write_end)
        assert await ended(process, 90) == parent.EXIT_CODE


async def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    config = worker_config(endpoint("primary", "openai-compatible", "http://127.0.0.1:9/v1"))
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = taken.getsockname()[1]
        with worker_process(config, tmp_path, QUARTERDECK_PORT=str(port)) as process:
            assert await ended(process, 90) == EXIT_CONFIG
            assert process.stderr is not None
            assert process.stderr.read().decode().splitlines() == [
                f"quarterdeck-worker: cannot listen on port {port}: Address already in use"
            ]
