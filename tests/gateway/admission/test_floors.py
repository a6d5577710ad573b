"""Which agents count on a key's budget: found once for many keys, and the same as one by one."""

from fnmatch import fnmatchcase
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.names import SYSTEM_NAMESPACE
from quarterdeck_gateway.admission.room import Floors
from quarterdeck_gateway.catalogue.entries import key_entry
from quarterdeck_gateway.catalogue.port import KeyEntry
from support.declared import api_key

NAMES = st.text("ab-.", min_size=1, max_size=4)
PATTERNS = st.lists(st.text("ab-.*?[!]", min_size=1, max_size=4), min_size=1, max_size=3)
AGENTS = st.dictionaries(
    NAMES, st.dictionaries(NAMES, st.integers(0, 9), min_size=1, max_size=4), max_size=4
)


def key(name: str = "ci", **spec: Any) -> KeyEntry:
    return key_entry(api_key(name, f"qd_{name}", namespace="team-a", **spec), SYSTEM_NAMESPACE)


def opening(namespaces: list[str], agents: list[str]) -> KeyEntry:
    made = key()
    return KeyEntry(**vars(made) | {"namespaces": tuple(namespaces), "agents": tuple(agents)})


@given(AGENTS, PATTERNS, PATTERNS)
def test_a_key_opens_what_its_patterns_match(
    agents: dict[str, dict[str, int]], namespaces: list[str], names: list[str]
) -> None:
    expected = {
        f"{namespace}/{name}": floor
        for namespace, found in agents.items()
        for name, floor in found.items()
        if any(fnmatchcase(namespace, each) for each in namespaces)
        and any(fnmatchcase(name, each) for each in names)
    }
    counted = Floors(agents).opened(opening(namespaces, names))
    assert dict(zip(counted.agents, counted.floors, strict=True)) == expected
    assert counted.ascending == tuple(sorted(expected.values()))


def test_keys_with_the_same_patterns_are_matched_once() -> None:
    floors = Floors({"team-a": {"shop": 1}})
    one, two = key("one", agents=["sh*"]), key("two", agents=["sh*"])
    assert floors.opened(one) is floors.opened(two)
    assert floors.opened(one) is not floors.opened(key("three", agents=["*"]))
