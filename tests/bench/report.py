"""What was measured, and how a person or a program reads it.

Absolute numbers age with the machine; so each row carries the ratio of a baseline to ours, and the
target we set ourselves where there is one.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

PLAIN_WIDTH = 132


@dataclass(frozen=True)
class Row:
    """One measure of every subject, in the order of the table's subjects; None: does not apply."""

    what: str
    unit: str
    values: tuple[float | None, ...]
    better: Literal["less", "more"] = "less"
    target: float | None = None
    """What the first subject should reach."""

    @property
    def ratios(self) -> tuple[float | None, ...]:
        """How many times better the first subject is than each other one."""
        return tuple(self._ratio(other) for other in self.values[1:])

    @property
    def ratio(self) -> float | None:
        """How many times better the first subject is than the last one."""
        return self.ratios[-1] if self.ratios else None

    def _ratio(self, baseline: float | None) -> float | None:
        ours = self.values[0]
        if ours is None or baseline is None:
            return None
        above, below = (baseline, ours) if self.better == "less" else (ours, baseline)
        return above / below if below > 0 else None

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; None without one."""
        ours = self.values[0]
        if self.target is None or ours is None:
            return None
        return ours <= self.target if self.better == "less" else ours >= self.target


@dataclass(frozen=True)
class Table:
    """One group of measures. The first subject is ours, the last one the baseline."""

    title: str
    subjects: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass
class Report:
    """All tables of one run."""

    tables: list[Table] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Parts that could not run here, each with the reason."""

    def add(self, table: Table, console: Console) -> None:
        """Keep the table, and print it now: a run takes minutes."""
        self.tables.append(table)
        show(table, console)

    def to_json(self) -> dict[str, Any]:
        """The figures as they were measured, unrounded."""
        tables = [
            asdict(table) | {"rows": [_row_to_json(row) for row in table.rows]}
            for table in self.tables
        ]
        return {"tables": tables, "left_out": self.left_out}


def _row_to_json(row: Row) -> dict[str, Any]:
    return asdict(row) | {"ratio": row.ratio, "ratios": row.ratios, "met": row.met}


def show(table: Table, console: Console) -> None:
    """Print one table: boxes and colours on a terminal, Markdown elsewhere."""
    drawn = RichTable(
        title=table.title,
        title_justify="left",
        title_style="bold",
        box=box.ROUNDED if console.is_terminal else box.MARKDOWN,
    )
    drawn.add_column("measure", no_wrap=True)
    ours, *others = table.subjects
    compared = [column for other in others for column in (other, "ratio")]
    for column in (ours, *compared, "target"):
        drawn.add_column(column, justify="right", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*_cells(row, len(table.subjects)))
    console.print(drawn)
    for note in table.notes:
        console.print(f"  {note}", style="dim", highlight=False)
    console.print()


def _cells(row: Row, subjects: int) -> Sequence[str]:
    values = [number(row.values[0])]
    for value, ratio in zip(row.values[1:], row.ratios, strict=True):
        values += [number(value), "" if ratio is None else f"{number(ratio)}x"]
    values += [""] * (2 * subjects - 1 - len(values))
    return (f"{row.what}, {row.unit}" if row.unit else row.what, *values, _target(row))


def _target(row: Row) -> str:
    if row.target is None:
        return ""
    sign = "<=" if row.better == "less" else ">="
    verdict = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[row.met]
    return f"{sign} {number(row.target)} {verdict}"


def number(value: float | None) -> str:
    """Three significant digits, or all of a longer whole part; a dash for None."""
    if value is None:
        return "-"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
