"""What a token gives is decided by what it says; what it does not say it does not give."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.errors import Forbidden, Unauthenticated
from quarterdeck_gateway.identity.claims import (
    TokenRules,
    claim,
    issuer_host,
    patterns_of,
    principal_of,
    role_of,
    team_of,
    untimely,
)
from quarterdeck_gateway.identity.principal import Principal

ISSUER = "https://login.example.com/realms/one"
NOW = 1_000_000.0
RULES = TokenRules(ISSUER, "quarterdeck", "role", "namespaces", "team", None, 30.0)
GOOD: dict[str, Any] = {
    "iss": ISSUER,
    "aud": "quarterdeck",
    "sub": "joe",
    "exp": NOW + 60,
    "role": "user",
    "namespaces": ["team-a", "team-b"],
    "team": "blue",
}


def test_a_good_token() -> None:
    assert principal_of(GOOD, RULES, NOW) == Principal(
        "login.example.com/joe",
        Role.USER,
        ("team-a", "team-b"),
        team="blue",
        subject=f'oidc:["{ISSUER}", "joe"]',
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"iss": ISSUER + "/"}, "another issuer"),
        ({"iss": None}, "another issuer"),
        ({"aud": "other"}, "audience 'quarterdeck'"),
        ({"aud": []}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": {"quarterdeck": 1}}, "audience"),
        ({"aud": "a quarterdeck b"}, "audience"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "a\nb"}, "subject"),
        ({"sub": "x" * 256}, "subject"),
        ({"exp": None}, "when it expires"),
        ({"exp": True}, "when it expires"),
        ({"exp": "soon"}, "when it expires"),
        ({"exp": float("nan")}, "when it expires"),
        ({"exp": 1e300}, "when it expires"),
        ({"exp": NOW - 30}, "has expired"),
        ({"nbf": NOW + 31}, "not valid yet"),
        ({"iat": NOW + 31}, "not valid yet"),
        ({"nbf": "now"}, "not valid yet"),
    ],
)
def test_a_token_that_is_not_for_here_and_now(changes: dict[str, Any], refusal: str) -> None:
    with pytest.raises(Unauthenticated, match=refusal):
        principal_of(GOOD | changes, RULES, NOW)


def test_the_clocks_may_differ_by_the_leeway() -> None:
    assert principal_of(GOOD | {"exp": NOW - 29.9}, RULES, NOW)
    assert principal_of(GOOD | {"nbf": NOW + 29.9, "iat": NOW + 29.9}, RULES, NOW)
    assert untimely({"exp": NOW}, 0.0, NOW) is not None


def test_an_audience_among_others() -> None:
    assert principal_of(GOOD | {"aud": ["a", "quarterdeck"]}, RULES, NOW)


def test_a_token_without_a_role() -> None:
    for role in (None, "root", ["Admin", 7], {"role": "admin"}, 3, "Billing admin", ["app admin"]):
        with pytest.raises(Forbidden, match="'role'"):
            principal_of(GOOD | {"role": role}, RULES, NOW)
    rules = TokenRules(ISSUER, "quarterdeck", "role", "namespaces", "team", Role.VIEWER, 30.0)
    assert principal_of(GOOD | {"role": "root"}, rules, NOW).role is Role.VIEWER
    assert principal_of(GOOD | {"role": "admin"}, rules, NOW).role is Role.ADMIN


def test_the_greatest_of_several_roles() -> None:
    assert role_of(["user", "offline_access", "editor"]) is Role.EDITOR
    assert role_of("user") is Role.USER
    assert role_of("viewer user") is None
    assert role_of("user,admin") is None
    assert role_of([]) is None


def test_claims_within_objects_and_with_dots_in_their_names() -> None:
    claims = {"realm": {"roles": ["user"]}, "https://x.example/role": "admin", "a": "b"}
    assert claim(claims, "realm.roles") == ["user"]
    assert claim(claims, "https://x.example/role") == "admin"
    assert claim(claims, "a.b") is None
    assert claim(claims, "realm.none") is None


def test_namespaces_and_teams_that_cannot_be_ones_are_left_out() -> None:
    assert patterns_of("team-a, team-b") == ("team-a", "team-b")
    assert patterns_of(["*", "Team", "a/b", "", 7, None]) == ("*",)
    assert patterns_of({"a": 1}) == ()
    assert patterns_of(None) == ()
    assert team_of("blue") == "blue"
    assert team_of("no team") == team_of(["blue"]) == team_of(None) == team_of("x" * 64) == ""


@pytest.mark.parametrize(
    ("issuer", "host"),
    [
        ("https://login.example.com/x", "login.example.com"),
        ("http://keycloak/realms/x", "keycloak:80"),
        ("https://keycloak", "keycloak:443"),
        ("http://localhost:8080", "localhost:8080"),
        ("https://user@dex.svc", "dex.svc"),
    ],
)
def test_an_issuer_is_never_mistaken_for_a_namespace(issuer: str, host: str) -> None:
    assert issuer_host(issuer) == host


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(GOOD, JSON)))
def test_any_claims_are_a_principal_or_a_refusal(changes: dict[str, Any]) -> None:
    try:
        found = principal_of(GOOD | changes, RULES, NOW)
    except (Unauthenticated, Forbidden):
        return
    assert found.role in Role
    assert found.name.startswith("login.example.com/")
