"""Panels as Quarterdeck's dashboards use them: few shapes, each with unit, description and query.

A panel without a description or a unit cannot be made; Grafana's own builders would let it pass.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from string import ascii_uppercase
from typing import Final, TypedDict, TypeVar, Unpack

from grafana_foundation_sdk.builders import bargauge, common, dashboard, stat, table, timeseries
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.cog.builder import Builder
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
from grafana_foundation_sdk.models.dashboard import Panel as PanelModel
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

RUNBOOKS: Final = "https://quarterdeck.dev/docs/runbooks"
SOURCE: Final = DataSourceRef(type_val="prometheus", uid="${datasource}")
SIXTH, QUARTER, THIRD, HALF = 4, 6, 8, 12
"""Widths, of Grafana's 24 columns."""
_FLAT, _TALL = 4, 8

Panel = Builder[PanelModel]
Step = tuple[float | None, str]
"""From which value on, and the colour; the first one from None."""
GOOD: Final[tuple[Step, ...]] = ((None, "green"),)
RED_BELOW_ONE: Final[tuple[Step, ...]] = ((None, "red"), (1, "green"))


class Unit(StrEnum):
    """Grafana's names of the units in use; a share is 1 for all, shown as 100 %."""

    BYTES = "bytes"
    DOLLARS = "currencyUSD"
    NUMBER = "short"
    OPERATIONS = "ops"
    REQUESTS = "reqps"
    SECONDS = "s"
    SHARE = "percentunit"
    YES_NO = "bool_yes_no"


@dataclass(frozen=True)
class Query:
    """One PromQL expression and what its series are called."""

    expr: str
    legend: str = ""


class Look(TypedDict, total=False):
    """What may differ from the usual panel. ``runbook`` is the name of an alert."""

    width: int
    steps: Sequence[Step]
    runbook: str


def above(*, orange: float | None = None, red: float | None = None) -> tuple[Step, ...]:
    """Green, and another colour from a value on."""
    colours = ((orange, "orange"), (red, "red"))
    return (*GOOD, *((value, colour) for value, colour in colours if value is not None))


def lines(
    title: str,
    description: str,
    unit: Unit,
    *queries: Query,
    stacked: bool = False,
    **look: Unpack[Look],
) -> Panel:
    """Values over time."""
    panel = _described(timeseries.Panel().height(_TALL), title, description, unit, **look)
    panel = panel.tooltip(
        common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
    )
    panel = panel.legend(
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
    )
    panel = panel.line_width(1).fill_opacity(10).gradient_mode(GraphGradientMode.OPACITY).min(0)
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL))
    for target in _targets(queries):
        panel = panel.with_target(target.range())
    return panel


def figure(title: str, description: str, unit: Unit, query: Query, **look: Unpack[Look]) -> Panel:
    """One number as it is now, in the colour of its threshold."""
    panel = _described(stat.Panel().height(_FLAT), title, description, unit, **look)
    panel = panel.reduce_options(_latest()).graph_mode(BigValueGraphMode.NONE)
    for target in _targets([query]):
        panel = panel.with_target(target.instant())
    return panel


def bars(
    title: str, description: str, unit: Unit, query: Query, *, most: float, **look: Unpack[Look]
) -> Panel:
    """One bar for each series, from 0 to ``most``."""
    panel = _described(bargauge.Panel().height(_TALL), title, description, unit, **look)
    panel = panel.reduce_options(_latest()).min(0).max(most)
    for target in _targets([query]):
        panel = panel.with_target(target.instant())
    return panel


def rows(title: str, description: str, unit: Unit, query: Query, **look: Unpack[Look]) -> Panel:
    """One row for each series as it is now."""
    panel = _described(table.Panel().height(_TALL), title, description, unit, **look)
    panel = panel.show_header(True)
    for target in _targets([query]):
        panel = panel.with_target(target.instant().format(PromQueryFormat.TABLE))
    return panel


_Shape = TypeVar("_Shape", timeseries.Panel, stat.Panel, bargauge.Panel, table.Panel)


def _described(
    panel: _Shape,
    title: str,
    description: str,
    unit: Unit,
    *,
    width: int = HALF,
    steps: Sequence[Step] = GOOD,
    runbook: str | None = None,
) -> _Shape:
    colours = [Threshold(value=value, color=colour) for value, colour in steps]
    panel = (
        panel.title(title)
        .description(description)
        .unit(unit.value)
        .datasource(SOURCE)
        .span(width)
        .thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(colours))
    )
    return panel.links([_runbook(runbook)]) if runbook else panel


def _runbook(alert: str) -> dashboard.DashboardLink:
    link = dashboard.DashboardLink(f"Runbook {alert}").type(DashboardLinkType.LINK)
    return link.url(f"{RUNBOOKS}/{alert}.md").target_blank(True)


def _latest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _targets(queries: Sequence[Query]) -> Iterator[Dataquery]:
    for letter, query in zip(ascii_uppercase, queries, strict=False):
        target = Dataquery().expr(query.expr).ref_id(letter).datasource(SOURCE)
        yield target.legend_format(query.legend) if query.legend else target
