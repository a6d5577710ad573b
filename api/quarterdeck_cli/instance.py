"""The files through which a running standalone instance is found.

``quarterdeck up`` writes them and every other verb reads them; this page is all that the two must
agree on. Whether an instance runs is told by its lock, not by its pid: a pid may have been
given to another process since.
"""

import fcntl
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from quarterdeck_cli.errors import Refused
from quarterdeck_contract import names

ENV_HOME: Final = "QUARTERDECK_HOME"
DEFAULT_HOME: Final = ".quarterdeck"

LOCK_FILE: Final = "lock"
GATEWAY_FILE: Final = "gateway.json"
KEY_FILE: Final = "admin.key"
ISSUED_KEYS: Final = "keys"

API_PATH: Final = "/k8s"
"""Where the gateway of a standalone instance serves its small part of the Kubernetes API."""

ANNOTATION_MANIFEST: Final = names.ANNOTATION_MANIFEST
"""On objects that came from the manifests folder: the file and document they stand in."""


@dataclass(frozen=True)
class Instance:
    """A standalone instance that runs."""

    url: str
    pid: int
    key: str = field(repr=False)

    @property
    def api_server(self) -> str:
        """Base URL for a Kubernetes client."""
        return self.url + API_PATH


def home_directory() -> Path:
    """QUARTERDECK_HOME, by default ``.quarterdeck`` in the working directory."""
    return Path(os.environ.get(ENV_HOME) or DEFAULT_HOME)


def running_instance(home: Path) -> Instance | None:
    """The instance that holds the lock of ``home``; None when there is none.

    Raises Refused when there is one but its files cannot be read.
    """
    if not is_locked(home):
        return None
    try:
        gateway = json.loads((home / GATEWAY_FILE).read_text())
        key = (home / KEY_FILE).read_text().strip()
        return Instance(gateway["url"], gateway["pid"], key)
    except FileNotFoundError:
        # It holds the lock but has not opened its port yet.
        return None
    except (OSError, ValueError, KeyError) as exc:
        raise Refused(f"cannot read the running instance's files in {home}: {exc}") from exc


def issued_key_file(home: Path, namespace: str, name: str) -> Path:
    """Where the instance of ``home`` keeps the newest key of an applied ApiKey."""
    return home / ISSUED_KEYS / namespace / name


def is_locked(home: Path) -> bool:
    """Whether a process holds the lock of ``home``."""
    try:
        descriptor = os.open(home / LOCK_FILE, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError as exc:
        raise Refused(f"cannot read {home / LOCK_FILE}: {exc.strerror}") from exc
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
