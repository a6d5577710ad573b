"""What people do to agents by /api/v1/agents: created, changed, removed, and put on record."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.model import DEMO_MODEL
from quarterdeck_gateway.events.port import SeenEvent
from support.management import Management, admin_of, management, manifest_of

PATH = "/agents/team-a/demo"
SECONDS = "spec.limits.seconds", "greater than or equal to 1"


def an_agent(**spec: Any) -> dict[str, Any]:
    given = {"model": "small", "instructions": "Be brief.", **spec}
    return manifest_of("Agent", "demo", given)


@pytest.fixture
async def world() -> AsyncIterator[Management]:
    async with management() as running:
        yield running


def recorded(world: Management) -> list[tuple[str, str, dict[str, Any]]]:
    return [(str(e.action), e.actor, dict(e.detail)) for e in world.audit.events]


async def test_create_change_and_remove_with_a_record_of_each(world: Management) -> None:
    made = await world.call("PUT", PATH, **an_agent(runtime={"env": [{"name": "A", "value": "s"}]}))
    assert (made["desired_replicas"], made["ready_replicas"]) == (1, 0)
    assert made["manifest"]["metadata"]["generation"] == 1
    assert await world.call("GET", PATH) == made
    changed = await world.call("PUT", PATH, **an_agent(replicas=3))
    assert (changed["desired_replicas"], changed["spec"]["replicas"]) == (3, 3)
    assert "runtime" not in changed["spec"]
    await world.call("DELETE", PATH, 204)
    await world.call("GET", PATH, 404)
    assert recorded(world) == [
        ("resource.created", "admin", {"generation": 1}),
        ("resource.changed", "admin", {"generation": 2, "fields": ["replicas", "runtime"]}),
        ("resource.deleted", "admin", {"generation": 2}),
    ]
    assert world.audit.events[0].subject == "Agent/team-a/demo"


async def test_what_was_read_can_be_sent_back_and_changes_nothing(world: Management) -> None:
    made = await world.call("PUT", PATH, **an_agent())
    again = await world.call("PUT", PATH, **made["manifest"])
    assert again == made
    assert len(world.audit.events) == 1


async def test_a_dry_run_judges_and_stores_nothing(world: Management) -> None:
    judged = await world.call("PUT", f"{PATH}?dry_run=true", **an_agent(replicas=2))
    assert judged["desired_replicas"] == 2
    await world.call("GET", PATH, 404)
    wrong = await world.call("PUT", f"{PATH}?dry_run=true", 422, **an_agent(replicas=-1))
    assert wrong["error"]["param"] == "spec.replicas"
    assert not world.audit.events


async def test_a_version_that_is_out_of_date_is_a_conflict(world: Management) -> None:
    first = (await world.call("PUT", PATH, **an_agent()))["manifest"]
    await world.call("PUT", PATH, **an_agent(replicas=2))
    refused = await world.call("PUT", PATH, 409, **first)
    assert refused["error"]["code"] == "conflict"
    assert "load it again" in refused["error"]["message"]
    await world.call("DELETE", PATH, 204)
    assert "was deleted" in (await world.call("PUT", PATH, 409, **first))["error"]["message"]


async def test_only_something_new_is_stored_when_that_is_asked_for(world: Management) -> None:
    world.http.headers["if-none-match"] = "*"
    planned = await world.call("PUT", f"{PATH}?dry_run=true", **an_agent())
    assert planned["spec"]["model"] == "small"
    made = await world.call("PUT", PATH, **an_agent())
    for query in ("", "?dry_run=true", "?force=true"):
        refused = await world.call("PUT", PATH + query, 412, **an_agent(replicas=2))
        assert refused["error"]["param"] == "metadata.name"
        assert refused["error"]["code"] == "precondition_failed"
        assert "leave out If-None-Match" in refused["error"]["message"]
    wrong = await world.call("PUT", PATH, 422, **made["manifest"])
    assert wrong["error"]["param"] == "metadata.resourceVersion"
    world.http.headers["if-none-match"] = '"5"'
    refused = await world.call("PUT", PATH, 422, **an_agent(replicas=2))
    assert refused["error"]["param"] == "if-none-match"
    del world.http.headers["if-none-match"]
    assert await world.call("GET", PATH) == made
    assert [action for action, _, _ in recorded(world)] == ["resource.created"]


async def test_what_something_else_manages_needs_force(world: Management) -> None:
    await world.call("PUT", PATH, **an_agent())
    world.writer.managed["Agent", "team-a", "demo"] = "argocd"
    refused = await world.call("PUT", PATH, 409, **an_agent(replicas=2))
    assert "managed by 'argocd'" in refused["error"]["message"]
    await world.call("DELETE", PATH, 409)
    await world.call("PUT", f"{PATH}?force=true", **an_agent(replicas=2))
    await world.call("DELETE", f"{PATH}?force=true", 204)


@pytest.mark.parametrize(
    ("change", "param", "said"),
    [
        ({"spec": {"model": "small"}}, "spec.instructions", "set exactly one of"),
        ({"spec": {"model": "s", "instructions": "x", "replica": 1}}, "spec.replica", "unknown"),
        ({"spec": {"model": "s", "instructions": "x", "limits": {"seconds": 0}}}, *SECONDS),
        ({"kind": "Model"}, "kind", "the path says 'Agent'"),
        ({"apiVersion": "v1"}, "apiVersion", "Unsupported value"),
        ({"metadata": {"name": "other"}}, "metadata.name", "the path says 'demo'"),
        ({"metadata": {}}, "metadata.name", "name is required"),
        ({"metadata": {"name": "demo", "namespace": "team-b"}}, "metadata.namespace", "team-a"),
        ({"metadata": {"name": "demo", "labels": {"a": 1}}}, "metadata.labels.a", "must be text"),
        ({"metadata": {"name": "demo", "labels": "a"}}, "metadata.labels", "mapping"),
        ({"colour": "red"}, "colour", "unknown field"),
    ],
)
async def test_a_wrong_manifest_is_refused_with_the_field(
    world: Management, change: dict[str, Any], param: str, said: str
) -> None:
    refused = await world.call("PUT", PATH, 422, **(an_agent() | change))
    assert refused["error"]["param"] == param
    assert said in refused["error"]["message"]
    assert refused["error"]["message"].startswith(param)
    assert not world.writer.objects


async def test_every_mistake_is_named_at_once(world: Management) -> None:
    wrong = an_agent(replicas=-1, description="x" * 2000)
    said = (await world.call("PUT", PATH, 422, **wrong))["error"]["message"]
    assert "spec.replicas" in said
    assert "spec.description" in said


async def test_other_namespaces_do_not_exist(world: Management) -> None:
    await world.call("PUT", PATH, **an_agent())
    world.principal = admin_of("team-b")
    for method, path in (("PUT", PATH), ("DELETE", PATH), ("GET", PATH), ("GET", f"{PATH}/events")):
        body = an_agent() if method == "PUT" else {}
        await world.call(method, path, 404, **body)
    assert (await world.call("GET", "/agents"))["items"] == []
    assert (await world.call("GET", "/namespaces"))["items"] == [
        {"name": "team-b", "agents": 0, "models": 0}
    ]


async def test_labels_and_annotations(world: Management) -> None:
    labelled = an_agent()
    labelled["metadata"] |= {"labels": {"team": "red"}, "annotations": {"why": "test"}}
    await world.call("PUT", PATH, **labelled)
    kept = (await world.call("PUT", PATH, **an_agent(replicas=2)))["manifest"]["metadata"]
    assert (kept["labels"], kept["annotations"]) == ({"team": "red"}, {"why": "test"})
    emptied = an_agent()
    emptied["metadata"] |= {"labels": {}, "annotations": {}}
    gone = (await world.call("PUT", PATH, **emptied))["manifest"]["metadata"]
    assert (gone["labels"], gone["annotations"]) == ({}, {})


@pytest.mark.parametrize(
    ("spec", "status", "wanted"),
    [
        ({}, {}, 1),
        ({"replicas": 0}, {}, 0),
        ({"replicas": 4, "suspended": True}, {}, 0),
        ({"scaling": {"min": 2, "max": 9}}, {}, 2),
        ({"scaling": {"max": 9}}, {"workers": "1/5"}, 5),
    ],
)
async def test_how_many_workers_are_wanted(
    world: Management, spec: dict[str, Any], status: dict[str, Any], wanted: int
) -> None:
    await world.call("PUT", PATH, **an_agent(**spec))
    await world.writer.report("Agent", "team-a", "demo", status)
    assert (await world.call("GET", PATH))["desired_replicas"] == wanted


async def test_an_agent_elsewhere_has_no_workers_of_ours(world: Management) -> None:
    elsewhere = manifest_of("Agent", "demo", {"runtime": {"endpoint": "http://there:1"}})
    assert (await world.call("PUT", PATH, **elsewhere))["desired_replicas"] is None


async def test_events_are_grouped_and_newest_first(world: Management) -> None:
    await world.call("PUT", PATH, **an_agent())
    crashed = {"type": "Warning", "reason": "BackOff", "message": "it crashed"}
    for second in (1, 9, 5):
        event: Any = crashed | {"object": "Pod/demo-1", "last_seen": f"2026-01-01T00:00:0{second}Z"}
        world.events.write("team-a", "demo", SeenEvent(count=2, **event))
    late: Any = {"type": "Normal", "reason": "Ready", "message": "", "object": "Agent/demo"}
    world.events.write("team-a", "demo", SeenEvent(**late, last_seen="2026-01-02T00:00:00Z"))
    items = (await world.call("GET", f"{PATH}/events"))["items"]
    assert [item["reason"] for item in items] == ["Ready", "BackOff"]
    assert items[1] == crashed | {
        "object": "Pod/demo-1",
        "count": 6,
        "first_seen": "2026-01-01T00:00:01Z",
        "last_seen": "2026-01-01T00:00:09Z",
    }
    await world.call("GET", "/agents/team-a/nobody/events", 404)


async def test_namespaces_with_what_is_in_them(world: Management) -> None:
    await world.call("PUT", PATH, **an_agent())
    model = manifest_of("Model", "small", {"provider": "local", "model": DEMO_MODEL}, "team-c")
    await world.call("PUT", "/models/team-c/small", **model)
    assert await world.call("GET", "/namespaces") == {
        "items": [
            {"name": "default", "agents": 0, "models": 0},
            {"name": "team-a", "agents": 1, "models": 0},
            {"name": "team-c", "agents": 0, "models": 1},
        ],
        "default": "default",
    }
