"""``/api/v1/keys`` as people and their tools use it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from quarterdeck_contract.names import LABEL_TEAM, SYSTEM_NAMESPACE, key_hash
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.errors import Unauthenticated
from quarterdeck_gateway.keys.views import generated_name
from support.management import (
    NOW,
    OPERATOR,
    PEPPER,
    Management,
    admin_of,
    api_key,
    management,
)

WANTED = {"namespace": "team-a", "name": "ci", "owner": "ann"}


@pytest.fixture
async def world() -> AsyncIterator[Management]:
    async with management() as made:
        yield made


async def noted_by_the_operator(world: Management, *older: dict[str, Any]) -> None:
    """What the operator writes once it has seen the newest key."""
    spec = world.stored("ApiKey", "team-a", "ci")["spec"]
    newest = {
        "hash": spec["hash"],
        "revision": spec.get("revision", 1),
        "createdAt": "2026-07-01T12:00:00Z",
    }
    await world.note_keys("team-a", "ci", newest, *older)


async def works(world: Management, secret: str) -> bool:
    try:
        return (await world.keyring.verify(secret)).name == "team-a/ci"
    except Unauthenticated:
        return False


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
    assert made["key"] == {
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
        "hint": secret[:7],
        "secret_name": None,
        "created_at": stored["metadata"]["creationTimestamp"],
        "expires_at": "2026-07-02T10:00:00Z",
        "last_used_at": None,
        "revoked": False,
        "ready": True,
        "reason": "Active",
        "message": "",
    }
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


async def test_the_old_key_works_on_from_the_rotation_to_the_end_of_the_overlap(
    world: Management,
) -> None:
    old = (await world.call("POST", "/keys", 201, **WANTED))["secret"]
    await noted_by_the_operator(world)
    before = dict(world.stored("ApiKey", "team-a", "ci")["status"]["keys"][0])
    made = await world.call("POST", "/keys/team-a/ci/rotate", overlap_seconds=3600)
    new = made["secret"]
    assert made["key"]["revision"] == 2
    assert made["key"]["hint"] == new[:7]
    # The operator has not seen it yet; a gateway that starts now knows no more than this.
    assert await works(world, old)
    assert await works(world, new)
    restarted = EventCatalogue()
    restarted.observe("ADDED", world.stored("ApiKey", "team-a", "ci"))
    found = [restarted.key_by_hash(key_hash(PEPPER, key)) for key in (old, new)]
    assert found == [restarted.key("team-a", "ci")] * 2
    await noted_by_the_operator(world, before | {"notAfter": "2026-07-01T13:00:00Z"})
    assert await works(world, old)
    world.later(seconds=3600)
    assert not await works(world, old)
    assert await works(world, new)


async def test_without_overlap_the_old_key_stops_at_once(world: Management) -> None:
    old = (await world.call("POST", "/keys", 201, **WANTED))["secret"]
    await noted_by_the_operator(world)
    made = await world.call("POST", "/keys/team-a/ci/rotate", overlap_seconds=0)
    assert not await works(world, old)
    assert await works(world, made["secret"])


async def test_a_rotation_waits_until_the_old_key_is_noted(world: Management) -> None:
    old = (await world.call("POST", "/keys", 201, **WANTED))["secret"]
    refused = await world.call("POST", "/keys/team-a/ci/rotate", 503)
    assert "operator" in refused["error"]["message"]
    assert await works(world, old)
    rotating = asyncio.create_task(world.call("POST", "/keys/team-a/ci/rotate"))
    await asyncio.sleep(0.02)
    await noted_by_the_operator(world)
    new = (await rotating)["secret"]
    assert await works(world, old)
    assert await works(world, new)


async def test_of_two_rotations_at_once_one_is_told_to_try_again(world: Management) -> None:
    await world.call("POST", "/keys", 201, **WANTED)
    await noted_by_the_operator(world)
    held = asyncio.Event()
    patch_spec = world.writer.patch_spec

    async def slow(*args: Any) -> Any:
        await held.wait()
        return await patch_spec(*args)

    world.writer.patch_spec = slow  # type: ignore[assignment,method-assign]
    both = [asyncio.create_task(world.http.post("/api/v1/keys/team-a/ci/rotate")) for _ in range(2)]
    await asyncio.sleep(0.05)
    held.set()
    answers = [await each for each in both]
    assert sorted(answer.status_code for answer in answers) == [200, 503]
    (won,) = (answer.json()["secret"] for answer in answers if answer.status_code == 200)
    assert await works(world, won)


async def test_a_key_in_a_secret_is_rotated_by_the_operator(world: Management) -> None:
    await world.writer.create(api_key())
    waiting = await world.call("GET", "/keys/team-a/ci")
    assert (waiting["ready"], waiting["reason"]) == (False, "WaitingForKey")
    key = {"hash": "f" * 64, "revision": 1, "createdAt": "2026-07-01T12:00:00Z"}
    status = {"keys": [key], "hint": "qd_abcd", "secretName": "apikey-ci"}
    await world.writer.report("ApiKey", "team-a", "ci", status, manager=OPERATOR)
    made = await world.call("POST", "/keys/team-a/ci/rotate")
    assert made["secret"] is None
    assert (made["key"]["revision"], made["key"]["hint"]) == (2, "qd_abcd")
    assert made["key"]["secret_name"] == "apikey-ci"


async def test_nobody_gets_at_a_wider_key_by_rotating_it(world: Management) -> None:
    far = {"namespace": SYSTEM_NAMESPACE, "name": "far", "owner": "ops", "namespaces": ["*"]}
    await world.call("POST", "/keys", 201, **far)
    world.principal = admin_of(SYSTEM_NAMESPACE)
    refused = await world.call("POST", f"/keys/{SYSTEM_NAMESPACE}/far/rotate", 403)
    assert "namespaces" in refused["error"]["message"]
    # To stop a key takes nothing but its namespace.
    await world.call("POST", f"/keys/{SYSTEM_NAMESPACE}/far/revoke")


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
