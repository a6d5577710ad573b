"""The names of metrics in a PromQL expression: what is left when all else is taken away."""

import re
from typing import Final

_GROUPING: Final = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")
_NAME: Final = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*(?!\s*\(|[a-zA-Z0-9_:])")
_WORDS: Final = {"and", "or", "unless", "bool", "offset"}
_NUMBER: Final = re.compile(r"\b\d[\d.]*[a-z]*\b")
_SUFFIX: Final = re.compile(r"_(bucket|sum|count)$")


def metrics_of(expr: str) -> set[str]:
    """Names as the table of metrics has them; histograms without their series' suffix."""
    text = re.sub(r'"[^"]*"', "", expr)
    text = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", text)
    text = _NUMBER.sub("", _GROUPING.sub("", text))
    return {_bare(name) for name in _NAME.findall(text)} - _WORDS


def _bare(name: str) -> str:
    return name if ":" in name else _SUFFIX.sub("", name)
