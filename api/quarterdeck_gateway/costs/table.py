"""Cost reports as CSV for spreadsheets. Pure.

Names come from people, some from tokens of other systems. A spreadsheet would run a cell that
begins like a formula; such cells get an apostrophe in front, which spreadsheets do not show.
"""

import csv
import io
from typing import Final

from quarterdeck_gateway.costs.schemas import CostReport, CostSums

SUMS: Final = (
    "calls",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "cost_micro_usd",
    "cost_usd",
)
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_text(report: CostReport) -> str:
    """RFC 4180: a line of names, one per group, and the totals last."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = [dimension.value for dimension in report.by]
    writer.writerow([*names, *SUMS])
    for item in report.items:
        writer.writerow([*(harmless(getattr(item, name)) for name in names), *_sums(item)])
    writer.writerow(["total", *[""] * (len(names) - 1), *_sums(report.total)])
    return out.getvalue()


def harmless(text: str | None) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula."""
    text = text or ""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _sums(sums: CostSums) -> list[object]:
    return [getattr(sums, name) for name in SUMS]
