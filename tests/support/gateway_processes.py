"""Several real gateways over one Redis and one database, as a cluster has them: processes."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from support.declared import PEPPER
from support.ports import free_port

ROOT = Path(__file__).parents[2]
ADMIN_KEY = "qd_admin-of-the-processes"
READY_SECONDS = 60.0
REDIS_SECONDS = "10"
"""A machine that is busy with tests answers late; a store that was killed refuses at once."""


class GatewayProcess:
    """One gateway; it may be killed and started again on its port, with its spool."""

    def __init__(
        self, folder: Path, manifests: Sequence[dict[str, Any]], environment: dict[str, str]
    ) -> None:
        self.port = free_port()
        self.folder = folder
        folder.mkdir()
        (folder / "manifests.json").write_text(json.dumps(manifests))
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": "tests",
            "QUARTERDECK_ADMIN_KEY_HASH": hashlib.sha256(ADMIN_KEY.encode()).hexdigest(),
            "QUARTERDECK_KEY_PEPPER": PEPPER,
            "QUARTERDECK_HOST": "127.0.0.1",
            "QUARTERDECK_PORT": str(self.port),
            "QUARTERDECK_ALLOWED_NETWORKS": "127.0.0.0/8",
            "QUARTERDECK_SPOOL_DIRECTORY": str(folder / "spool"),
            "QUARTERDECK_MIGRATE_ON_START": "true",
            "QUARTERDECK_DRAIN_DELAY_SECONDS": "0",
            "QUARTERDECK_SHUTDOWN_GRACE_SECONDS": "5",
            "QUARTERDECK_LOG_LEVEL": "warning",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it has said."""
        return (self.folder / "gateway.log").read_text()

    def start(self) -> None:
        """Returns once it is ready."""
        with (self.folder / "gateway.log").open("ab") as said:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "support.serve_gateway",
                    "--manifests",
                    str(self.folder / "manifests.json"),
                ],
                cwd=ROOT,
                env=self._environment,
                stdout=said,
                stderr=said,
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self._ready():
            assert self._process.poll() is None, self.log
            assert time.monotonic() < deadline, f"not ready: {self.log}"
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL: it can do nothing about it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and wait until it has delivered what it owes."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def _ready(self) -> bool:
        try:
            with urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310 - 127.0.0.1
                return bool(answer.status == 200)
        except (URLError, ConnectionError, TimeoutError):
            return False


@contextmanager
def gateways(
    count: int,
    folder: Path,
    manifests: Sequence[dict[str, Any]],
    *,
    redis_url: str,
    database_url: str,
    **settings: str,
) -> Iterator[list[GatewayProcess]]:
    """``count`` gateways that are ready; ``settings`` are further environment variables."""
    environment = {
        "QUARTERDECK_REDIS_URL": redis_url,
        "QUARTERDECK_REDIS_TIMEOUT_SECONDS": REDIS_SECONDS,
        "QUARTERDECK_DATABASE_URL": database_url,
        **settings,
    }
    with ExitStack() as stack:
        made = []
        for number in range(count):
            gateway = GatewayProcess(folder / f"gateway-{number}", manifests, environment)
            stack.callback(gateway.stop)
            gateway.start()
            made.append(gateway)
        yield made
