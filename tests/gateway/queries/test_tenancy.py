"""SQL lets through what ``Principal.may_enter`` does, on both databases."""

import pytest
from sqlalchemy import literal, select, union_all

from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.errors import NotFound
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.queries.tenancy import require_entry, visible
from support.reporting import tenant

NAMESPACES = ["", "a", "team-a", "team-ab", "team-b", "Team-a", "team_a", "prod", "x%", "tea"]

PATTERNS = [
    (),
    ("*",),
    ("team-a",),
    ("team-*",),
    ("team-?",),
    ("*a",),
    ("???",),
    ("prod", "team-a*", "nothing"),
    ("%",),
    ("' OR 1=1 --",),
    ("team-\\*",),
]


async def let_through(database: Database, principal: Principal) -> set[str]:
    names = union_all(*(select(literal(name).label("namespace")) for name in NAMESPACES)).subquery()
    condition = visible(names.c.namespace, principal, is_postgresql=database.is_postgresql)
    async with database.read() as connection:
        return set((await connection.execute(select(names).where(condition))).scalars())


async def test_sql_agrees_with_the_principal(database: Database) -> None:
    for patterns in PATTERNS:
        principal = tenant(*patterns)
        allowed = {name for name in NAMESPACES if principal.may_enter(name)}
        assert await let_through(database, principal) == allowed, patterns


async def test_what_no_namespace_is_called_lets_nothing_through(database: Database) -> None:
    for pattern in ("team-[ab]", "[!x]*", "team-\x00*", "team_a"):
        assert await let_through(database, tenant(pattern)) == set(), pattern


def test_a_namespace_of_others_does_not_exist() -> None:
    principal: Principal = tenant("team-*")
    require_entry(principal, None)
    require_entry(principal, "team-a")
    with pytest.raises(NotFound):
        require_entry(principal, "prod")
