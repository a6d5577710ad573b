"""The table's decisions, without any server."""

import pytest

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.errors import Forbidden, NotFound
from quarterdeck_gateway.identity.access import ACCESS, UI, Access, AccessTable, refusal
from quarterdeck_gateway.identity.principal import Principal, installation_admin

TABLE = AccessTable()


def test_every_row_is_found_by_its_own_path() -> None:
    for row in ACCESS:
        path = row.path.replace("{namespace}", "ns").replace("{name}", "n")
        path = path.replace("{model:path}", "a/b").replace("{path:path}", "x/y")
        method = "PATCH" if row.method == "*" else row.method
        match = TABLE.find(method, path)
        assert match is not None
        assert match.access is row
        assert match.namespace == ("ns" if "{namespace}" in row.path else None)


def test_no_endpoint_has_two_rows() -> None:
    assert len({(row.method, row.path) for row in ACCESS}) == len(ACCESS)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/healthz/"),
        ("GET", "//healthz"),
        ("get", "/healthz"),
        ("HEAD", "/healthz"),
        ("POST", "/healthz"),
        ("GET", "/docs"),
        ("GET", "/k8s"),
        ("GET", "/k8sx/y"),
        ("GET", "/api/v1/keys/"),
        ("GET", "/api/v1/keys/a"),
        ("GET", "/api/v1/keys/a/b/c"),
        ("GET", "/api/v1/keys/a/b/rotate"),
        ("OPTIONS", "/v1/models"),
        ("CONNECT", ""),
    ],
)
def test_whatever_has_no_row_is_not_served(method: str, path: str) -> None:
    assert TABLE.find(method, path) is None


def test_the_methods_of_a_path() -> None:
    assert TABLE.methods("/api/v1/keys") == ["GET", "POST"]
    assert TABLE.methods("/api/v1/budgets/a/b") == ["DELETE", "GET", "PUT"]
    assert TABLE.methods("/nothing") == []


@pytest.mark.parametrize("access", ACCESS, ids=lambda row: f"{row.method} {row.path}")
@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_enough_exactly_from_its_rank_on(access: Access, role: Role) -> None:
    path = access.path.replace("{namespace}", "ns").replace("{name}", "n")
    match = TABLE.find(access.method.replace("*", "GET"), path)
    assert match is not None
    everywhere = Principal("joe", role, namespaces=("*",))
    enough = access.role is None or role.rank >= access.role.rank
    assert (refusal(match, everywhere) is None) is enough


def test_namespaces_of_others_do_not_exist() -> None:
    match = TABLE.find("GET", "/api/v1/agents/team-b/bot")
    assert match is not None
    for other in ((), ("team-a",), ("team-",), ("team-b-*",)):
        error = refusal(match, Principal("joe", Role.ADMIN, namespaces=other))
        assert isinstance(error, NotFound)
    for namespaces in (("team-b",), ("team-*",), ("*",), ("x", "team-?")):
        assert refusal(match, Principal("joe", Role.VIEWER, namespaces=namespaces)) is None


def test_a_role_that_is_too_small_comes_first() -> None:
    match = TABLE.find("DELETE", "/api/v1/keys/team-b/ci")
    assert match is not None
    assert isinstance(refusal(match, Principal("joe", Role.EDITOR, ("team-a",))), Forbidden)


def test_the_whole_installation_is_for_those_of_all_namespaces() -> None:
    for path in ("/k8s/api", "/api/v1/audit/verify", "/metrics"):
        match = TABLE.find("GET", path)
        assert match is not None
        assert isinstance(refusal(match, Principal("joe", Role.ADMIN, ("team-*",))), Forbidden)
        assert refusal(match, installation_admin()) is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("HEAD", "/"),
        ("GET", "/index.html"),
        ("GET", "/agents/team-a/bot"),
        ("GET", "/assets/x.js"),
        ("GET", "/apis"),
    ],
)
def test_paths_of_the_ui_are_open_where_there_is_one(method: str, path: str) -> None:
    match = AccessTable(with_ui=True).find(method, path)
    assert match is not None
    assert match.access is UI
    assert refusal(match, Principal("nobody", Role.VIEWER)) is None
    assert TABLE.find(method, path) is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("get", "/"),
        ("GET", ""),
        ("GET", "*"),
        ("GET", "//"),
        ("GET", "//api/v1/keys"),
        ("GET", "/api"),
        ("GET", "/api/v1/unknown"),
        ("HEAD", "/api/v1/keys"),
        ("GET", "/v1/nothing"),
        ("GET", "/k8s"),
        ("GET", "/healthz/"),
        ("GET", "/openapi.json/x"),
        ("POST", "/assets/x.js"),
    ],
)
def test_with_a_ui_the_rest_is_as_closed_as_before(method: str, path: str) -> None:
    assert AccessTable(with_ui=True).find(method, path) is None


def test_with_a_ui_every_row_is_still_found() -> None:
    table = AccessTable(with_ui=True)
    for row in ACCESS:
        path = row.path.replace(":path}", "}")
        match = table.find(row.method.replace("*", "GET"), path)
        assert match is not None
        assert match.access is row
