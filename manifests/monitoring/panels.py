"""Panels as Quarterdeck's dashboards use them: few shapes, each with unit, description and query.

A panel without a description or a unit cannot be made; Grafana's own builders would let it pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Final

from grafana_foundation_sdk.builders import bargauge, common, dashboard, stat, table, timeseries
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    GraphGradientMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

RUNBOOKS: Final = "https://quarterdeck.dev/docs/runbooks"
SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
Step = tuple[float | None, str]
"""From which value on, and the colour; the first one from None."""
GOOD: Final[tuple[Step, ...]] = ((None, "green"),)


@dataclass(frozen=True)
class Query:
    """One PromQL expression and what its series are called."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Facts:
    """What every panel must have. ``unit`` is one of Grafana's; ``runbook`` an alert's name."""

    title: str
    description: str
    unit: str
    queries: Sequence[Query]
    width: int = 12
    height: int = 8
    steps: Sequence[Step] = GOOD
    runbook: str | None = None


def lines(facts: Facts, *, stacked: bool = False, least: float | None = 0) -> Any:
    """Values over time."""
    panel = _begun(timeseries.Panel(), facts).tooltip(
        common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
    )
    panel = panel.legend(
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
    )
    panel = panel.line_width(1).fill_opacity(10).gradient_mode(GraphGradientMode.OPACITY)
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    if least is not None:
        panel = panel.min(least)
    return _with_targets(panel, facts, instant=False)


def figure(facts: Facts) -> Any:
    """One number as it is now, in the colour of its threshold."""
    panel = _begun(stat.Panel(), facts).reduce_options(_latest())
    return _with_targets(panel.graph_mode(BigValueGraphMode.NONE), facts, instant=True)


def bars(facts: Facts, *, most: float | None = None) -> Any:
    """One bar for each series."""
    panel = _begun(bargauge.Panel(), facts).reduce_options(_latest()).min(0)
    if most is not None:
        panel = panel.max(most)
    return _with_targets(panel, facts, instant=True)


def rows(facts: Facts) -> Any:
    """One row for each series as it is now."""
    panel = _begun(table.Panel(), facts).show_header(True)
    for target in _targets(facts):
        panel = panel.with_target(target.instant().format(PromQueryFormat.TABLE))
    return panel


def _latest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _begun(panel: Any, facts: Facts) -> Any:
    steps = [Threshold(value=value, color=color) for value, color in facts.steps]
    panel = (
        panel.title(facts.title)
        .description(facts.description)
        .unit(facts.unit)
        .datasource(SOURCE)
        .span(facts.width)
        .height(facts.height)
        .thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
    )
    return panel.links([_runbook(facts.runbook)]) if facts.runbook else panel


def _runbook(alert: str) -> dashboard.DashboardLink:
    link = dashboard.DashboardLink(f"Runbook {alert}").type(DashboardLinkType.LINK)
    return link.url(f"{RUNBOOKS}/{alert}.md").target_blank(True)


def _with_targets(panel: Any, facts: Facts, *, instant: bool) -> Any:
    for target in _targets(facts):
        panel = panel.with_target(target.instant() if instant else target.range())
    return panel


def _targets(facts: Facts) -> Iterator[Dataquery]:
    for letter, query in zip(ascii_uppercase, facts.queries, strict=False):
        target = Dataquery().expr(query.expr).ref_id(letter).datasource(SOURCE)
        yield target.legend_format(query.legend) if query.legend else target
