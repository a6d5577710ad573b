"""Editing a key: owner, limits and end move, the key itself and its reach stay."""

from typing import Any

import pytest

from quarterdeck_contract.names import ANNOTATION_LAST_APPLIED
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_contract.v1alpha1.limits import RateLimit
from support.managed_keys import WANTED, noted_by_the_operator, works
from support.management import OPERATOR, Management, admin_of, api_key

PATH = "/keys/team-a/ci"


async def made(world: Management, **wanted: Any) -> str:
    """The secret of a new key ``team-a/ci``."""
    return str((await world.call("POST", "/keys", 201, **WANTED | wanted))["secret"])


def spec_of(world: Management) -> dict[str, Any]:
    return dict(world.stored("ApiKey", "team-a", "ci")["spec"])


async def test_an_edit_is_in_force_at_once(world: Management) -> None:
    secret = await made(world, rate_limit={"requestsPerMinute": 60}, role="editor")
    before = await world.keyring.verify(secret)
    assert before.rate_limit == RateLimit(requests_per_minute=60)
    view = await world.call(
        "PATCH",
        PATH,
        owner="bob",
        rate_limit={"requestsPerMinute": 5, "concurrency": 2},
        expires_at="2026-07-01T14:30:00+02:00",
    )
    assert (view["owner"], view["expires_at"]) == ("bob", "2026-07-01T12:30:00Z")
    assert view["rate_limit"] == {
        "requestsPerMinute": 5,
        "tokensPerMinute": None,
        "concurrency": 2,
    }
    assert await world.call("GET", PATH) == view
    after = await world.keyring.verify(secret)
    assert after.rate_limit == RateLimit(requests_per_minute=5, concurrency=2)
    assert (after.role, after.subject) == (Role.EDITOR, before.subject)
    world.later(seconds=1800)
    assert not await works(world, secret)


async def test_what_is_not_named_stays(world: Management) -> None:
    end = "2026-07-02T12:00:00Z"
    await made(world, rate_limit={"requestsPerMinute": 60, "concurrency": 2}, expires_at=end)
    before = spec_of(world)
    await world.call("PATCH", PATH, rate_limit={"concurrency": 3})
    limits = {"requestsPerMinute": 60, "concurrency": 3}
    assert spec_of(world) == before | {"rateLimit": limits}
    await world.call("PATCH", PATH, rate_limit={})
    view = await world.http.patch(f"/api/v1{PATH}", json={})
    assert view.status_code == 200
    assert spec_of(world) == before | {"rateLimit": limits}


async def test_null_takes_away(world: Management) -> None:
    limits = {"requestsPerMinute": 60, "concurrency": 2}
    await made(world, rate_limit=limits, expires_at="2026-07-02T12:00:00Z")
    await world.call("PATCH", PATH, expires_at=None, rate_limit={"concurrency": None})
    assert "expiresAt" not in spec_of(world)
    assert spec_of(world)["rateLimit"] == {"requestsPerMinute": 60}
    # The last limit that goes takes the whole field along.
    await world.call("PATCH", PATH, rate_limit={"requestsPerMinute": None})
    assert "rateLimit" not in spec_of(world)
    await world.call("PATCH", PATH, rate_limit={"tokensPerMinute": 7})
    await world.call("PATCH", PATH, rate_limit=None)
    assert "rateLimit" not in spec_of(world)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("role", "admin", "make another key"),
        ("agents", ["*"], "make another key"),
        ("namespaces", ["*"], "make another key"),
        ("team", "blue", "make another key"),
        ("name", "other", "make another key"),
        ("namespace", "team-b", "make another key"),
        ("owner", "", "at least 1"),
        ("owner", None, "string"),
        ("rate_limit", {"requestsPerMinute": 0}, "greater"),
        ("expires_at", "2026-07-01T12:00:00Z", "revoke it"),
        ("expires_at", "2027-01-01T00:00:00", "timezone"),
        ("revoked", False, "not permitted"),
        ("hash", "a" * 64, "not permitted"),
    ],
)
async def test_a_wrong_field_is_named(world: Management, field: str, value: Any, told: str) -> None:
    await made(world)
    before = spec_of(world)
    refused = await world.call("PATCH", PATH, 422, **{"owner": "bob"} | {field: value})
    assert refused["error"]["param"].startswith(field)
    assert told in refused["error"]["message"]
    assert spec_of(world) == before


async def test_an_expired_key_works_again_with_a_later_end(world: Management) -> None:
    secret = await made(world, expires_at="2026-07-01T13:00:00Z")
    await noted_by_the_operator(world)
    world.later(hours=2)
    expired = {
        "type": "Ready",
        "status": "False",
        "reason": "Expired",
        "message": "It is over.",
        "lastTransitionTime": "2026-07-01T13:00:00Z",
    }
    said = {"observedGeneration": 1, "conditions": [expired]}
    await world.writer.report("ApiKey", "team-a", "ci", said, manager=OPERATOR)
    assert not await works(world, secret)
    # Only a later end revives it: any other edit leaves it as it is.
    view = await world.call("PATCH", PATH, owner="bob")
    assert (view["ready"], view["reason"]) == (False, "Expired")
    assert not await works(world, secret)
    view = await world.call("PATCH", PATH, expires_at="2026-07-02T12:00:00Z")
    assert (view["ready"], view["reason"]) == (True, "Active")
    assert await works(world, secret)


async def test_a_predecessor_stays_ended(world: Management) -> None:
    old = await made(world, expires_at="2026-07-01T14:00:00Z")
    await noted_by_the_operator(world)
    before = dict(world.stored("ApiKey", "team-a", "ci")["status"]["keys"][0])
    new = (await world.call("POST", f"{PATH}/rotate", overlap_seconds=3600))["secret"]
    await noted_by_the_operator(world, before | {"notAfter": "2026-07-01T13:00:00Z"})
    world.later(hours=3)
    await world.call("PATCH", PATH, expires_at="2026-07-02T12:00:00Z")
    assert (await works(world, old), await works(world, new)) == (False, True)


async def test_revoked_stays_revoked(world: Management) -> None:
    secret = await made(world)
    await world.call("POST", f"{PATH}/revoke")
    before = spec_of(world)
    refused = await world.call("PATCH", PATH, 422, expires_at="2027-01-01T00:00:00Z")
    assert "was revoked: make another one" in refused["error"]["message"]
    assert spec_of(world) == before
    assert not await works(world, secret)


async def test_a_key_of_a_manifest_is_edited_too(world: Management) -> None:
    await world.writer.create(api_key())
    view = await world.call("PATCH", PATH, expires_at="2026-07-02T12:00:00Z")
    assert view["expires_at"] == "2026-07-02T12:00:00Z"
    assert "hash" not in spec_of(world)


async def test_a_key_that_a_tool_manages_is_edited_only_by_force(world: Management) -> None:
    applied = api_key()
    applied["metadata"]["annotations"] = {ANNOTATION_LAST_APPLIED: "{}"}
    await world.writer.create(applied)
    refused = await world.call("PATCH", PATH, 409, owner="bob")
    assert "managed by 'kubectl apply'" in refused["error"]["message"]
    assert (spec_of(world)["owner"], world.audit.events) == ("ann", [])
    view = await world.call("PATCH", f"{PATH}?force=true", owner="bob")
    assert view["owner"] == "bob"
    # Stopping a key never waits for a tool.
    await world.call("POST", f"{PATH}/revoke")


async def test_edits_are_on_record_by_their_fields(world: Management) -> None:
    await made(world)
    await world.call("PATCH", PATH, owner="bob", expires_at="2026-07-02T12:00:00Z")
    await world.call("PATCH", PATH, owner="bob")
    told = [event for event in world.audit.events if str(event.action) == "resource.changed"]
    (event,) = told
    assert (event.actor, event.subject) == ("admin", "ApiKey/team-a/ci")
    assert event.detail["fields"] == ["expiresAt", "owner"]
    assert "bob" not in event.model_dump_json()


async def test_nobody_prolongs_more_than_their_own(world: Management) -> None:
    await made(world)
    world.principal = admin_of("team-a", agents=("demo",))
    refused = await world.call("PATCH", PATH, 403, owner="bob")
    assert "agents" in refused["error"]["message"]
    assert str(world.audit.events[-1].action) == "access.denied"
    world.principal = admin_of("team-b")
    await world.call("PATCH", PATH, 404, owner="bob")
    assert spec_of(world)["owner"] == "ann"
