"""Story: every alert is well-formed, fires when it should and only then, and says what to do."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from observability.expressions import FILES, alerts

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs/runbooks"
BASE = "https://quarterdeck.dev/docs/runbooks/"
RULES = sorted((FILES / "rules").glob("*.yaml"))
UNIT_TESTS = sorted((Path(__file__).parent / "rules").glob("*.yaml"))
ALERTS = {rule["alert"]: rule for _, rule in alerts()}


def _promtool(*arguments: str | Path) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_rules() -> None:
    _promtool("check", "rules", *RULES)


@pytest.mark.parametrize("path", UNIT_TESTS, ids=lambda path: path.stem)
def test_alerts_fire_and_are_quiet(path: Path) -> None:
    _promtool("test", "rules", path)


def test_each_alert_is_seen_firing_and_quiet() -> None:
    firing: set[str] = set()
    quiet: set[str] = set()
    for path in UNIT_TESTS:
        for case in yaml.safe_load(path.read_text())["tests"]:
            (check,) = case["promql_expr_test"]
            (name,) = re.findall(r'alertname="(\w+)"', check["expr"])
            assert name in ALERTS
            (firing if check["exp_samples"] else quiet).add(name)
    assert firing == quiet == ALERTS.keys()


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_an_alert_says_what_to_do(name: str) -> None:
    rule: dict[str, Any] = ALERTS[name]
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    said = rule["annotations"]
    assert said.keys() == {"summary", "description", "runbook_url"}
    assert len(said["description"]) > 80
    assert said["runbook_url"] == f"{BASE}{name}.md"
    text = (RUNBOOKS / f"{name}.md").read_text()
    headings = re.findall(r"^##? (.+)$", text, re.M)
    assert headings == [name, "Impact", "Diagnosis", "Mitigation"]
    assert "```" in text


def test_every_runbook_is_an_alerts() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == ALERTS.keys()


def test_runbooks_link_to_runbooks_that_exist() -> None:
    for path in RUNBOOKS.glob("*.md"):
        for link in re.findall(r"\]\((\w+\.md)\)", path.read_text()):
            assert (RUNBOOKS / link).exists(), f"{path.name}: {link}"
