"""ApiKeys: made once, rotated with an overlap, never told to anybody but their Secret."""

import asyncio
import base64
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import structlog

from quarterdeck_contract.names import (
    API_KEY_SECRET_FIELD,
    LABEL_API_KEY,
    SYSTEM_NAMESPACE,
    key_hash,
    new_key,
)
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest, ObjectKey
from quarterdeck_operator.errors import Stalled, Transient
from support.operator_world import NOW, PEPPER, World, api_key, key, secret

SECRET = key("Secret", "apikey-ci")
LATER = "2026-01-01T01:00:00Z"
HASHES = ("a" * 64, "b" * 64)


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as captured:
        yield captured


def the_key(world: World, name: str = "ci") -> str:
    found = world.cluster.objects[key("Secret", f"apikey-{name}")]
    return base64.b64decode(found["data"][API_KEY_SECRET_FIELD]).decode()


def keys(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.status("ApiKey", "ci").get("keys", [])
    return found


def ready(world: World, name: str = "ci") -> tuple[str, str]:
    return world.condition("Ready", "ApiKey", name)


def change(world: World, **spec: Any) -> None:
    world.cluster.put(api_key(**spec))


def _used(at: str, manifest: Manifest) -> None:
    manifest["status"]["lastUsedAt"] = at


class TestMaking:
    async def test_the_key_is_in_the_secret_and_its_hash_in_the_status(self, world: World) -> None:
        world.cluster.put(api_key())
        assert await world.spent() == {("apply", "Secret"): 1, ("status", "ApiKey"): 1}
        made = the_key(world)
        assert made.startswith("qd_")
        assert keys(world) == [
            {
                "hash": key_hash(PEPPER, made),
                "revision": 1,
                "hint": made[:7],
                "createdAt": NOW,
            }
        ]
        assert world.status("ApiKey", "ci")["secretName"] == "apikey-ci"
        assert world.status("ApiKey", "ci")["hint"] == made[:7]
        assert ready(world) == ("True", reasons.ACTIVE)
        metadata = world.cluster.objects[SECRET]["metadata"]
        assert metadata["labels"][LABEL_API_KEY] == "ci"
        (owner,) = metadata["ownerReferences"]
        assert (owner["kind"], owner["name"], owner["controller"]) == ("ApiKey", "ci", True)

    async def test_a_restart_reads_it_once_and_writes_nothing(self) -> None:
        world = World()
        async with world.running():
            world.cluster.put(api_key())
            await world.spent()
        before = the_key(world)
        world.engine = world.new_engine()
        async with world.running():
            assert await world.spent() == {("secret", "Secret"): 1}
            world.cluster.change(
                key("ApiKey", "ci"), lambda m: m["metadata"].update(labels={"a": "b"})
            )
            assert await world.spent() == {}
        assert the_key(world) == before

    async def test_the_key_stands_nowhere_else(self, world: World, logs: list[Any]) -> None:
        world.cluster.put(api_key())
        await world.settle()
        change(world, revision=2)
        await world.settle()
        made = the_key(world)
        others = [m for k, m in world.cluster.objects.items() if k != SECRET]
        assert made not in str(others) + str(world.cluster.notes) + str(logs)
        cached = world.engine._cache._objects.values()
        encoded = base64.b64encode(made.encode())
        kept = b"".join(content for _, content in cached)
        assert made.encode() not in kept
        assert encoded not in kept

    async def test_annotations_of_people_on_the_secret_are_not_kept(self, world: World) -> None:
        world.cluster.put(api_key())
        await world.settle()
        applied = "kubectl.kubernetes.io/last-applied-configuration"
        world.cluster.change(
            SECRET, lambda m: m["metadata"]["annotations"].update({applied: "plain-text"})
        )
        await world.settle()
        assert b"plain-text" not in b"".join(
            content for _, content in world.engine._cache._objects.values()
        )

    async def test_a_lost_answer_makes_no_second_key(self, world: World) -> None:
        world.cluster.fail("status", Transient("Timeout", "too late"))
        world.cluster.put(api_key())
        assert await world.spent() == {("apply", "Secret"): 1, ("status", "ApiKey"): 2}
        assert keys(world)[0]["hash"] == key_hash(PEPPER, the_key(world))

    async def test_a_strangers_secret_is_left_alone(self, world: World) -> None:
        world.cluster.put(secret("apikey-ci", key="theirs"))
        world.cluster.put(api_key())
        await world.settle()
        assert ready(world) == ("False", reasons.NAME_TAKEN)
        assert world.cluster.objects[SECRET]["stringData"] == {"key": "theirs"}
        assert keys(world) == []
        world.cluster.remove(SECRET)
        await world.settle()
        world.cluster.put(api_key(owner="another"))
        await world.settle()
        assert ready(world) == ("True", reasons.ACTIVE)

    async def test_a_refused_write_is_told(self, world: World) -> None:
        world.cluster.fail("apply", Stalled(reasons.FORBIDDEN, "secrets is forbidden"))
        world.cluster.put(api_key())
        await world.settle()
        assert ready(world) == ("False", reasons.FORBIDDEN)


class TestRotation:
    async def test_a_raised_revision_makes_a_new_key_and_the_old_one_works_on(
        self, world: World
    ) -> None:
        world.cluster.put(api_key(overlapSeconds=3600))
        await world.settle()
        old = the_key(world)
        change(world, overlapSeconds=3600, revision=2)
        await world.settle()
        new = the_key(world)
        assert new != old
        assert [(k["hash"], k["revision"], k.get("notAfter")) for k in keys(world)] == [
            (key_hash(PEPPER, new), 2, None),
            (key_hash(PEPPER, old), 1, LATER),
        ]
        (note,) = world.cluster.notes
        assert note.reason == reasons.KEY_REPLACED
        assert "revision was raised to 2" in note.message
        world.now = LATER
        change(world, overlapSeconds=3600, revision=2, owner="somebody else")
        await world.settle()
        assert [k["hash"] for k in keys(world)] == [key_hash(PEPPER, new)]

    async def test_a_deleted_secret_is_made_anew_and_an_event_says_so(self, world: World) -> None:
        world.cluster.put(api_key())
        await world.settle()
        old = the_key(world)
        world.cluster.remove(SECRET)
        await world.settle()
        assert the_key(world) != old
        assert [k["revision"] for k in keys(world)] == [1, 1]
        assert keys(world)[1]["hash"] == key_hash(PEPPER, old)
        (note,) = world.cluster.notes
        assert "deleted or edited" in note.message

    @pytest.mark.parametrize("edited", ["", "weak", new_key()], ids=["empty", "weak", "plausible"])
    async def test_an_edited_key_is_replaced_and_never_works(
        self, world: World, edited: str
    ) -> None:
        world.cluster.put(api_key())
        await world.settle()
        value = base64.b64encode(edited.encode()).decode()
        world.cluster.change(SECRET, lambda m: m["data"].update(key=value))
        await world.settle()
        assert the_key(world) != edited
        assert keys(world)[0]["hash"] == key_hash(PEPPER, the_key(world))
        assert key_hash(PEPPER, edited) not in {k["hash"] for k in keys(world)}

    async def test_a_key_that_was_shown_has_no_secret(self, world: World) -> None:
        world.cluster.put(api_key(hash=HASHES[0], hint="qd_abcd", overlapSeconds=3600))
        assert await world.spent() == {("status", "ApiKey"): 1}
        assert [k["hash"] for k in keys(world)] == [HASHES[0]]
        assert "secretName" not in world.status("ApiKey", "ci")
        assert world.status("ApiKey", "ci")["hint"] == "qd_abcd"
        change(world, hash=HASHES[1], revision=2, overlapSeconds=3600)
        await world.settle()
        assert [(k["hash"], k.get("notAfter")) for k in keys(world)] == [
            (HASHES[1], None),
            (HASHES[0], LATER),
        ]
        assert SECRET not in world.cluster.objects


class TestStanding:
    async def test_a_revoked_key_opens_nothing_and_keeps_its_story(self, world: World) -> None:
        world.cluster.put(api_key())
        await world.settle()
        before = keys(world)
        change(world, revoked=True)
        await world.settle()
        assert ready(world) == ("False", reasons.REVOKED)
        assert keys(world) == before
        world.cluster.remove(SECRET)
        await world.settle()
        assert SECRET not in world.cluster.objects, "no new key for one that is stopped"

    async def test_an_expired_key_says_so_when_its_time_comes(self, world: World) -> None:
        world.cluster.put(api_key(expiresAt=LATER))
        await world.settle()
        assert ready(world) == ("True", reasons.ACTIVE)
        world.now = LATER
        change(world, expiresAt=LATER, owner="somebody else")
        await world.settle()
        assert ready(world) == ("False", reasons.EXPIRED)

    async def test_the_clock_alone_makes_a_key_expire(self, world: World) -> None:
        world.cluster.put(api_key(expiresAt="2026-01-01T00:00:01Z"))
        await world.settle()
        world.now = "2026-01-01T00:00:02Z"
        async with asyncio.timeout(60):
            while ready(world) != ("False", reasons.EXPIRED):
                await asyncio.sleep(0.02)

    async def test_an_expiry_without_a_zone_is_refused(self, world: World) -> None:
        world.cluster.put(api_key(expiresAt="2027-01-01T00:00:00"))
        await world.settle()
        assert ready(world) == ("False", reasons.INVALID_EXPIRY)
        assert SECRET not in world.cluster.objects

    async def test_other_namespaces_are_for_keys_of_the_installation(self, world: World) -> None:
        world.cluster.put(api_key(namespaces=["team", "other"]))
        at_home: Manifest = api_key("root", namespaces=["*"])
        at_home["metadata"]["namespace"] = SYSTEM_NAMESPACE
        world.cluster.put(at_home)
        world.cluster.put(api_key("own", namespaces=["team"]))
        await world.settle()
        assert ready(world) == ("False", reasons.NAMESPACES_NOT_PERMITTED)
        assert keys(world), "it works in its own namespace"
        assert ready(world, "own") == ("True", reasons.ACTIVE)
        stored = world.cluster.objects[ObjectKey("ApiKey", SYSTEM_NAMESPACE, "root")]
        assert stored["status"]["conditions"][0]["reason"] == reasons.ACTIVE

    async def test_the_gateways_part_of_the_status_stays_and_wakes_nobody(
        self, world: World
    ) -> None:
        world.cluster.put(api_key())
        await world.spent()
        for minute in range(3):
            used = f"2026-01-01T00:0{minute}:00Z"
            world.cluster.change(key("ApiKey", "ci"), partial(_used, used))
        assert await world.spent() == {}
        change(world, owner="somebody else")
        assert await world.spent() == {("status", "ApiKey"): 1}
        assert world.status("ApiKey", "ci")["lastUsedAt"] == "2026-01-01T00:02:00Z"

    async def test_an_object_that_this_version_refuses_keeps_its_keys(self, world: World) -> None:
        world.cluster.put(api_key())
        await world.settle()
        before = keys(world)
        change(world, unknown=True)
        await world.settle()
        assert ready(world) == ("False", reasons.INVALID)
        assert keys(world) == before
