"""Nobody hands out more than they have."""

import pytest

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.identity.principal import Principal, installation_admin
from quarterdeck_gateway.keys.rights import Rights, excess, uncovered

BOSS = Principal("team-a/boss", Role.EDITOR, namespaces=("team-*",), agents=("demo", "x-*"))


@pytest.mark.parametrize(
    ("patterns", "wanted", "beyond"),
    [
        (("*",), ("anything", "a*"), None),
        (("team-*",), ("team-a", "team-*"), None),
        (("team-*",), ("team-a*",), "team-a*"),
        (("team-?",), ("team-ab",), "team-ab"),
        (("a", "b"), ("a", "b", "c"), "c"),
        ((), ("a",), "a"),
        (("a",), ("*",), "*"),
    ],
)
def test_patterns_cover_patterns(
    patterns: tuple[str, ...], wanted: tuple[str, ...], beyond: str | None
) -> None:
    assert uncovered(patterns, wanted) == beyond


def test_role_namespaces_and_agents_are_bounds() -> None:
    good = Rights(Role.USER, ("team-a",), ("demo", "x-1"))
    assert excess(BOSS, good) is None
    assert "role admin" in str(excess(BOSS, Rights(Role.ADMIN, ("team-a",), ("demo",))))
    assert "'prod'" in str(excess(BOSS, Rights(Role.USER, ("prod",), ("demo",))))
    assert "'*'" in str(excess(BOSS, Rights(Role.USER, ("team-a",), ("*",))))
    assert excess(installation_admin(), Rights(Role.ADMIN, ("*",), ("*",))) is None
