"""The keys of applied ApiKeys as files, so that the person at the laptop can read them.

In a cluster one reads the Secret; here the values of Secrets never leave the process over HTTP, so
whoever may read the home, where the admin key lies as well, finds them there.
"""

import base64
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from quarterdeck_cli.instance import issued_key_file
from quarterdeck_contract.names import API_KEY_SECRET_FIELD, LABEL_API_KEY, api_key_secret_name
from quarterdeck_local.store import EventType
from quarterdeck_operator.cluster.ownership import controller_of

log = structlog.get_logger(__name__)


class KeyFiles:
    """The folder holds the newest key of each ApiKey that has a Secret, and no others."""

    def __init__(self, home: Path) -> None:
        self._home = home
        # What was deleted since the last start is told by nobody; what is there comes again.
        shutil.rmtree(issued_key_file(home, "namespace", "name").parents[1], ignore_errors=True)

    def observe(self, event: EventType, manifest: Mapping[str, Any]) -> None:
        """Take note of an ApiKey's Secret; give it to the store's ``subscribe``."""
        name = _key_in(manifest)
        if name is None:
            return
        path = issued_key_file(self._home, manifest["metadata"]["namespace"], name)
        value = manifest.get("data", {}).get(API_KEY_SECRET_FIELD)
        try:
            if event == "DELETED" or value is None:
                path.unlink(missing_ok=True)
            else:
                _write(path, base64.b64decode(value))
        except OSError as exc:
            log.error("cannot write the key's file", path=str(path), reason=exc.strerror)


def _key_in(manifest: Mapping[str, Any]) -> str | None:
    """The ApiKey whose newest key stands in this Secret."""
    if manifest["kind"] != "Secret":
        return None
    owner = controller_of(manifest)
    if owner is None or owner["kind"] != "ApiKey":
        return None
    metadata = manifest["metadata"]
    name = (metadata.get("labels") or {}).get(LABEL_API_KEY)
    return name if name and metadata["name"] == api_key_secret_name(name) else None


def _write(path: Path, key: bytes) -> None:
    for folder in (path.parents[1], path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key + b"\n")
    draft.replace(path)
