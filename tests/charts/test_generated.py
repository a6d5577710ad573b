"""What is committed is what its sources say, and Helm's linter has nothing to say."""

import json
import re
from pathlib import Path

import helm_python
import jsonschema
import pytest
import yaml

from support.charts import ROOT, render

from chart_files import CHARTS, chart_files, dump  # isort: skip
from chart_values.documents import defaults, schema  # isort: skip
from chart_values.root import Chart, DefinitionsChart  # isort: skip
from rendering import installation  # isort: skip

charts = pytest.mark.parametrize("name", ["quarterdeck", "quarterdeck-crds"])


@pytest.mark.parametrize("path", chart_files(), ids=lambda path: str(path.relative_to(CHARTS)))
def test_committed_files_are_fresh(path: Path) -> None:
    assert path.read_text() == chart_files()[path], "run `make generate`"


def test_install_yaml_is_a_rendering_of_the_charts() -> None:
    assert (ROOT / "manifests" / "install.yaml").read_text() == dump(*installation())


@charts
def test_values_fit_their_schema(name: str) -> None:
    found = json.loads((CHARTS / name / "values.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(found)
    jsonschema.validate(yaml.safe_load((CHARTS / name / "values.yaml").read_text()), found)


@pytest.mark.parametrize("chart", [Chart, DefinitionsChart])
def test_every_value_is_explained(chart: type[Chart]) -> None:
    def check(node: dict[str, object], path: str) -> None:
        for key, part in (node.get("properties") or {}).items():  # type: ignore[attr-defined]
            assert part.get("description"), f"{path}.{key}"
            if "properties" in part:
                # A chart above this one has things to say to others there.
                assert part["additionalProperties"] is (key == "global"), f"{path}.{key}"
            check(part, f"{path}.{key}")

    check(schema(chart), "")
    assert defaults(chart)


@charts
def test_the_readme_names_every_value_that_templates_use(name: str) -> None:
    text = (CHARTS / name / "README.md").read_text()
    for template in (CHARTS / name / "templates").rglob("*"):
        if template.is_file():
            for used in re.findall(r"[^$\w]\.Values\.([a-zA-Z]+)", template.read_text()):
                assert f"| `{used}" in text, f"{template.name} uses {used}"


@charts
def test_the_linter_is_content(name: str) -> None:
    found = helm_python.lint(str(CHARTS / name))
    messages = found["messages"] if isinstance(found, dict) else found
    assert not [m for m in messages if str(m.get("severity", "")).lower() in ("error", "warning")]


def test_definitions_stay_unless_that_is_switched_off() -> None:
    kept = [d for d in render("quarterdeck-crds") if d["kind"] == "CustomResourceDefinition"]
    assert len(kept) == 4
    for crd in kept:
        assert crd["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    for crd in render("quarterdeck-crds", {"keep": False, "aggregatedRoles": False}):
        assert crd["kind"] == "CustomResourceDefinition"
        assert "annotations" not in crd["metadata"]
