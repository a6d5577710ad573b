"""Labels and annotations of a manifest: never lost unsaid, and never changed unnoticed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from quarterdeck_contract.names import LABEL_TEAM
from support.management import Management, management, manifest_of

PATH = "/agents/team-a/demo"


def an_agent(*, metadata: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    given = {"model": "small", "instructions": "Be brief.", **spec}
    return manifest_of("Agent", "demo", given, **(metadata or {}))


def labelled(team: str, **annotations: str) -> dict[str, Any]:
    return {"labels": {LABEL_TEAM: team}, "annotations": annotations}


@pytest.fixture
async def world() -> AsyncIterator[Management]:
    async with management() as running:
        yield running


def details(world: Management) -> list[dict[str, Any]]:
    return [dict(event.detail) for event in world.audit.events]


async def test_labels_stay_when_the_gateway_knows_only_older_ones(world: Management) -> None:
    before = (await world.call("PUT", PATH, **an_agent()))["manifest"]
    await world.call("PUT", PATH, **an_agent(metadata=labelled("red")))
    # The watch lags: what the gateway knows has no labels yet.
    world.registry.observe("MODIFIED", before)
    stored = await world.call("PUT", PATH, **an_agent(replicas=2))
    assert stored["manifest"]["metadata"]["labels"] == {LABEL_TEAM: "red"}


async def test_nothing_is_replaced_before_everything_is_known(world: Management) -> None:
    await world.call("PUT", PATH, **an_agent(metadata=labelled("red")))
    world.catalogue.synced = False
    refused = await world.call("PUT", PATH, 503, **an_agent(replicas=2))
    assert "does not know what there is yet" in refused["error"]["message"]
    assert "replicas" not in world.stored("Agent", "team-a", "demo")["spec"]


async def test_who_pays_and_what_else_changed_is_on_record(world: Management) -> None:
    await world.call("PUT", PATH, **an_agent())
    await world.call("PUT", PATH, **an_agent(metadata=labelled("red", why="a secret reason")))
    await world.call("PUT", PATH, **an_agent(metadata=labelled("red", why="a secret reason")))
    await world.call("PUT", PATH, **an_agent(replicas=2, metadata=labelled("blue", why="other")))
    await world.call("PUT", PATH, **an_agent(replicas=2, metadata={"labels": {}}))
    assert details(world) == [
        {"generation": 1},
        {"generation": 1, "labels": [LABEL_TEAM], "annotations": ["why"], "team": "red"},
        {
            "generation": 2,
            "fields": ["replicas"],
            "labels": [LABEL_TEAM],
            "annotations": ["why"],
            "team": "blue",
        },
        {"generation": 2, "labels": [LABEL_TEAM], "team": ""},
    ]
    names = [event.once for event in world.audit.events]
    assert len(set(names)) == len(names)
    assert {event.actor for event in world.audit.events} == {"admin"}
    assert not any("secret" in event.model_dump_json() for event in world.audit.events)


async def test_more_names_than_anybody_reads_are_counted(world: Management) -> None:
    await world.call("PUT", PATH, **an_agent())
    many = {f"key-{number:03}": "x" for number in range(25)}
    await world.call("PUT", PATH, **an_agent(metadata={"annotations": many}))
    told = details(world)[-1]["annotations"]
    assert (told[0], told[-1], len(told)) == ("key-000", "and 5 more", 21)


@pytest.mark.parametrize("theirs", [labelled("blue"), {"labels": {}}, {"annotations": {"a": "b"}}])
async def test_a_label_that_somebody_else_set_is_not_undone(
    world: Management, theirs: dict[str, Any]
) -> None:
    old = (await world.call("PUT", PATH, **an_agent(metadata=labelled("red"))))["manifest"]
    await world.call("PUT", PATH, **an_agent(metadata=theirs))
    refused = await world.call("PUT", PATH, 409, **old)
    assert refused["error"]["param"] == "metadata.resourceVersion"
    metadata = world.stored("Agent", "team-a", "demo")["metadata"]
    assert {field: metadata[field] for field in theirs} == theirs


async def test_a_status_that_moved_on_is_no_conflict(world: Management) -> None:
    old = (await world.call("PUT", PATH, **an_agent(metadata=labelled("red"))))["manifest"]
    await world.writer.report("Agent", "team-a", "demo", {"workers": "1/1"})
    changed = old | {"spec": old["spec"] | {"replicas": 2}}
    assert (await world.call("PUT", PATH, **changed))["spec"]["replicas"] == 2


async def test_a_budgets_labels_stay_and_their_change_is_on_record(world: Management) -> None:
    path = "/budgets/team-a/daily"
    spec = {"scope": {"kind": "Namespace"}, "amountUSD": 25}
    before = await world.call("PUT", path, spec=spec)
    assert before["labels"] == {}
    older = world.stored("Budget", "team-a", "daily")
    await world.call("PUT", path, spec=spec, labels={LABEL_TEAM: "red"})
    assert details(world)[-1] == {"generation": 1, "labels": [LABEL_TEAM], "team": "red"}
    world.catalogue.observe("MODIFIED", older)
    kept = await world.call("PUT", path, spec=spec | {"amountUSD": 50})
    assert kept["labels"] == {LABEL_TEAM: "red"}
