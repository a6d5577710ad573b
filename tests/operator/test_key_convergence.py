"""Whatever happens to an ApiKey and its Secret: the key in the Secret is the newest, and works."""

import asyncio
import base64
import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quarterdeck_contract.names import key_hash, new_key
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.errors import Transient
from quarterdeck_operator.keyring import MOST_KEYS, instant
from support.operator_world import PEPPER, World, api_key, key

API_KEY, SECRET = key("ApiKey", "ci"), key("Secret", "apikey-ci")
TIMES = ("2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z", "2026-01-02T12:00:00Z")

steps = st.one_of(
    st.tuples(st.just("rotate"), st.sampled_from([0, 3600, 86_400])),
    st.tuples(st.just("revoke"), st.booleans()),
    st.tuples(st.just("lose secret"), st.none()),
    st.tuples(st.just("edit secret"), st.sampled_from(["", "weak", new_key()])),
    st.tuples(st.just("report use"), st.none()),
    st.tuples(st.just("clock"), st.sampled_from(TIMES)),
    st.tuples(st.just("recreate"), st.none()),
    st.tuples(st.just("fail"), st.sampled_from(["apply", "status", "secret"])),
    st.tuples(st.just("settle"), st.none()),
    st.tuples(st.just("restart"), st.none()),
)


class Story:
    def __init__(self) -> None:
        self.world = World()
        self.spec: dict[str, Any] = {"revision": 1}
        self.clock = TIMES[0]

    def act(self, what: str, subject: Any) -> None:
        cluster = self.world.cluster
        match what:
            case "rotate":
                self.spec |= {"revision": self.spec["revision"] + 1, "overlapSeconds": subject}
                cluster.put(api_key(**self.spec))
            case "revoke":
                self.spec["revoked"] = subject
                cluster.put(api_key(**self.spec))
            case "lose secret" if SECRET in cluster.objects:
                cluster.remove(SECRET)
            case "edit secret" if SECRET in cluster.objects:
                value = base64.b64encode(subject.encode()).decode()
                cluster.change(SECRET, lambda manifest: manifest["data"].update(key=value))
            case "report use" if "status" in cluster.objects[API_KEY]:
                cluster.change(
                    API_KEY, lambda manifest: manifest["status"].update(lastUsedAt=self.clock)
                )
            case "clock":
                self.clock = self.world.now = max(self.clock, subject)
            case "recreate":
                cluster.remove(API_KEY, collect=True)
                cluster.put(api_key(**self.spec))
            case "fail":
                cluster.fail(subject, Transient("Hiccup", "once", 0.001))

    def check(self) -> None:
        status = self.world.status("ApiKey", "ci")
        issued = status.get("keys", [])
        assert len(issued) <= MOST_KEYS
        assert all("notAfter" in each for each in issued[1:])
        if self.spec.get("revoked"):
            assert self.world.condition("Ready", "ApiKey", "ci")[1] == reasons.REVOKED
            return
        assert self.world.condition("Ready", "ApiKey", "ci") == ("True", reasons.ACTIVE)
        data = self.world.cluster.objects[SECRET]["data"]
        newest = issued[0]
        assert newest["hash"] == key_hash(PEPPER, base64.b64decode(data["key"]).decode())
        assert newest["revision"] == self.spec["revision"]
        assert "notAfter" not in newest
        assert status["hint"] == base64.b64decode(data["key"]).decode()[:7]


async def rest(world: World) -> None:
    for _ in range(3):
        await asyncio.sleep(0.02)
        await world.settle()


async def live_through(told: list[tuple[str, Any]]) -> None:
    story = Story()
    story.world.cluster.put(api_key(**story.spec))
    for what, subject in told:
        async with story.world.running():
            story.act(what, subject)
            await story.world.settle()
        if what == "restart":
            story.world.engine = story.world.new_engine()
    async with story.world.running():
        await rest(story.world)
        story.check()
    await _rests(story)


async def _rests(story: Story) -> None:
    """A fresh operator finds nothing to write, but for keys whose time is over."""
    world = story.world
    world.cluster.calls.clear()
    objects = copy.deepcopy(world.cluster.objects)
    world.engine = world.new_engine()
    async with world.running():
        await rest(world)
    assert world.cluster.writes() == 0
    assert world.cluster.objects == objects
    assert all(_alive(key, story.clock) for key in world.status("ApiKey", "ci").get("keys", []))


def _alive(issued: Manifest, now: str) -> bool:
    return "notAfter" not in issued or instant(issued["notAfter"]) > instant(now)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=1, max_size=12))
def test_any_story_ends_with_one_newest_key(told: list[tuple[str, Any]]) -> None:
    asyncio.run(live_through(told))
