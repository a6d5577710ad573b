from typing import Any

import pytest

from quarterdeck_local.errors import Conflict, NotFound
from quarterdeck_local.store import EventType, ObjectStore
from quarterdeck_operator.cluster.port import Manifest, ObjectKey

KEY = ObjectKey("Agent", "default", "demo")


def thing(name: str = "demo", kind: str = "Agent", *owners: str, **spec: Any) -> Manifest:
    references = [{"uid": uid, "kind": "Agent", "name": "x"} for uid in owners]
    metadata = {"name": name, "namespace": "default"}
    return {
        "kind": kind,
        "metadata": metadata | ({"ownerReferences": references} if references else {}),
        "spec": spec,
    }


class Heard:
    def __init__(self, store: ObjectStore) -> None:
        self.events: list[tuple[EventType, str]] = []
        store.subscribe(lambda event, each: self.events.append((event, each["metadata"]["name"])))


def test_created_objects_get_what_a_server_gives() -> None:
    metadata = ObjectStore(now=lambda: "2026-01-01T00:00:00Z").put(thing())["metadata"]
    assert metadata["generation"] == 1
    assert metadata["creationTimestamp"] == "2026-01-01T00:00:00Z"
    assert metadata["uid"]
    assert metadata["resourceVersion"] == "1"


def test_a_changed_spec_is_a_new_generation_of_the_same_object() -> None:
    store = ObjectStore()
    first, second = store.put(thing(a=1)), store.put(thing(a=2))
    assert second["metadata"]["uid"] == first["metadata"]["uid"]
    assert second["metadata"]["generation"] == 2
    assert int(second["metadata"]["resourceVersion"]) > int(first["metadata"]["resourceVersion"])
    assert first["spec"] == {"a": 1}, "stored objects are never changed in place"


def test_labels_and_status_are_no_new_generation() -> None:
    store = ObjectStore()
    store.put(thing())
    store.put_status(KEY, {"ready": True})
    labelled = thing()
    labelled["metadata"]["labels"] = {"a": "b"}
    stored = store.put(labelled)
    assert stored["metadata"]["generation"] == 1
    assert stored["status"] == {"ready": True}


def test_nobody_hears_of_a_write_that_changes_nothing() -> None:
    store = ObjectStore()
    store.put(thing(a=1))
    store.put_status(KEY, {"ready": True})
    heard, version = Heard(store), store.resource_version
    store.put(thing(a=1))
    store.put_status(KEY, {"ready": True})
    assert heard.events == [("ADDED", "demo")], "only the replay"
    assert store.resource_version == version


def test_a_write_cannot_set_the_status() -> None:
    store = ObjectStore()
    store.put(thing())
    assert "status" not in store.put(thing() | {"status": {"ready": True}})


def test_what_an_owner_leaves_behind_is_collected() -> None:
    store = ObjectStore()
    owner = store.put(thing())["metadata"]["uid"]
    child = store.put(thing("child", "Deployment", owner))["metadata"]["uid"]
    store.put(thing("grandchild", "Pod", child))
    store.put(thing("stranger", "Pod"))
    heard = Heard(store)
    store.delete(KEY)
    assert heard.events[4:] == [
        ("DELETED", "demo"),
        ("DELETED", "child"),
        ("DELETED", "grandchild"),
    ]
    assert [each["metadata"]["name"] for each in store.list("Pod")] == ["stranger"]


def test_an_object_with_two_owners_goes_with_the_last() -> None:
    store = ObjectStore()
    one, two = (store.put(thing(name))["metadata"]["uid"] for name in ("one", "two"))
    store.put(thing("child", "Pod", one, two))
    store.delete(ObjectKey("Agent", "default", "one"))
    assert store.list("Pod")
    store.delete(ObjectKey("Agent", "default", "two"))
    assert not store.list("Pod")


def test_a_child_that_comes_after_its_owner_is_gone_does_not_stay() -> None:
    store = ObjectStore()
    store.put(thing("late", "Deployment", "uid-of-nobody"))
    assert not store.list("Deployment")


def test_a_deletion_can_insist_on_the_very_object() -> None:
    store = ObjectStore()
    store.put(thing())
    with pytest.raises(Conflict, match="replaced"):
        store.delete(KEY, uid="another")
    store.delete(KEY)
    with pytest.raises(NotFound, match='Agent "demo" not found'):
        store.delete(KEY)
    with pytest.raises(NotFound):
        store.put_status(KEY, {})


def test_deleted_is_told_with_a_newer_version() -> None:
    store = ObjectStore()
    stored = store.put(thing())
    versions: list[int] = []
    store.subscribe(lambda _, each: versions.append(int(each["metadata"]["resourceVersion"])))
    store.delete(KEY)
    assert versions == [1, 2]
    assert stored["metadata"]["resourceVersion"] == "1"


def test_lists_are_by_kind_namespace_and_label() -> None:
    store = ObjectStore()
    for name in ("b", "a"):
        labelled = thing(name)
        labelled["metadata"]["labels"] = {"name": name, "all": ""}
        store.put(labelled)
    names = [each["metadata"]["name"] for each in store.list("Agent", "default", "all")]
    assert names == ["a", "b"]
    assert len(store.list("Agent", labels="name=a,all")) == 1
    assert store.list("Agent", "elsewhere") == []
    assert store.list("Model") == []
