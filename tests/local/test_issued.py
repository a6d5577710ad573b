"""Keys that were issued outlive the process; everything else is derived anew."""

import sqlite3
from typing import Any

import pytest

from quarterdeck_local.issued import IssuedKeys
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import ObjectKey

KEY = ObjectKey("ApiKey", "default", "ci")
SECRET = ObjectKey("Secret", "default", "apikey-ci")
STATUS = {"keys": [{"hash": "a" * 64}]}


def api_key() -> dict[str, Any]:
    return {"kind": "ApiKey", "metadata": {"namespace": "default", "name": "ci"}, "spec": {}}


def secret(owner: str, value: str = "c2VjcmV0") -> dict[str, Any]:
    return {
        "kind": "Secret",
        "metadata": {
            "namespace": "default",
            "name": "apikey-ci",
            "labels": {"quarterdeck.dev/api-key": "ci"},
            "ownerReferences": [{"kind": "ApiKey", "name": "ci", "uid": owner}],
        },
        "data": {"key": value},
    }


@pytest.fixture
def database() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def started(database: sqlite3.Connection, *manifests: dict[str, Any]) -> ObjectStore:
    """A store as after a start: what people applied, and what was kept."""
    store = ObjectStore()
    for manifest in manifests:
        store.put(manifest)
    issued = IssuedKeys(database)
    issued.restore(store)
    store.subscribe(issued.observe)
    return store


def issue(store: ObjectStore) -> None:
    owner = store.get(KEY)
    assert owner is not None
    store.put(secret(owner["metadata"]["uid"]))
    store.put_status(KEY, STATUS)


def test_a_key_comes_back_as_that_of_the_new_object(database: sqlite3.Connection) -> None:
    issue(started(database, api_key()))
    store = started(database, api_key())
    again, owner = store.get(SECRET), store.get(KEY)
    assert again is not None
    assert owner is not None
    assert owner["status"] == STATUS
    assert again["data"] == {"key": "c2VjcmV0"}
    assert again["metadata"]["ownerReferences"][0]["uid"] == owner["metadata"]["uid"]


def test_a_key_that_nobody_declares_any_more_is_forgotten(database: sqlite3.Connection) -> None:
    issue(started(database, api_key()))
    started(database)
    assert started(database, api_key()).get(SECRET) is None


def test_a_deleted_key_is_forgotten_with_its_secret(database: sqlite3.Connection) -> None:
    store = started(database, api_key())
    issue(store)
    store.delete(KEY)
    again = started(database, api_key())
    assert again.get(SECRET) is None
    assert "status" not in (again.get(KEY) or {})


def test_other_secrets_are_not_kept(database: sqlite3.Connection) -> None:
    store = started(database, api_key())
    store.put({"kind": "Secret", "metadata": {"namespace": "default", "name": "x"}, "data": {}})
    assert database.execute("SELECT count(*) FROM issued_keys").fetchone() == (0,)
