"""Rotating a key: the old one works as long as it was promised, and no longer."""

import asyncio
from typing import Any

from quarterdeck_contract.names import SYSTEM_NAMESPACE, key_hash
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from support.managed_keys import WANTED, noted_by_the_operator, works
from support.management import OPERATOR, PEPPER, Management, admin_of, api_key, management
from support.running_gateway import until


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


async def test_a_rotation_waits_for_a_while_until_the_old_key_is_noted(world: Management) -> None:
    old = (await world.call("POST", "/keys", 201, **WANTED))["secret"]
    refused = await world.call("POST", "/keys/team-a/ci/rotate", 503)
    assert "operator" in refused["error"]["message"]
    assert await works(world, old)


async def test_a_rotation_goes_on_once_the_old_key_is_noted() -> None:
    async with management(wait_seconds=60) as world:
        old = (await world.call("POST", "/keys", 201, **WANTED))["secret"]
        rotating = asyncio.create_task(world.call("POST", "/keys/team-a/ci/rotate"))
        await asyncio.sleep(0.02)
        await noted_by_the_operator(world)
        new = (await rotating)["secret"]
        assert await works(world, old)
        assert await works(world, new)


async def test_of_two_rotations_at_once_one_is_told_to_try_again(world: Management) -> None:
    await world.call("POST", "/keys", 201, **WANTED)
    await noted_by_the_operator(world)
    held, waiting = asyncio.Event(), 0
    patch_spec = world.writer.patch_spec

    async def slow(*args: Any) -> Any:
        nonlocal waiting
        waiting += 1
        await held.wait()
        return await patch_spec(*args)

    world.writer.patch_spec = slow  # type: ignore[assignment,method-assign]
    both = [asyncio.create_task(world.http.post("/api/v1/keys/team-a/ci/rotate")) for _ in range(2)]
    await until(lambda: waiting == 2)
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
