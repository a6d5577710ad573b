"""Every endpoint, asked by everybody: each role, another tenant, the admin, and nobody.

The expectations come from the table that is in force, the endpoints from the application itself:
one that is added without a row, or without an example here, fails.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount, Route

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.identity.access import ACCESS, Access, Reach
from support.declared import api_key
from support.fake_worker import FakeWorker
from support.management import manifest_of
from support.redis_servers import RedisServer, running
from support.whole_gateway import INSTALLATION, SPECS, WholeGateway, key_of, whole_gateway

CHAT: Final = {"model": "team-a/bot", "messages": [{"role": "user", "content": "hello"}]}
BODIES: Final[dict[str, Any]] = {
    "PATCH /api/v1/keys/{namespace}/{name}": {"owner": "joe"},
    "POST /api/v1/keys/{namespace}/{name}/rotate": {"overlap_seconds": 0},
    "POST /v1/chat/completions": CHAT,
    "POST /api/v1/keys": {"namespace": "team-a", "name": "made", "owner": "joe", "role": "viewer"},
    "PUT /api/v1/budgets/{namespace}/{name}": {
        "spec": {"scope": {"kind": "Namespace"}, "amountUSD": 5, "period": "day"}
    },
    **{
        f"PUT /api/v1/{kind.lower()}s/{{namespace}}/{{name}}": manifest_of(kind, "victim", spec)
        for kind, spec in SPECS.items()
    },
}
OWN: Final[dict[str, Any]] = {
    "POST /api/v1/session": {"key": INSTALLATION},
    "POST /api/v1/conversations": {"agent": "team-a/bot"},
    "PATCH /api/v1/conversations/{conversation_id}": {"title": "mine"},
    "PUT /api/v1/conversations/{conversation_id}/messages/{position}": {
        "role": "user",
        "content": "hello",
    },
}
"""Bodies of requests about what is the caller's own, or nobody's."""
CREATED: Final = {"POST /api/v1/keys": 201, "POST /api/v1/conversations": 201}
GONE: Final = ("DELETE /api/v1/session", "DELETE /api/v1/conversations/{conversation_id}")
SUCCESS: Final = (
    CREATED
    | dict.fromkeys(GONE, 204)
    | {"GET /api/v1/session": 204}
    | {
        f"DELETE /api/v1/{kind}/{{namespace}}/{{name}}": 204
        for kind in ("agents", "budgets", "keys", "models")
    }
)
NAMES_A_TENANT: Final = ("{namespace}", "{model:path}")


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running("valkey") as server:
        yield server


@pytest.fixture
async def gateway(tmp_path: Path, redis: RedisServer) -> AsyncIterator[WholeGateway]:
    async with (
        FakeWorker() as worker,
        whole_gateway(tmp_path, redis.url, worker.url, failed_attempts=10_000) as whole,
    ):
        yield whole


def endpoints(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    """(method, template) of everything that an application serves, included routers and all."""
    for context in iter_route_contexts(list(routes)):
        route = context.original_route
        if isinstance(route, Mount):
            yield "*", f"{route.path}/{{path:path}}"
            continue
        assert isinstance(route, Route), f"what is {route!r}?"
        # A HEAD that the framework adds to GET has no row: it is refused.
        for method in (context.methods or set()) - {"HEAD"}:
            yield method, context.path or ""


def example(row: Access) -> tuple[str, str, dict[str, Any]]:
    """Method, path and options of a good request about something of team-a."""
    path = row.path.replace("{model:path}", "team-a/bot").replace("{path:path}", "api/v1/pods")
    path = path.replace("{namespace}", "team-a")
    path = path.replace("{name}", "victim").replace("{kind}", "Agent")
    path = path.replace("{position}", "0")
    body = (BODIES | OWN).get(f"{row.method} {row.path}")
    return row.method.replace("*", "GET"), path, {} if body is None else {"json": body}


async def conversation_of(gateway: WholeGateway, key: str | None) -> str:
    """A conversation of the key's holder; of nobody where they may have none."""
    made = await gateway.ask("POST", "/api/v1/conversations", key, json={"agent": "team-a/bot"})
    return str(made.json()["id"]) if made.is_success else "0" * 32


def names_a_tenant(row: Access) -> bool:
    """Whether the example of this row is about team-a, in its path or in its body."""
    in_path = any(part in row.path for part in NAMES_A_TENANT)
    return in_path or f"{row.method} {row.path}" in BODIES


def expected(row: Access, role: Role | None, tenant: str) -> int:
    """The status for a caller; ``tenant`` ``*`` is the whole installation."""
    success = SUCCESS.get(f"{row.method} {row.path}", 200)
    if row.role is None:
        return success
    if role is None:
        return 401
    if role.rank < row.role.rank or (row.reach is Reach.INSTALLATION and tenant != "*"):
        return 403
    return 404 if tenant == "team-b" and names_a_tenant(row) else success


CALLERS: Final[list[tuple[str | None, Role | None, str]]] = [
    (None, None, ""),
    ("qd_wrong", None, ""),
    (INSTALLATION, Role.ADMIN, "*"),
    *((key_of(tenant, role), role, tenant) for tenant in ("team-a", "team-b") for role in Role),
]


async def test_every_endpoint_has_a_row_and_every_row_an_endpoint(gateway: WholeGateway) -> None:
    served = set(endpoints(gateway.app.routes))
    assert served == {(row.method, row.path) for row in ACCESS}


async def test_everybody_at_every_endpoint(gateway: WholeGateway) -> None:
    wrong: list[str] = []
    for row in ACCESS:
        for key, role, tenant in CALLERS:
            await gateway.restore()
            method, path, options = example(row)
            if "{conversation_id}" in path:
                path = path.replace("{conversation_id}", await conversation_of(gateway, key))
            answer = await gateway.ask(method, path, key, **options)
            status = expected(row, role, tenant)
            if answer.status_code != status:
                asked = f"{method} {path} by {key}"
                wrong.append(f"{asked}: {answer.status_code}, not {status}: {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


async def test_nobody_reaches_conversations_of_others(gateway: WholeGateway) -> None:
    id_ = await conversation_of(gateway, key_of("team-a", Role.USER))
    rows = [row for row in ACCESS if "{conversation_id}" in row.path]
    for row in rows:
        for key in (INSTALLATION, key_of("team-a", Role.ADMIN), key_of("team-b", Role.USER)):
            method, path, options = example(row)
            path = path.replace("{conversation_id}", id_)
            assert (await gateway.ask(method, path, key, **options)).status_code == 404, path
    assert len(rows) == 5


async def test_lists_show_nothing_of_other_tenants(gateway: WholeGateway) -> None:
    await gateway.restore()
    assert (await gateway.ask("POST", "/v1/chat/completions", INSTALLATION, json=CHAT)).is_success
    lists = [row for row in ACCESS if row.method == "GET" and "{" not in row.path and row.role]
    own, other = key_of("team-a", Role.ADMIN), key_of("team-b", Role.ADMIN)
    seen = 0
    for row in lists:
        if row.reach is not Reach.NAMESPACES:
            continue
        for query in ("", "?namespace=team-a"):
            options = "&by=agent" if query else "?by=agent"
            path = row.path + query + (options if row.path.endswith("/costs") else "")
            theirs = await gateway.ask("GET", path, other)
            assert theirs.status_code in (200, 404), path
            if theirs.status_code == 200:
                assert "team-a" not in theirs.text, path
            mine = await gateway.ask("GET", path, own)
            assert mine.status_code == 200, (path, mine.text)
            seen += "team-a" in mine.text
    assert seen > 0


async def test_a_key_of_the_system_namespace_enters_where_it_says(gateway: WholeGateway) -> None:
    spec: dict[str, Any] = {"role": "admin", "namespaces": ["team-*"]}
    for namespace, status in (("quarterdeck-system", 200), ("elsewhere", 404)):
        secret = f"qd_{namespace}"
        await gateway.writer.create(api_key("ops", secret, namespace=namespace, **spec))
        answer = await gateway.ask("GET", "/api/v1/agents/team-a/bot", secret)
        assert answer.status_code == status
        assert (await gateway.ask("GET", "/k8s/api", secret)).status_code == 403


async def test_metrics_are_for_a_viewer_of_the_whole_installation(gateway: WholeGateway) -> None:
    for name, namespaces, status in (("prometheus", ["*"], 200), ("nosy", ["team-*"], 403)):
        made = api_key(
            name,
            f"qd_{name}",
            namespace="quarterdeck-system",
            role="viewer",
            namespaces=namespaces,
        )
        await gateway.writer.create(made)
        answer = await gateway.ask("GET", "/metrics", f"qd_{name}")
        assert answer.status_code == status
        assert ("quarterdeck_gateway_requests_total" in answer.text) is (status == 200)
    assert (await gateway.ask("GET", "/metrics", None)).status_code == 401


async def test_denials_are_in_the_audit_log_without_secrets(gateway: WholeGateway) -> None:
    await gateway.ask("GET", "/api/v1/keys", key_of("team-a", Role.VIEWER))
    await gateway.ask("GET", "/api/v1/keys", "qd_very-secret")
    answer = await gateway.ask("GET", "/api/v1/audit", INSTALLATION)
    actions = [item["action"] for item in answer.json()["items"]]
    assert {"access.denied", "authentication.failed"} <= set(actions)
    assert "very-secret" not in answer.text
    verdict = await gateway.ask("GET", "/api/v1/audit/verify", INSTALLATION)
    assert verdict.status_code == 200
