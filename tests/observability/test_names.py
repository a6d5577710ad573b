"""Story: nobody asks for a metric that does not exist, and the table tells of each that does."""

import re
from pathlib import Path

import pytest
import yaml

from observability.expressions import FILES, expressions
from observability.promql import metrics_of

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/metrics.md").read_text()
PLANES = {"gateway", "operator", "worker"}
PROMETHEUS_OWN = {"up", "ALERTS"}


def _documented() -> set[str]:
    sections = TABLE.split("\n## ")
    rows = [part for part in sections if part.split("\n")[0] in PLANES]
    return set(re.findall(r"^\| `([a-z_]+)`", "\n".join(rows), re.M))


def _recorded() -> set[str]:
    text = (FILES / "rules/recording.yaml").read_text()
    groups = yaml.safe_load(text)["groups"]
    return {rule["record"] for group in groups for rule in group["rules"]}


KNOWN = _documented() | _recorded() | PROMETHEUS_OWN


@pytest.mark.parametrize("expression", expressions(), ids=lambda e: e.source)
def test_every_metric_asked_for_exists(expression: object) -> None:
    text = getattr(expression, "text", "")
    asked = metrics_of(text)
    assert asked, text
    assert asked <= KNOWN, f"{asked - KNOWN} in {text}"


def test_runbooks_ask_for_metrics_that_exist() -> None:
    for path in (ROOT / "docs/runbooks").glob("*.md"):
        for text in re.findall(r"```promql\n(.+?)\n```", path.read_text(), re.S):
            assert metrics_of(text) <= KNOWN, path.name


def test_names_are_read_out_of_an_expression() -> None:
    text = (
        'histogram_quantile(0.9, sum by (le, a) (rate(x_seconds_bucket{b="c_d"}[5m]))) > 2^30 '
        "and on (a) q:r:rate5m or (y_total * 0.005)"
    )
    assert metrics_of(text) == {"x_seconds", "q:r:rate5m", "y_total"}


def test_units_and_types_follow_prometheus_convention() -> None:
    for line in TABLE.splitlines():
        found = re.match(r"\| `(quarterdeck_[a-z_]+)` \| (\w+) \| ([^|]+) \|", line)
        if found is None:
            continue
        name, type_, unit = found.groups()
        assert name.endswith("_total") == (type_ == "counter"), name
        assert ("seconds" in unit) == ("_seconds" in name), name
        assert not re.search(r"_(ms|milliseconds|micro|percent|kb|mb)(_|$)", name), name
