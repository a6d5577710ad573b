"""Changes that were made past the gateway are on record too, once, and without values."""

from collections.abc import AsyncIterator

import pytest

from quarterdeck_contract.audit import AuditAction
from quarterdeck_contract.names import LABEL_TEAM
from quarterdeck_gateway.audit.port import MemoryAuditLog
from quarterdeck_gateway.catalogue.attribution import Actor, ChangeAudit, attributed
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.identity.principal import installation_admin
from support.management import NOW, api_key, budget, manifest_of
from support.running_gateway import until


class World:
    def __init__(self, grace: float = 60.0) -> None:
        self.audit = MemoryAuditLog()
        self.changes = ChangeAudit(self.audit, lambda: NOW, grace=grace)
        self.catalogue = EventCatalogue(synced=True)
        self.catalogue.subscribe(self.changes.observe)
        self.writer = MemoryWriter(self.catalogue.observe)

    def told(self) -> list[tuple[str, str]]:
        self.changes.flush()
        return [(str(event.action), event.subject) for event in self.audit.events]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    made.changes.flush()


async def test_a_life_on_record(world: World) -> None:
    await world.writer.create(api_key(hash="a" * 64))
    await world.writer.patch_spec("ApiKey", "team-a", "ci", {"revoked": True, "owner": "bob"})
    await world.writer.delete("ApiKey", "team-a", "ci")
    await world.writer.put(budget())
    assert world.told() == [
        ("resource.created", "ApiKey/team-a/ci"),
        ("resource.changed", "ApiKey/team-a/ci"),
        ("resource.deleted", "ApiKey/team-a/ci"),
        ("resource.created", "Budget/team-a/month"),
    ]
    created, changed, deleted, _ = world.audit.events
    assert changed.detail == {"generation": 2, "fields": ["owner", "revoked"]}
    assert {event.actor for event in world.audit.events} == {"cluster"}
    assert created.once is not None
    assert created.once != changed.once != deleted.once
    assert created.at == "2026-07-01T12:00:00.000Z"
    assert not any("a" * 64 in event.model_dump_json() for event in world.audit.events)


async def test_a_new_price_is_on_record(world: World) -> None:
    price = {"inputPerMillion": 1, "outputPerMillion": 2}
    spec = {"provider": "ollama", "model": "x", "price": price}
    await world.writer.create(manifest_of("Model", "m", spec))
    cheaper = {"price": {"inputPerMillion": 0, "outputPerMillion": 0}}
    await world.writer.patch_spec("Model", "team-a", "m", cheaper)
    assert world.told() == [
        ("resource.created", "Model/team-a/m"),
        ("resource.changed", "Model/team-a/m"),
    ]
    assert world.audit.events[-1].detail == {"generation": 2, "fields": ["price"]}


async def test_a_label_that_says_who_pays_is_on_record_each_time(world: World) -> None:
    later = World()
    stored = await world.writer.create(api_key())
    later.catalogue.observe("ADDED", stored)
    for version, team in enumerate(("red", "blue", "red", "red", ""), start=100):
        labels = {LABEL_TEAM: team} if team else {}
        metadata = {**stored["metadata"], "labels": labels, "resourceVersion": str(version)}
        for seen_by in (world, later):
            seen_by.catalogue.observe("MODIFIED", {**stored, "metadata": metadata})
    assert (
        world.told()
        == [("resource.created", "ApiKey/team-a/ci")]
        + [("resource.changed", "ApiKey/team-a/ci")] * 4
    )
    names = [event.once for event in world.audit.events]
    assert len(set(names)) == 5
    assert all(event.detail["labels"] == [LABEL_TEAM] for event in world.audit.events[1:])
    assert [event.detail["team"] for event in world.audit.events[1:]] == ["red", "blue", "red", ""]
    later.told()
    assert [event.once for event in later.audit.events] == names


async def test_status_is_not_news(world: World) -> None:
    stored = await world.writer.put(budget())
    await world.writer.report("Budget", "team-a", "month", {"spentUSD": "1.000000"})
    world.catalogue.observe("MODIFIED", stored)
    assert world.told() == [("resource.created", "Budget/team-a/month")]


async def test_after_a_restart_the_same_change_has_the_same_name(world: World) -> None:
    stored = await world.writer.create(api_key())
    later = World()
    later.catalogue.observe("ADDED", stored)
    world.told()
    later.told()
    assert [event.once for event in later.audit.events] == [
        event.once for event in world.audit.events
    ]


async def test_a_caller_and_the_watch_name_the_event_alike(world: World) -> None:
    stored = await world.writer.create(api_key())
    actor = Actor(installation_admin(), "192.0.2.1", "r-9")
    made = attributed(AuditAction.KEY_CREATED, actor, stored, NOW, owner="ann")
    world.told()
    (seen,) = world.audit.events
    assert made.once == seen.once
    assert (made.actor, made.address, made.request_id) == ("admin", "192.0.2.1", "r-9")
    assert made.detail == {"generation": 1, "owner": "ann"}


async def test_it_speaks_after_the_grace_and_only_once() -> None:
    world = World(grace=0.02)
    await world.writer.create(api_key())
    assert world.audit.events == []
    await until(lambda: bool(world.audit.events))
    assert len(world.told()) == 1
