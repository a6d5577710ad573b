"""Story: dashboards are what their code says, and every panel says what it shows."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from observability.expressions import FILES, dashboards, panels

register_default_plugins()
ROOT = Path(__file__).parents[2]
BOARDS = dashboards()
ALL = {name: list(panels(board)) for name, board in BOARDS.items()}


@pytest.fixture
def generated(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "manifests"))
    return importlib.import_module("monitoring.documents")


def test_committed_files_are_the_generated_ones(generated: Any) -> None:
    made = generated.dashboards()
    committed = {path.name: path.read_text() for path in (FILES / "dashboards").iterdir()}
    assert committed == made
    assert (ROOT / "docs/metrics.md").read_text() == generated.table()


def test_the_five_dashboards_have_uids_of_their_own() -> None:
    uids = [board["uid"] for board in BOARDS.values()]
    assert sorted(uids) == [
        f"quarterdeck-{name}" for name in ("agents", "costs", "gateway", "operator", "overview")
    ]
    for board in BOARDS.values():
        assert "id" not in board
        assert board["title"].startswith("Quarterdeck / ")
        assert board["description"]
        assert len(board["uid"]) <= 40


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_every_panel_says_what_it_shows(name: str) -> None:
    ids = [panel["id"] for panel in BOARDS[name]["panels"]]
    assert len(ids) == len(set(ids))
    for panel in ALL[name]:
        assert panel["title"]
        assert panel["description"].endswith(".")
        defaults = panel["fieldConfig"]["defaults"]
        assert defaults["unit"], panel["title"]
        assert defaults["thresholds"]["steps"][0]["value"] is None
        assert [target["expr"] for target in panel["targets"]]
        references = [target["refId"] for target in panel["targets"]]
        assert len(references) == len(set(references))


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_grafanas_types_hold_all_of_it(name: str) -> None:
    """Read into the types that Grafana publishes of its schema and written again: nothing is lost,
    hence nothing is misspelt or in a place where Grafana would not look."""
    read = Dashboard.from_json(BOARDS[name])
    again = json.loads(JSONEncoder(sort_keys=True).encode(read))
    assert again == BOARDS[name]


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_no_data_source_is_hard_coded(name: str) -> None:
    def sources(value: Any) -> list[Any]:
        if isinstance(value, list):
            return [found for each in value for found in sources(each)]
        if not isinstance(value, dict):
            return []
        own = [value["datasource"]] if isinstance(value.get("datasource"), dict) else []
        return own + [found for each in value.values() for found in sources(each)]

    found = sources({"panels": BOARDS[name]["panels"], "list": BOARDS[name]["templating"]["list"]})
    assert found
    assert {source["uid"] for source in found} == {"${datasource}"}
    first = BOARDS[name]["templating"]["list"][0]
    assert (first["name"], first["type"], first["query"]) == (
        "datasource",
        "datasource",
        "prometheus",
    )


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_variables_used_are_variables_declared(name: str) -> None:
    declared = {variable["name"] for variable in BOARDS[name]["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(BOARDS[name])))
    assert used <= declared
    assert declared - {"datasource"} <= used


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_panels_do_not_overlap(name: str) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARDS[name]["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_links_lead_to_runbooks_that_exist() -> None:
    for found in ALL.values():
        for link in (link for panel in found for link in panel.get("links") or ()):
            assert (ROOT / "docs/runbooks" / link["url"].rsplit("/", 1)[1]).exists(), link["url"]


def test_compose_provisions_them_for_grafana() -> None:
    folder = ROOT / "deploy/compose/grafana"
    sources = yaml.safe_load(next((folder / "datasources").iterdir()).read_text())
    assert sources["apiVersion"] == 1
    (source,) = sources["datasources"]
    assert source["type"] == "prometheus"
    assert source["url"].startswith("http://prometheus:")
    (provider,) = yaml.safe_load(next((folder / "dashboards").iterdir()).read_text())["providers"]
    assert provider["type"] == "file"
    mounts = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["grafana"]["volumes"]
    assert any(f"files/dashboards:{provider['options']['path']}" in mount for mount in mounts)
