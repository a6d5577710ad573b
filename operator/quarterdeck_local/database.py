"""What people applied, kept in SQLite so that the next ``quarterdeck up`` brings it back.

Only manifests are kept, no status and nothing that the reconcilers derive. Secrets are among them,
therefore the file is for its owner alone.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from quarterdeck_local.errors import CannotStart, NotKept
from quarterdeck_operator.cluster.port import Manifest, ObjectKey, key_of

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS applied_objects (
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    manifest BLOB NOT NULL,
    PRIMARY KEY (kind, namespace, name)
)
"""


class AppliedObjects:
    """The database of one home; the caller holds the home's lock."""

    def __init__(self, path: Path) -> None:
        """Raises CannotStart when the file is not ours to write or not a database."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as exc:
            raise CannotStart(f"cannot open the database {path}: {exc}") from exc

    def __iter__(self) -> Iterator[Manifest]:
        """Every kept manifest. Raises CannotStart when the database is damaged."""
        try:
            rows = self._connection.execute("SELECT manifest FROM applied_objects").fetchall()
        except sqlite3.Error as exc:
            raise CannotStart(f"cannot read the database: {exc}") from exc
        return (orjson.loads(row[0]) for row in rows)

    def keep(self, manifest: Mapping[str, Any]) -> None:
        """Insert or replace; ``status`` is left out. Raises NotKept."""
        key = key_of(manifest)
        kept = {field: value for field, value in manifest.items() if field != "status"}
        with _translated():
            self._connection.execute(
                "INSERT OR REPLACE INTO applied_objects VALUES (?, ?, ?, ?)",
                (key.kind, key.namespace, key.name, orjson.dumps(kept)),
            )

    def forget(self, key: ObjectKey) -> None:
        """Delete; fine when it was never kept. Raises NotKept."""
        with _translated():
            self._connection.execute(
                "DELETE FROM applied_objects WHERE kind = ? AND namespace = ? AND name = ?",
                (key.kind, key.namespace, key.name),
            )

    @property
    def connection(self) -> sqlite3.Connection:
        """For others that keep something in the same file."""
        return self._connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        raise NotKept(f"the database refused the change: {exc}") from exc
