"""``/api/v1/keys`` as people and their tools use it: made, listed, revoked, deleted."""

from datetime import timedelta
from typing import Any

import pytest

from quarterdeck_contract.names import LABEL_TEAM, SYSTEM_NAMESPACE, key_hash
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.keys.views import generated_name
from support.managed_keys import WANTED, noted_by_the_operator, works
from support.management import NOW, PEPPER, Management, admin_of

SHOWN = {
    "namespace": "team-a",
    "name": "ci",
    "owner": "ann",
    "role": "editor",
    "agents": ["demo-*"],
    "namespaces": ["team-a"],
    "team": "red",
    "rate_limit": {
        "requestsPerMinute": 60,
        "tokensPerMinute": None,
        "concurrency": None,
    },
    "revision": 1,
    "secret_name": None,
    "expires_at": "2026-07-02T10:00:00Z",
    "last_used_at": None,
    "revoked": False,
    "ready": True,
    "reason": "Active",
    "message": "",
}
"""What is told of a key with everything set, but for what is new with each."""


async def test_a_key_is_shown_once_and_works_at_once(world: Management) -> None:
    response = await world.http.post(
        "/api/v1/keys",
        json=WANTED
        | {
            "role": "editor",
            "team": "red",
            "agents": ["demo-*"],
            "rate_limit": {"requestsPerMinute": 60},
            "expires_at": "2026-07-02T12:00:00+02:00",
        },
    )
    assert response.status_code == 201
    assert response.headers["cache-control"] == "no-store"
    made = response.json()
    secret = made["secret"]
    assert secret.startswith("qd_")
    principal = await world.keyring.verify(secret)
    assert (principal.name, principal.role, principal.team) == ("team-a/ci", Role.EDITOR, "red")
    assert principal.agents == ("demo-*",)
    stored = world.stored("ApiKey", "team-a", "ci")
    assert secret not in str(stored)
    assert stored["spec"]["hash"] == key_hash(PEPPER, secret)
    assert stored["metadata"]["labels"] == {LABEL_TEAM: "red"}
    created = stored["metadata"]["creationTimestamp"]
    assert made["key"] == SHOWN | {"hint": secret[:7], "created_at": created}
    listed = await world.http.get("/api/v1/keys")
    assert secret not in listed.text
    assert stored["spec"]["hash"] not in listed.text
    assert listed.json()["items"] == [made["key"]]


async def test_names_and_namespaces_have_defaults(world: Management) -> None:
    made = await world.call("POST", "/keys", 201, owner="Ann Example <ann@example.com>")
    assert made["key"]["namespace"] == "default"
    assert made["key"]["name"].startswith("ann-example-ann-example-com-")
    assert made["key"]["role"] == "user"
    assert generated_name("…").startswith("key-")
    assert len(generated_name("x" * 253)) <= 50


async def test_a_name_is_taken(world: Management) -> None:
    await world.call("POST", "/keys", 201, **WANTED)
    refused = await world.call("POST", "/keys", 409, **WANTED)
    assert refused["error"]["code"] == "already_exists"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("owner", ""),
        ("owner", "ann\x1b[2J"),
        ("name", "Upper"),
        ("role", "god"),
        ("agents", []),
        ("namespaces", ["team-b"]),
        ("team", "-"),
        ("rate_limit", {}),
        ("expires_at", "2026-01-01T00:00:00Z"),
        ("expires_at", "2027-01-01T00:00:00"),
        ("revoked", True),
    ],
)
async def test_a_wrong_field_is_named(world: Management, field: str, value: Any) -> None:
    refused = await world.call("POST", "/keys", 422, **WANTED | {field: value})
    assert refused["error"]["param"].startswith(field)
    assert world.writer.objects == {}


async def test_no_more_than_ones_own(world: Management) -> None:
    world.principal = admin_of("team-a", role=Role.EDITOR, agents=("demo",))
    await world.call("POST", "/keys", 403, **WANTED, role="admin")
    await world.call("POST", "/keys", 403, **WANTED, agents=["demo", "other"])
    assert [(str(event.action), event.subject) for event in world.audit.events] == [
        ("access.denied", "ApiKey/team-a/ci")
    ] * 2
    made = await world.call("POST", "/keys", 201, **WANTED)
    assert made["key"]["agents"] == ["demo"]


async def test_only_an_admin_of_all_namespaces_makes_keys_for_several(world: Management) -> None:
    far = {"namespace": SYSTEM_NAMESPACE, "owner": "ops", "namespaces": ["team-*"]}
    world.principal = admin_of(SYSTEM_NAMESPACE, "team-*")
    await world.call("POST", "/keys", 403, **far)
    world.principal = admin_of("*")
    made = await world.call("POST", "/keys", 201, **far)
    assert made["key"]["namespaces"] == ["team-*"]


async def test_what_is_in_another_namespace_does_not_exist(world: Management) -> None:
    await world.call("POST", "/keys", 201, **WANTED)
    world.principal = admin_of("team-b")
    assert await world.call("GET", "/keys") == {"items": []}
    assert await world.call("GET", "/keys?namespace=team-a") == {"items": []}
    for method, path in (
        ("GET", "/keys/team-a/ci"),
        ("DELETE", "/keys/team-a/ci"),
        ("POST", "/keys/team-a/ci/rotate"),
        ("POST", "/keys/team-a/ci/revoke"),
    ):
        foreign = await world.call(method, path, 404)
        absent = await world.call(method, path.replace("team-a/ci", "team-b/ci"), 404)
        told, expected = foreign["error"]["message"], absent["error"]["message"]
        assert told == expected.replace("team-b", "team-a")
    await world.call("POST", "/keys", 404, **WANTED)
    denied = world.audit.events[-1]
    assert (str(denied.action), denied.actor) == ("access.denied", "team-a/boss")
    assert denied.detail == {"code": "not_found"}
    assert not world.stored("ApiKey", "team-a", "ci")["spec"].get("revoked")


async def test_revoked_is_revoked(world: Management) -> None:
    secret = (await world.call("POST", "/keys", 201, **WANTED))["secret"]
    assert await works(world, secret)
    view = await world.call("POST", "/keys/team-a/ci/revoke")
    assert (view["revoked"], view["ready"], view["reason"]) == (True, False, "Revoked")
    assert not await works(world, secret)
    again = await world.call("POST", "/keys/team-a/ci/revoke")
    assert again["revoked"]
    refused = await world.call("POST", "/keys/team-a/ci/rotate", 422)
    assert "revoked" in refused["error"]["message"]


async def test_deleted_is_gone(world: Management) -> None:
    secret = (await world.call("POST", "/keys", 201, **WANTED))["secret"]
    await world.call("DELETE", "/keys/team-a/ci", 204)
    assert not await works(world, secret)
    await world.call("GET", "/keys/team-a/ci", 404)


async def test_an_expired_key_says_so(world: Management) -> None:
    expires = (NOW + timedelta(hours=1)).isoformat()
    await world.call("POST", "/keys", 201, **WANTED, expires_at=expires)
    world.later(hours=2)
    view = await world.call("GET", "/keys/team-a/ci")
    assert (view["ready"], view["reason"]) == (False, "Expired")


async def test_every_action_is_on_record_without_secrets(world: Management) -> None:
    secrets = [(await world.call("POST", "/keys", 201, **WANTED))["secret"]]
    await noted_by_the_operator(world)
    secrets.append((await world.call("POST", "/keys/team-a/ci/rotate"))["secret"])
    await world.call("POST", "/keys/team-a/ci/revoke")
    await world.call("DELETE", "/keys/team-a/ci", 204)
    assert [str(event.action) for event in world.audit.events] == [
        "key.created",
        "key.rotated",
        "key.revoked",
        "resource.deleted",
    ]
    for event in world.audit.events:
        assert (event.actor, event.address) == ("admin", "203.0.113.9")
        assert (event.subject, event.request_id) == ("ApiKey/team-a/ci", "request-1")
        written = event.model_dump_json()
        assert not any(secret in written for secret in secrets)
        assert not any(key_hash(PEPPER, secret) in written for secret in secrets)
    assert len({event.once for event in world.audit.events}) == 4


async def test_before_the_first_picture_nothing_is_denied(world: Management) -> None:
    world.catalogue.synced = False
    refused = await world.http.get("/api/v1/keys/team-a/ci")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
