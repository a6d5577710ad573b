"""What all dashboards share: variables, links to each other, and rows of panels."""

from collections.abc import Sequence
from typing import Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from monitoring.panels import SOURCE, Panel

TAG: Final = "quarterdeck"
OF_AGENT: Final = 'namespace=~"$namespace",agent=~"$agent"'
"""Selects the chosen agents; "All" leaves out chats that were meant for none."""
NAMESPACE: Final = 'namespace=~"$namespace"'
DECLARED: Final = '__name__=~"quarterdeck_resources|quarterdeck_budget_limit_usd"'

Row = tuple[str, Sequence[Panel]]
"""A title and the panels under it."""


def board(
    name: str,
    title: str,
    description: str,
    rows: Sequence[Row],
    variables: Sequence[dashboard.QueryVariable] = (),
) -> dashboard.Dashboard:
    """A dashboard whose uid is ``quarterdeck-<name>``."""
    built = (
        dashboard.Dashboard(f"Quarterdeck / {title}")
        .uid(f"quarterdeck-{name}")
        .description(description)
        .tags([TAG])
        .editable()
        .refresh("30s")
        .time("now-1h", "now")
        .timezone("browser")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(_others())
        .with_variable(_datasource())
    )
    for variable in variables:
        built = built.with_variable(variable)
    for heading, panels in rows:
        built = built.with_row(dashboard.Row(heading))
        for panel in panels:
            built = built.with_panel(panel)
    return built


def namespaces() -> dashboard.QueryVariable:
    """The variable ``namespace``: where something of ours is declared."""
    return _choice(
        "namespace",
        "Namespace",
        "Namespaces of agents and budgets.",
        f"label_values({{{DECLARED}}}, namespace)",
    )


def agents() -> dashboard.QueryVariable:
    """The variable ``agent``: who has been chatted with in the chosen namespaces."""
    return _choice(
        "agent",
        "Agent",
        "Agents that this installation's gateways know chats of.",
        f"label_values(quarterdeck_gateway_requests_total{{{NAMESPACE}}}, agent)",
    )


def _datasource() -> dashboard.DatasourceVariable:
    variable = dashboard.DatasourceVariable("datasource").label("Data source")
    return variable.type("prometheus").description("The Prometheus that reads this installation.")


def _choice(name: str, label: str, description: str, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .description(description)
        .datasource(SOURCE)
        .query(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".+")
        .current(VariableOption(selected=True, text="All", value="$__all"))
    )


def _others() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("Quarterdeck").type(DashboardLinkType.DASHBOARDS)
    return link.tags([TAG]).as_dropdown(True).include_vars(True).keep_time(True)
