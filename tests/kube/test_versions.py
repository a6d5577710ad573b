"""Whatever the connection loses, the reported events add up to what is there."""

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_kube.resources import AGENT, Manifest
from quarterdeck_kube.versions import Key, Versions, key_of


def manifest(key: Key, version: str) -> Manifest:
    return {"metadata": {"namespace": key[0], "name": key[1], "resourceVersion": version}}


states = st.dictionaries(
    st.tuples(st.sampled_from(["", "x", "y"]), st.sampled_from("abc")), st.sampled_from("123")
)


@given(st.lists(states, max_size=6))
def test_lists_alone_keep_a_cache_exact(history: list[dict[Key, str]]) -> None:
    versions, cache = Versions(AGENT), dict[Key, str]()
    for state in history:
        for key, version in state.items():
            event = versions.present(manifest(key, version))
            assert event == expected(cache.get(key), version)
            cache[key] = version
        for tombstone in versions.retain(state.keys()):
            del cache[key_of(tombstone)]
        assert cache == state
        assert len(versions) == len(state)


def expected(before: str | None, now: str) -> str | None:
    if before is None:
        return "ADDED"
    return None if before == now else "MODIFIED"


def test_a_tombstone_names_what_is_gone() -> None:
    versions = Versions(AGENT)
    versions.present(manifest(("demo", "a"), "7"))

    assert versions.retain(set()) == [
        {
            "apiVersion": "quarterdeck.dev/v1alpha1",
            "kind": "Agent",
            "metadata": {"name": "a", "namespace": "demo", "resourceVersion": "7"},
        }
    ]


def test_a_deletion_is_reported_once() -> None:
    versions = Versions(AGENT)
    versions.present(manifest(("demo", "a"), "7"))

    assert versions.deleted(manifest(("demo", "a"), "8")) == "DELETED"
    assert versions.deleted(manifest(("demo", "a"), "8")) is None
