"""Roles and tenancy at the door, and what is on record when somebody knocks in vain."""

import pytest

from support.front_door import front_door


async def test_a_role_that_is_too_small() -> None:
    async with front_door() as door:
        answer = await door.ask("POST", "/api/v1/keys", "qd_editor")
        assert answer.status_code == 403
        assert "needs the role admin" in answer.json()["error"]["message"]
        (event,) = door.events
    assert (event.action, event.actor) == ("access.denied", "team-a/editor")
    assert event.subject == "POST /api/v1/keys"
    assert event.detail == {"code": "forbidden"}


async def test_a_namespace_of_somebody_else() -> None:
    async with front_door() as door:
        there = await door.ask("GET", "/api/v1/keys/team-b/ci", "qd_admin")
        assert there.status_code == 404
        assert (await door.ask("GET", "/api/v1/keys/team-a/ci", "qd_admin")).status_code == 200
        assert (await door.ask("GET", "/api/v1/keys/x/y", "qd_installation")).status_code == 200
        assert [event.subject for event in door.events] == ["GET /api/v1/keys/team-b/ci"]


async def test_the_cluster_is_for_admins_of_everything() -> None:
    async with front_door() as door:
        for key, status in (("qd_admin", 403), ("qd_installation", 200), ("qd_editor", 403)):
            answer = await door.ask("GET", "/k8s/api/v1/secrets", key)
            assert answer.status_code == status


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "PUT", "DELETE", "OPTIONS", "TRACE", "X"])
async def test_other_methods(method: str) -> None:
    async with front_door() as door:
        answer = await door.ask(method, "/api/v1/keys", "qd_installation")
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, POST"
        assert (await door.ask(method, "/api/v1/keys")).status_code == 401


async def test_a_route_without_a_row_is_not_served() -> None:
    async with front_door() as door:
        assert (await door.ask("GET", "/api/v2/secret", "qd_installation")).status_code == 404
        assert (await door.ask("GET", "/api/v2/secret")).status_code == 401


async def test_denials_do_not_fill_the_record_either() -> None:
    async with front_door() as door:
        for _ in range(20):
            await door.ask("POST", "/api/v1/keys", "qd_viewer")
        await door.ask("POST", "/api/v1/keys", "qd_user")
        actors = [event.actor for event in door.events]
    assert actors == ["team-a/viewer"] * 5 + ["team-a/user"]
    assert door.events[-1].detail == {"code": "forbidden", "repeated": 15}
