"""Every PromQL expression of rules and dashboards, ready to be asked of a live Prometheus.

An alert's own expression has an answer only in trouble; without its thresholds it must have one
after ordinary load, which shows that its metrics exist under the names and labels it expects.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from observability.faults import FAULTS

FILES: Final = Path(__file__).parents[2] / "charts/quarterdeck/files"
VARIABLES: Final = {
    "$__rate_interval": "2m",
    "$__range": "1h",
    "$__interval": "15s",
    "$namespace": ".+",
    "$agent": ".+",
}
_THRESHOLD: Final = re.compile(r"\s(?:>=|<=|==|>|<)\s[\d.]+(?:\s\*\s[\d.]+)?")


@dataclass(frozen=True)
class Expression:
    """One expression and when it has an answer."""

    source: str
    """File and alert, record or panel, for people."""
    text: str
    needs: str | None
    """The fault without which there is no answer; None where ordinary load gives one."""


def expressions() -> list[Expression]:
    """All of them, Grafana's variables replaced; "ordinary load" is a few chats, streamed ones too,
    an enforced Budget that pays for them, and six minutes of scraping."""
    return [*_of_rules(), *_of_dashboards()]


def alerts() -> Iterator[tuple[str, dict[str, Any]]]:
    """File name and rule of every alert."""
    for path in sorted((FILES / "rules").glob("*.yaml")):
        for rule in _rules(path):
            if "alert" in rule:
                yield path.name, rule


def panels(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every panel that is not a heading, also those within one."""
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from panel.get("panels", [])


def dashboards() -> dict[str, dict[str, Any]]:
    """Dashboards by file name."""
    found = sorted((FILES / "dashboards").glob("*.json"))
    return {path.name: json.loads(path.read_text()) for path in found}


def _rules(path: Path) -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load(path.read_text())["groups"]:
        yield from group["rules"]


def _of_rules() -> Iterator[Expression]:
    for path in sorted((FILES / "rules").glob("*.yaml")):
        for rule in _rules(path):
            name = rule.get("record") or rule["alert"]
            source, text = f"{path.name}: {name}", " ".join(rule["expr"].split())
            if "record" in rule:
                yield Expression(source, text, FAULTS.get(name))
                continue
            yield Expression(source, text, FAULTS[name])
            yield Expression(
                f"{source}, without thresholds", observed(text), FAULTS.get(f"{name}*")
            )


def observed(text: str) -> str:
    """An alert's expression without what it is compared with."""
    return _THRESHOLD.sub("", text)


def _of_dashboards() -> Iterator[Expression]:
    for name, dashboard in dashboards().items():
        for panel in panels(dashboard):
            for target in panel["targets"]:
                source = f"{name}: {panel['title']}"
                yield Expression(source, _filled(target["expr"]), FAULTS.get(source))


def _filled(text: str) -> str:
    for variable, value in VARIABLES.items():
        text = text.replace(variable, value)
    return text
