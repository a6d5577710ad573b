"""A Principal's patterns of namespaces as a condition of SQL.

Must let through exactly what ``Principal.may_enter`` does, or less. A pattern with anything that no
name of a namespace holds is left out: nothing matches it, and nothing odd reaches the database.
"""

import re
from typing import Final

from sqlalchemy import ColumnElement, false, or_, true
from sqlalchemy.sql.elements import KeyedColumnElement

from quarterdeck_gateway.errors import NotFound
from quarterdeck_gateway.identity.access import EVERYWHERE
from quarterdeck_gateway.identity.principal import Principal

_PATTERN: Final = re.compile(r"[-a-z0-9*?]+", re.ASCII)


def visible(
    column: KeyedColumnElement[str], principal: Principal, *, is_postgresql: bool
) -> ColumnElement[bool]:
    """Whether the namespace in ``column`` is one that ``principal`` may enter."""
    if EVERYWHERE in principal.namespaces:
        return true()
    patterns = [pattern for pattern in principal.namespaces if _PATTERN.fullmatch(pattern)]
    names = sorted({pattern for pattern in patterns if not _is_glob(pattern)})
    globs = sorted({pattern for pattern in patterns if _is_glob(pattern)})
    conditions: list[ColumnElement[bool]] = [column.in_(names)] if names else []
    conditions += [_matches(column, glob, is_postgresql=is_postgresql) for glob in globs]
    return or_(*conditions) if conditions else false()


def require_entry(principal: Principal, namespace: str | None) -> None:
    """Raises NotFound for a namespace that is not theirs; None asks for all that are."""
    if namespace is not None and not principal.may_enter(namespace):
        raise NotFound(f"There is nothing in a namespace {namespace!r}.")


def _is_glob(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def _matches(
    column: KeyedColumnElement[str], glob: str, *, is_postgresql: bool
) -> ColumnElement[bool]:
    if is_postgresql:
        return column.like(glob.replace("*", "%").replace("?", "_"))
    # SQLite's LIKE takes capitals for small letters.
    return column.op("GLOB", is_comparison=True)(glob)
