"""The process under measurement: started, pinned, weighed, and certainly stopped.

CPU time and memory are read from outside by the operating system's own accounts, so nothing in the
measured program has to cooperate.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Self
from urllib.error import URLError
from urllib.request import urlopen

import psutil

ROOT: Final = Path(__file__).parents[2]
POLL_SECONDS: Final = 0.01


class ProcessFailed(RuntimeError):
    """The process ended, or was not ready in time; the message ends with its last output."""


class Subject:
    """One child process, running ``python <args>`` with ``environ`` on top of ours, or another
    ``program`` with the same arguments.

    Use as ``with``: on leaving it is told to stop, and killed when it does not. ``cpus`` pins it.
    """

    def __init__(
        self,
        args: Sequence[str],
        *,
        log: Path,
        environ: Mapping[str, str] | None = None,
        cpus: Sequence[int] | None = None,
        program: str = sys.executable,
    ) -> None:
        self.log = log
        self.started = time.perf_counter()
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                [program, *args],
                cwd=ROOT,
                env=_environment(environ or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._process = psutil.Process(self._child.pid)
        if cpus is not None:
            pin(self._child.pid, cpus)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc_info: object) -> None:
        # In a thread: what this process needs to end well may be served by our event loop.
        await asyncio.to_thread(self.stop)

    def cpu_ms(self) -> float:
        """CPU time used so far by the process and its ended children, in milliseconds."""
        times = self._process.cpu_times()
        children = times.children_user + times.children_system
        return 1000.0 * (times.user + times.system + children)

    def rss_mb(self) -> float:
        """Resident memory, in units of 1,000,000 bytes."""
        return float(self._process.memory_info().rss) / 1e6

    def ready(self, url: str, timeout: float = 60.0) -> float:
        """Seconds from start to the first 200 of ``url``; raises ProcessFailed."""
        return self.wait(lambda: answers(url), timeout)

    def wait(self, condition: Callable[[], bool], timeout: float = 60.0) -> float:
        """Seconds from start until ``condition`` holds; raises ProcessFailed."""
        while not condition():
            if self._child.poll() is not None:
                raise ProcessFailed(f"exit code {self._child.returncode}\n{self.tail()}")
            if time.perf_counter() - self.started > timeout:
                raise ProcessFailed(f"not ready after {timeout:.0f} s\n{self.tail()}")
            time.sleep(POLL_SECONDS)
        return time.perf_counter() - self.started

    def finish(self, timeout: float = 60.0) -> None:
        """Wait until it has ended by itself, with success; raises ProcessFailed."""
        try:
            code = self._child.wait(timeout)
        except subprocess.TimeoutExpired as exc:
            raise ProcessFailed(f"not done after {timeout:.0f} s\n{self.tail()}") from exc
        if code != 0:
            raise ProcessFailed(f"exit code {code}\n{self.tail()}")

    def tail(self, lines: int = 15) -> str:
        """The last output."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill(self) -> None:
        """SIGKILL, as the kernel would; returns when the process is gone."""
        self._child.kill()
        self._child.wait()

    def stop(self, patience: float = 10.0) -> None:
        """SIGTERM, then SIGKILL."""
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            try:
                self._child.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()


def _environment(changes: Mapping[str, str]) -> dict[str, str]:
    """Ours without our own settings, which must not leak into what is measured. Bytecode is kept:
    to compile everything at every start is no start that a user sees.
    """
    left_behind = ("QUARTERDECK_", "PYTHONDONTWRITEBYTECODE")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(left_behind)}
    return {**inherited, "PYTHONPATH": "tests", **changes}


def answers(url: str, saying: bytes = b"") -> bool:
    """Whether ``url`` is answered with success, and with ``saying`` in the body."""
    try:
        with urlopen(url, timeout=2) as response:  # noqa: S310 - our own 127.0.0.1
            return response.status == 200 and saying in response.read()
    except (URLError, ConnectionError, TimeoutError):
        return False


def pin(pid: int, cpus: Sequence[int]) -> None:
    """Keep a process on these processors, where the operating system can."""
    if hasattr(psutil.Process, "cpu_affinity"):
        psutil.Process(pid).cpu_affinity(list(cpus))


def split_cpus() -> tuple[list[int], list[int]]:
    """Processors for what is measured, and for what drives it: never the same if there are two."""
    count = psutil.cpu_count() or 1
    return ([0], list(range(1, count))) if count > 1 else ([0], [0])
