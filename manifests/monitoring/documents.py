"""All that is generated for observability: dashboards from code, and the table of metrics."""

from pathlib import Path
from typing import Final

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from monitoring.dashboards import agents, costs, gateway, operator, overview
from monitoring.metrics_table import table

ROOT: Final = Path(__file__).parents[2]
DASHBOARDS: Final = ROOT / "charts/quarterdeck/files/dashboards"
METRICS: Final = ROOT / "docs/metrics.md"
_BOARDS: Final = (overview, gateway, agents, costs, operator)


def dashboards() -> dict[str, str]:
    """JSON by file name."""
    return {
        f"{module.__name__.rpartition('.')[2]}.json": _json(module.build()) for module in _BOARDS
    }


def write() -> None:
    """Write every file; ``make generate`` calls it."""
    DASHBOARDS.mkdir(parents=True, exist_ok=True)
    for name, text in dashboards().items():
        (DASHBOARDS / name).write_text(text)
    METRICS.write_text(table())


def _json(builder: Dashboard) -> str:
    built = builder.build()
    # Grafana would number panels itself, anew at each import; links to a panel hold on to numbers.
    for number, panel in enumerate(built.panels or (), start=1):
        panel.id_val = number
    return JSONEncoder(sort_keys=True, indent=2).encode(built) + "\n"
