"""One worker as a child process: spawned, asked whether it is ready, stopped, never orphaned.

The child gets an address that is bound but not listening, so its port is known before it
starts and nobody else can take it. It also gets the read end of a pipe whose write end only we
hold: when we die, however we die, the child reads the end of the pipe and goes too.
"""

import asyncio
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from quarterdeck_contract.names import ENV_LISTEN_FD, ENV_PARENT_FD, ENV_WORKER_TOKEN
from quarterdeck_local.logfile import LogFile

# Neither variables of the environment nor the working directory may bring modules along.
PROGRAM: Final = (sys.executable, "-E", "-P", "-m", "quarterdeck_worker")

# In this process gateways forget a stopping worker at once, so it need not linger.
_DRAIN: Final = {"QUARTERDECK_DRAIN_SECONDS": "0"}


class Lifeline:
    """The pipe whose end tells the children that their parent is gone."""

    def __init__(self) -> None:
        self.read_fd, self._write_fd = os.pipe()

    def close(self) -> None:
        """Cut it: every child still there exits at once."""
        os.close(self._write_fd)
        os.close(self.read_fd)


@dataclass(frozen=True)
class Probing:
    """How workers are asked whether they are ready. Times are in seconds."""

    starting_pause: float = 0.1
    ready_pause: float = 2.0
    timeout: float = 2.0
    patience: float = 30.0
    """A worker that has been ready and then says nothing for so long is hung, and is killed."""
    silences: int = 2
    """Questions in a row without an answer after which it gets no more chats."""


PROBING: Final = Probing()


@dataclass(frozen=True)
class Start:
    """What a worker is started with."""

    environment: Mapping[str, str] = field(repr=False)
    directory: Path
    lifeline: Lifeline
    probing: Probing
    program: Sequence[str] = PROGRAM


class Worker:
    """A child process from start to exit. ``on_change`` is called when it turns ready or not."""

    def __init__(
        self,
        start: Start,
        log: LogFile,
        session: aiohttp.ClientSession,
        on_change: Callable[[], None],
    ) -> None:
        self.url = ""
        self.token = secrets.token_urlsafe(24)
        self.pid = 0
        self.ready = False
        self.stopping = False
        self.log = log
        self._start = start
        self._session = session
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._ready_since: float | None = None
        self._hung = False

    @property
    def ready_seconds(self) -> float:
        """For how long it has been ready without a break."""
        return 0.0 if self._ready_since is None else time.monotonic() - self._ready_since

    async def run(self) -> str:
        """Start it and wait until it ends; how it ended, in words. Cancelling kills it.

        Raises OSError when it cannot be started.
        """
        try:
            process = self._process = await self._spawn()
            self.pid = process.pid
            if self.stopping:
                process.terminate()
            chores = [
                asyncio.create_task(self._keep_log(process)),
                asyncio.create_task(self._watch_readiness()),
            ]
            try:
                code = await process.wait()
                # What it said last explains why it ended.
                await asyncio.wait(chores[:1], timeout=1.0)
                return self._ending(code)
            finally:
                await _end(chores)
        finally:
            self._turn_ready(False)
            self.kill()
            self.log.close()

    def terminate(self, grace: float) -> None:
        """Ask it to finish its chats and go; kill it after ``grace`` seconds."""
        self.stopping = True
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.terminate()
        asyncio.get_running_loop().call_later(grace, self.kill)

    def kill(self) -> None:
        """End it now; fine when it is gone already."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _spawn(self) -> asyncio.subprocess.Process:
        with socket.socket() as address:
            address.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            address.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{address.getsockname()[1]}"
            fds = (address.fileno(), self._start.lifeline.read_fd)
            return await asyncio.create_subprocess_exec(
                *self._start.program,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                cwd=self._start.directory,
                env=self._environment(*fds),
                pass_fds=fds,
                # Ctrl-C in the terminal is for the parent, which then stops its children in order.
                start_new_session=True,
            )

    def _environment(self, listen_fd: int, parent_fd: int) -> dict[str, str]:
        return {
            **self._start.environment,
            **_DRAIN,
            ENV_LISTEN_FD: str(listen_fd),
            ENV_PARENT_FD: str(parent_fd),
            ENV_WORKER_TOKEN: self.token,
        }

    async def _keep_log(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while chunk := await process.stdout.read(65536):
            self.log.write(chunk)

    async def _watch_readiness(self) -> None:
        probing, silences, answered_at = self._start.probing, 0, time.monotonic()
        while True:
            answer = await self._ask_ready()
            if answer is not None:
                silences, answered_at = 0, time.monotonic()
            else:
                silences += 1
            if answer is not None or silences >= probing.silences:
                self._turn_ready(bool(answer))
            silent_for = time.monotonic() - answered_at
            if self._ready_since is not None and silent_for >= probing.patience:
                self._hung = True
                self.kill()
            await asyncio.sleep(probing.ready_pause if self.ready else probing.starting_pause)

    async def _ask_ready(self) -> bool | None:
        """Whether it says that it is ready; None when it says nothing."""
        limit = aiohttp.ClientTimeout(total=self._start.probing.timeout)
        try:
            async with self._session.get(f"{self.url}/readyz", timeout=limit) as response:
                return response.status == 200
        except (aiohttp.ClientError, OSError):
            return None

    def _turn_ready(self, ready: bool) -> None:
        ready = ready and not self.stopping
        if ready == self.ready:
            return
        self.ready = ready
        if ready:
            self._ready_since = time.monotonic()
        self._on_change()

    def _ending(self, code: int) -> str:
        if self._hung:
            return "stopped answering and was killed"
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        said = self.log.last_line
        return f"{how}: {said}" if said and code > 0 else how


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
