"""The keys that were made for ApiKeys, kept so that they still work after the next start.

Everything else that the reconcilers derive can be derived again; a key is random, and people hold
it. So its Secret and the ApiKey's status outlive the process.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import orjson
import structlog

from quarterdeck_contract.names import LABEL_API_KEY, api_key_secret_name
from quarterdeck_local.store import EventType, ObjectStore
from quarterdeck_operator.cluster.port import Manifest, ObjectKey

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS issued_keys (
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    status BLOB,
    secret BLOB,
    PRIMARY KEY (namespace, name)
)
"""
_SAVE: Final = {
    column: f"INSERT INTO issued_keys (namespace, name, {column}) VALUES (?, ?, ?) "  # noqa: S608
    f"ON CONFLICT (namespace, name) DO UPDATE SET {column} = excluded.{column}"
    for column in ("status", "secret")
}

log = structlog.get_logger(__name__)


class IssuedKeys:
    """Over the connection of the home's database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(SCHEMA)

    def restore(self, store: ObjectStore) -> None:
        """Give each ApiKey that is in ``store`` its key back; forget the keys of all others."""
        rows = self._connection.execute("SELECT namespace, name, status, secret FROM issued_keys")
        for namespace, name, status, secret in rows.fetchall():
            owner = store.get(ObjectKey("ApiKey", namespace, name))
            if owner is None:
                self._forget(namespace, name)
                continue
            if status is not None:
                store.put_status(ObjectKey("ApiKey", namespace, name), orjson.loads(status))
            if secret is not None:
                store.put(_owned(orjson.loads(secret), owner["metadata"]["uid"]))

    def observe(self, event: EventType, manifest: Mapping[str, Any]) -> None:
        """Take note of an ApiKey or of its Secret; give it to the store's ``subscribe``."""
        metadata, kind = manifest["metadata"], manifest["kind"]
        namespace = metadata["namespace"]
        try:
            if kind == "ApiKey":
                self._observe_key(event, namespace, metadata["name"], manifest.get("status"))
            elif kind == "Secret" and (name := (metadata.get("labels") or {}).get(LABEL_API_KEY)):
                gone = event == "DELETED" or metadata["name"] != api_key_secret_name(name)
                self._save("secret", namespace, name, None if gone else manifest)
        except sqlite3.Error as exc:
            log.error("issued key not kept", namespace=namespace, reason=str(exc))

    def _observe_key(
        self, event: EventType, namespace: str, name: str, status: Manifest | None
    ) -> None:
        if event == "DELETED":
            self._forget(namespace, name)
        elif status:
            self._save("status", namespace, name, status)

    def _save(
        self, column: str, namespace: str, name: str, value: Mapping[str, Any] | None
    ) -> None:
        data = None if value is None else orjson.dumps(value)
        self._connection.execute(_SAVE[column], (namespace, name, data))

    def _forget(self, namespace: str, name: str) -> None:
        with suppress(sqlite3.Error):
            self._connection.execute(
                "DELETE FROM issued_keys WHERE namespace = ? AND name = ?", (namespace, name)
            )


def _owned(secret: Manifest, uid: str) -> Manifest:
    """The Secret as that of the ApiKey that has this uid now."""
    metadata = secret["metadata"]
    owners = [owner | {"uid": uid} for owner in metadata["ownerReferences"]]
    kept = {name: value for name, value in metadata.items() if name != "uid"}
    return secret | {"metadata": kept | {"ownerReferences": owners}}
