"""install.yaml: one file for those without Helm, in an order that one `kubectl apply` can take."""

from pathlib import Path
from typing import Any

import yaml

SYSTEM = "quarterdeck-system"
MANIFEST = Path(__file__).parents[2] / "manifests" / "install.yaml"
DOCUMENTS: list[dict[str, Any]] = list(yaml.safe_load_all(MANIFEST.read_text()))


def test_all_lives_in_one_namespace_that_enforces_restricted_pods() -> None:
    namespace = DOCUMENTS[0]
    assert namespace["kind"] == "Namespace", "whatever is in it comes after it"
    assert namespace["metadata"]["name"] == SYSTEM
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    placed = {d["metadata"]["namespace"] for d in DOCUMENTS if "namespace" in d["metadata"]}
    assert placed == {SYSTEM}


def test_nothing_is_of_a_kind_that_the_same_file_defines() -> None:
    defined = {
        d["spec"]["names"]["kind"] for d in DOCUMENTS if d["kind"] == "CustomResourceDefinition"
    }
    assert len(defined) == 4
    assert not defined & {d["kind"] for d in DOCUMENTS}, "kubectl would not know it yet"


def test_nothing_waits_for_helm() -> None:
    for document in DOCUMENTS:
        annotations = document["metadata"].get("annotations") or {}
        assert not [name for name in annotations if name.startswith("helm.sh/")]


def test_no_secret_is_shipped() -> None:
    assert "Secret" not in {d["kind"] for d in DOCUMENTS}


def test_a_namespace_is_closed_by_default() -> None:
    specs = [d["spec"] for d in DOCUMENTS if d["kind"] == "NetworkPolicy"]
    assert {"podSelector": {}, "policyTypes": ["Ingress"]} in specs
