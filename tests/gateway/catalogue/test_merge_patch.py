"""The difference of two objects leads from one to the other."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck_gateway.catalogue.merge_patch import difference, merged

VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


@settings(deadline=None)
@given(OBJECTS, OBJECTS)
def test_the_difference_leads_from_one_to_the_other(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert merged(old, difference(old, new)) == new


@settings(deadline=None)
@given(OBJECTS)
def test_there_is_no_difference_to_oneself(same: dict[str, Any]) -> None:
    assert difference(same, same) == {}


def test_a_patch_in_words() -> None:
    old = {"keep": 1, "drop": 2, "inner": {"a": 1, "b": 2}, "list": [1, 2]}
    new = {"keep": 1, "inner": {"a": 1, "b": 3}, "list": [2], "add": {"c": 4}}
    assert difference(old, new) == {
        "drop": None,
        "inner": {"b": 3},
        "list": [2],
        "add": {"c": 4},
    }
    assert merged({"inner": 1}, {"inner": {"a": 1}}) == {"inner": {"a": 1}}
