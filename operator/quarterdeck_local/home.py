"""The folder of one standalone instance: its lock, its key, its database and its logs.

The lock is the operating system's, so it goes with the process however that ends; the pid in
``gateway.json`` is for people.
"""

import errno
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from quarterdeck_cli.instance import GATEWAY_FILE, KEY_FILE, LOCK_FILE
from quarterdeck_contract.names import KEY_PREFIX, MIN_PEPPER_BYTES, new_key
from quarterdeck_local.errors import CannotStart

PEPPER_FILE: Final = "pepper"
_LOCK_TRIES: Final = 5
_LOCK_PAUSE: Final = 0.1
"""Seconds. The command line takes the lock for a moment to see whether it is held."""


@dataclass(frozen=True)
class Home:
    """Paths below the home. Made by ``opened``, which holds the lock."""

    path: Path

    @property
    def key_file(self) -> Path:
        """The only plain copy of the admin key."""
        return self.path / KEY_FILE

    @property
    def log_directory(self) -> Path:
        """Logs of the workers, and ``quarterdeck.log``."""
        return self.path / "logs"

    @property
    def run_directory(self) -> Path:
        """Configuration files of running workers."""
        return self.path / "run"

    @property
    def database(self) -> Path:
        """What people applied."""
        return self.path / "quarterdeck.db"

    @property
    def ledger(self) -> Path:
        """Usage records and the audit log."""
        return self.path / "ledger.db"

    @property
    def spool_directory(self) -> Path:
        """Records on their way into the ledger."""
        return self.path / "spool"

    @property
    def ui_directory(self) -> Path:
        """A built web UI that somebody put here; used unless the settings name another folder."""
        return self.path / "ui"

    @property
    def valkey_directory(self) -> Path:
        """What Valkey remembers of limits and budgets."""
        return self.path / "valkey"

    def pepper(self) -> str:
        """The secret behind the hashes of API keys; made on the first call of all.

        Raises CannotStart when its file is damaged.
        """
        path = self.path / PEPPER_FILE
        pepper = _read_or_make(path, lambda: secrets.token_urlsafe(48))
        if len(pepper.encode()) < MIN_PEPPER_BYTES:
            raise CannotStart(
                f"{path} is damaged: restore it, or delete it and make all API keys anew"
            )
        return pepper

    def admin_key_hash(self) -> str:
        """SHA-256 of the admin key in hex; makes the key on the first call of all.

        Raises CannotStart when the key's file is damaged.
        """
        key = _read_or_make_key(self.key_file)
        return hashlib.sha256(key.encode()).hexdigest()

    def publish(self, url: str) -> None:
        """Let the command line find this instance."""
        draft = self.path / f".{GATEWAY_FILE}.new"
        draft.write_text(json.dumps({"url": url, "pid": os.getpid()}) + "\n")
        draft.replace(self.path / GATEWAY_FILE)

    def withdraw(self) -> None:
        """The opposite of ``publish``."""
        (self.path / GATEWAY_FILE).unlink(missing_ok=True)


@contextmanager
def opened(path: Path) -> Iterator[Home]:
    """The home at ``path``, made if need be, locked until the end of the block.

    Raises CannotStart when it cannot be written to, or is another instance's.
    """
    home = Home(path)
    descriptor = _locked(home)
    try:
        home.withdraw()
        yield home
    finally:
        home.withdraw()
        os.close(descriptor)


def _locked(home: Home) -> int:
    try:
        home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.path.chmod(0o700)
        for directory in (home.log_directory, home.run_directory):
            directory.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(home.path / LOCK_FILE, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as exc:
        why = os.strerror(exc.errno or errno.EIO)
        raise CannotStart(
            f"cannot write to {home.path}: {why}: set QUARTERDECK_HOME to a folder of yours"
        ) from exc
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE)
        else:
            return descriptor
    os.close(descriptor)
    raise CannotStart(_already_running(home))


def _already_running(home: Home) -> str:
    try:
        found = json.loads((home.path / GATEWAY_FILE).read_text())
        return f"already running: pid {found['pid']}, {found['url']}"
    except (OSError, ValueError, KeyError):
        return f"already running: another instance is starting in {home.path}"


def _read_or_make(path: Path, make: Callable[[], str]) -> str:
    """The secret in a file that only its owner may read."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as exc:
        raise CannotStart(f"cannot write {path}: {exc.strerror}") from exc
    secret = make()
    with os.fdopen(descriptor, "w") as file:
        file.write(secret + "\n")
    return secret


def _read(path: Path) -> str:
    try:
        path.chmod(0o600)
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise CannotStart(f"cannot read the secret in {path}: {exc}") from exc


def _read_or_make_key(path: Path) -> str:
    key = _read_or_make(path, new_key)
    if not key.startswith(KEY_PREFIX) or len(key) < len(KEY_PREFIX) + 32:
        raise CannotStart(f"{path} holds no admin key: delete the file, and a new one is made")
    return key
