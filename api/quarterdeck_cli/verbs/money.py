"""``quarterdeck budgets``, ``costs`` and ``usage``: what was spent, by whom, and what is left."""

from collections.abc import Sequence
from typing import Any, Final, Literal

import typer
from rich.text import Text

from quarterdeck_cli.gateway import Gateway
from quarterdeck_cli.gateway_api import Query, call, text
from quarterdeck_cli.tables import Form, show, show_json, show_rows, table

CostForm = Literal["table", "json", "csv"]

_BAR_WIDTH: Final = 20
_REFUSING: Final = ("Exceeded", "TooLittleLeft")
"""States of budgets that let no chat begin."""
_USAGE: Final = {
    "Started": "started_at",
    "Namespace": "namespace",
    "Agent": "agent",
    "Key": "key",
    "Model": "model",
    "Outcome": "outcome",
    "Status": "status",
    "In": "input_tokens",
    "Out": "output_tokens",
    "USD": "cost_usd",
    "Seconds": "seconds",
}
_NUMBERS: Final = ("In", "Out", "USD", "Seconds", "Status")


async def budgets(gateway: Gateway, namespace: str | None, form: Form) -> None:
    """Print each budget with its progress."""
    found = await call(gateway, "GET", "/api/v1/budgets", query={"namespace": namespace})
    if form == "json":
        show_json(found)
    elif not found["items"]:
        typer.echo("no budgets: apply one, see manifests/samples/keys-and-budgets.yaml")
    else:
        _show_budgets(found["items"])


def _show_budgets(items: Sequence[dict[str, Any]]) -> None:
    titles = ("Namespace", "Name", "Scope", "Period", "Spent", "Of", "", "%", "Resets at", "State")
    made = table(titles, right=("Spent", "Of", "%"))
    for item in items:
        percent, state = item.get("percent") or 0, item.get("state") or ""
        style = "red" if percent >= 100 else "yellow" if percent >= 80 else "green"
        filled = min(percent, 100) * _BAR_WIDTH // 100
        bar = Text("█" * filled, style=style).append("░" * (_BAR_WIDTH - filled), style="dim")
        made.add_row(
            item["namespace"],
            item["name"],
            item["scope"],
            item["period"],
            item.get("spent_usd") or "",
            f"{item['amount_usd']:g}",
            bar,
            Text(str(percent), style=style),
            item.get("resets_at") or "never",
            Text(state, style="red" if state in _REFUSING else ""),
        )
    show(made)


async def costs(gateway: Gateway, query: Query, by: Sequence[str], form: CostForm) -> None:
    """Print sums of money and tokens, dearest first."""
    asked = {**query, "by": list(by)}
    if form == "csv":
        typer.echo(await text(gateway, "/api/v1/costs", query=asked | {"format": "csv"}), nl=False)
        return
    found = await call(gateway, "GET", "/api/v1/costs", query=asked)
    if form == "json":
        show_json(found)
        return
    sums = {"Calls": "calls", "In": "input_tokens", "Out": "output_tokens", "USD": "cost_usd"}
    rows = list(found["items"])
    if rows:
        rows.append({**found["total"], by[0]: "TOTAL"})
    show_rows(
        rows,
        {each.capitalize(): each for each in by} | sums,
        right=tuple(sums),
        empty="nothing was spent in that time",
    )


async def usage(gateway: Gateway, query: Query, form: Form) -> None:
    """Print single chats, newest first."""
    found = await call(gateway, "GET", "/api/v1/usage", query=query)
    if form == "json":
        show_json(found)
    else:
        show_rows(found["items"], _USAGE, right=_NUMBERS, empty="no chats in that time")
