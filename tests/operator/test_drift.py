"""Drift: what was built must stand in what is observed, whatever else stands there."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.names import ANNOTATION_CONTENT_HASH
from quarterdeck_operator.drift import contains, drifted, quantity

scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(trees)
def test_everything_contains_itself(tree: Any) -> None:
    assert contains(copy.deepcopy(tree), tree)


@given(st.dictionaries(st.text("xyz", min_size=1), trees), trees)
def test_foreign_fields_are_no_drift(built: dict[str, Any], foreign: Any) -> None:
    assert contains(built | {"foreign": foreign}, built)


@given(st.dictionaries(st.text("xyz", min_size=1), trees, min_size=1), st.data())
def test_a_missing_or_changed_field_is_drift(built: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(built)))
    missing = {k: v for k, v in built.items() if k != name}
    assert not contains(missing, built)
    assert not contains(built | {name: ["changed", built[name]]}, built)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1000m", "1"), (1, "1"), ("0.5", "500m"), ("1Gi", "1024Mi"), ("1k", "1000"), ("50m", "0.05")],
)
def test_equal_quantities_are_no_drift(one: object, other: object) -> None:
    assert quantity(one) == quantity(other)
    assert contains({"resources": {"limits": {"x": one}}}, {"resources": {"limits": {"x": other}}})


def test_quantities_matter_only_in_resources() -> None:
    assert not contains(
        {"env": [{"name": "A", "value": "1000m"}]}, {"env": [{"name": "A", "value": "1"}]}
    )
    assert not contains({"limits": {"memory": "2Gi"}}, {"limits": {"memory": "1Gi"}})
    assert quantity(True) is None


def test_true_is_not_one() -> None:
    assert not contains({"hostNetwork": 1}, {"hostNetwork": True})


def test_merged_lists_tolerate_foreign_items_in_any_order() -> None:
    built = {"env": [{"name": "A", "value": "1"}]}
    assert contains({"env": [{"name": "Z", "value": "9"}, {"name": "A", "value": "1"}]}, built)
    assert not contains({"env": [{"name": "Z", "value": "9"}]}, built)


def test_a_rule_added_to_a_network_policy_is_drift() -> None:
    built = {"ingress": [{"ports": [{"port": 8080}]}]}
    assert not contains({"ingress": [{"ports": [{"port": 8080}]}, {}]}, built)
    assert not contains({"ingress": [{"ports": [{"port": 8080}, {"port": 22}]}]}, built)


def test_another_hash_is_drift_even_where_the_fields_agree() -> None:
    def manifest(hash_: str) -> dict[str, Any]:
        return {"metadata": {"annotations": {ANNOTATION_CONTENT_HASH: hash_}}, "spec": {}}

    assert drifted(manifest("new"), manifest("old"))
    assert not drifted(manifest("new"), manifest("new"))
    assert drifted(manifest("new"), {"metadata": {}, "spec": {}})
