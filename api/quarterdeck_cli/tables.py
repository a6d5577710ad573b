"""Rows for people, or for programs: one way to print both, the same in every command."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

Form = Literal["table", "json"]
_ENDLESS: Final = 10_000
_C1: Final = re.compile("[\x7f-\x9f]")


def console() -> Console:
    """stdout. A pipe has no width: nothing may be cut off for the program that reads it."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=_ENDLESS)


def table(titles: Sequence[str], *, right: Sequence[str] = ()) -> Table:
    """An empty table in the style of kubectl; the columns in ``right`` hold numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for title in titles:
        made.add_column(title.upper(), no_wrap=True, justify="right" if title in right else "left")
    return made


def show(found: RenderableType) -> None:
    """Print to stdout."""
    console().print(found)


def show_json(value: Any) -> None:
    """Print as JSON, readable; control characters are escaped."""
    # json leaves those alone that have eight bits, and a terminal may obey them.
    written = json.dumps(value, indent=2, ensure_ascii=False)
    typer.echo(_C1.sub(lambda found: f"\\u{ord(found[0]):04x}", written))


def show_rows(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    *,
    right: Sequence[str] = (),
    empty: str,
) -> None:
    """Print ``rows``; ``columns`` maps titles to fields. ``empty`` says what to do when none."""
    if not rows:
        typer.echo(empty)
        return
    made = table(list(columns), right=right)
    for row in rows:
        made.add_row(*(text_of(row.get(field)) for field in columns.values()))
    show(made)


def text_of(value: Any) -> Text:
    """A cell: yes and no in colour, nothing for nothing, lists with commas; no control characters,
    for what others named things must not command this terminal."""
    if isinstance(value, bool):
        return Text("yes" if value else "no", style="green" if value else "red")
    if isinstance(value, list | tuple):
        return Text(printable(", ".join(map(str, value))))
    return Text("" if value is None else printable(str(value)))


def printable(text: str) -> str:
    """``text`` without control characters: nothing in it commands a terminal."""
    return "".join(
        piece if piece.isprintable() or piece in "\n\t" else "\N{REPLACEMENT CHARACTER}"
        for piece in text
    )
