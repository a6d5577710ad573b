"""What no manifest may hold is refused with its path, in words that can be written."""

from typing import Any

import pytest

from quarterdeck_gateway.errors import InvalidRequest
from quarterdeck_gateway.manifests.judgement import judged
from quarterdeck_gateway.manifests.wellformed import MAX_DEPTH, form_errors
from support.management import manifest_of

HALF = "\ud800"


def deep(levels: int) -> Any:
    value: Any = "end"
    for _ in range(levels):
        value = [value]
    return value


def an_agent(**spec: Any) -> dict[str, Any]:
    return manifest_of("Agent", "demo", {"model": "small", "instructions": "Be brief.", **spec})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"metadata": {"name": "demo", "labels": {"a": HALF}}}, "metadata.labels.a"),
        (
            {"metadata": {"name": "demo", "annotations": {HALF: "a"}}},
            r"metadata.annotations.\ud800",
        ),
        ({"metadata": {"name": HALF}}, "metadata.name"),
        ({"spec": {"instructions": f"Be {HALF}"}}, "spec.instructions"),
        (
            {"spec": {"runtime": {"env": [{"name": "A", "value": HALF}]}}},
            "spec.runtime.env[0].value",
        ),
        ({"spec": {HALF: 1}}, r"spec.\ud800"),
        ({HALF: 1}, r"\ud800"),
        ({"kind": HALF}, "kind"),
        ({"spec": {"replicas": float("nan")}}, "spec.replicas"),
        ({"spec": {"replicas": float("inf")}}, "spec.replicas"),
        ({"spec": {"replicas": 2**63}}, "spec.replicas"),
    ],
)
def test_it_is_refused_with_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        judged("Agent", "team-a", "demo", an_agent() | change, {})
    assert refused.value.param == field
    assert refused.value.message.startswith(field)
    assert refused.value.message.encode()


@pytest.mark.parametrize("levels", [MAX_DEPTH, 900, 100_000])
def test_nesting_has_an_end(levels: int) -> None:
    [error] = form_errors(an_agent(tools=deep(levels)))
    assert error.field.startswith("spec.tools[0]")
    assert "nested more than 64 levels deep" in error.message
    assert len(error.field) < 100


def test_there_are_not_too_many_complaints() -> None:
    assert len(form_errors({"spec": [HALF] * 1000})) == 20


def test_what_is_in_order_passes() -> None:
    fine = an_agent(description="Grüße 🙂", replicas=2**62, on=True, nothing=None, ratio=0.5)
    assert form_errors(fine | {"deep": deep(MAX_DEPTH - 1)}) == []


@pytest.mark.parametrize("texts", [[], "", 0, False, ["a"]])
def test_labels_are_a_mapping(texts: Any) -> None:
    manifest = an_agent()
    manifest["metadata"]["labels"] = texts
    with pytest.raises(InvalidRequest) as refused:
        judged("Agent", "team-a", "demo", manifest, {})
    assert refused.value.param == "metadata.labels"
