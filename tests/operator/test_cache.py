"""The cache moves forward only, and holds no Secret."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.port import Manifest, ObjectKey, key_of


def thing(name: str = "x", version: int = 1, owner: str | None = None, **more: Any) -> Manifest:
    metadata: dict[str, Any] = {
        "namespace": "ns",
        "name": name,
        "resourceVersion": str(version),
        "managedFields": [{"manager": "someone"}],
    }
    if owner is not None:
        metadata["ownerReferences"] = [{"uid": owner, "controller": True}]
    return {"kind": "Service", "metadata": metadata, **more}


KEY = ObjectKey("Service", "ns", "x")


def test_keeps_an_object_without_managed_fields() -> None:
    cache = Cache()
    assert cache.put(thing(spec={"a": 1}))
    found = cache.get(KEY)
    assert found is not None
    assert found["spec"] == {"a": 1}
    assert "managedFields" not in found["metadata"]


@given(st.lists(st.integers(1, 20), min_size=1))
def test_never_goes_back_in_time(versions: list[int]) -> None:
    cache = Cache()
    newest = 0
    for version in versions:
        assert cache.put(thing(version=version)) is (version > newest)
        newest = max(newest, version)
        assert cache.version(KEY) == str(newest)


def test_the_deletion_of_a_predecessor_does_not_delete_its_successor() -> None:
    cache = Cache()
    cache.put(thing(version=9))
    assert not cache.drop(KEY, "5")
    assert cache.drop(KEY, "10")
    assert not cache.drop(KEY, "10")
    assert cache.get(KEY) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["u1", "u2", None]))))
def test_children_follow_their_controller(steps: list[tuple[str, str | None]]) -> None:
    cache = Cache()
    expected: dict[str, str | None] = {}
    for version, (name, owner) in enumerate(steps, 1):
        cache.put(thing(name, version, owner))
        expected[name] = owner
    for uid in ("u1", "u2"):
        found = {child["metadata"]["name"] for child in cache.children(uid)}
        assert found == {name for name, owner in expected.items() if owner == uid}


def test_a_list_finds_ghosts_but_not_what_is_newer() -> None:
    cache = Cache()
    for name, version in (("kept", 1), ("ghost", 2), ("newer", 9)):
        cache.put(thing(name, version))
    kept = [key_of(thing("kept"))]
    assert [key.name for key in cache.missing_from("Service", kept, "5")] == ["ghost"]


def test_referrers_are_found_through_models() -> None:
    agent, other = ObjectKey("Agent", "ns", "a"), ObjectKey("Agent", "ns", "b")
    model, secret = ObjectKey("Model", "ns", "m"), ObjectKey("Secret", "ns", "s")
    cache = Cache()
    cache.mention(agent, frozenset({model}))
    cache.mention(other, frozenset({secret}))
    cache.mention(model, frozenset({secret}))
    assert cache.referrers(secret) == {agent, other, model}
    assert cache.referrers(model) == {agent}
    cache.mention(model, frozenset())
    assert cache.referrers(secret) == {other}


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_references_are_versions_only(kind: str) -> None:
    cache, key = Cache(), ObjectKey(kind, "ns", "s")
    assert cache.reference_version(key) is None
    assert cache.put_version(key, "3")
    assert not cache.put_version(key, "3")
    assert not cache.put_version(key, "2")
    assert cache.reference_version(key) == "3"
    assert cache.drop_version(key)
    assert not cache.drop_version(key)
