from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from quarterdeck_contract.crds import definition, definitions
from quarterdeck_contract.v1alpha1.agent import Agent

ROOT = Path(__file__).parents[2]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("properties", {}).values():
        yield from _nodes(child)
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from _nodes(node[key])


@pytest.mark.parametrize("crd", definitions(), ids=lambda crd: crd["metadata"]["name"])
def test_schemas_are_structural_and_described(crd: dict[str, Any]) -> None:
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for node in _nodes(schema):
        assert node.keys().isdisjoint({"$ref", "anyOf", "title", "$defs", "const"})
        assert "type" in node or node.get("x-kubernetes-int-or-string"), node
        if node.get("type") == "array":
            assert "maxItems" in node, "CEL's cost budget needs a bound"
        if node.get("type") == "string" and "enum" not in node and "format" not in node:
            assert "maxLength" in node or node in (
                schema["properties"]["apiVersion"],
                schema["properties"]["kind"],
            ), node


@pytest.mark.parametrize("crd", definitions(), ids=lambda crd: crd["metadata"]["name"])
def test_kubectl_explain_has_something_to_say(crd: dict[str, Any]) -> None:
    schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for node in _nodes(schema["properties"]["spec"]):
        silent = [
            n for n, child in node.get("properties", {}).items() if "description" not in child
        ]
        assert not silent


@pytest.mark.parametrize("crd", definitions(), ids=lambda crd: crd["metadata"]["name"])
def test_committed_files_are_what_the_models_say(crd: dict[str, Any]) -> None:
    path = ROOT / "manifests" / "crds" / f"{crd['spec']['names']['plural']}.yaml"
    assert yaml.safe_load(path.read_text()) == crd, "run `make generate`"


def test_agents_can_be_scaled_and_seen() -> None:
    version = definition(Agent)["spec"]["versions"][0]
    assert version["subresources"]["scale"]["specReplicasPath"] == ".spec.replicas"
    shown = [c["name"] for c in version["additionalPrinterColumns"] if not c.get("priority")]
    assert shown == ["Ready", "Reason", "Model", "Replicas", "Age"]
