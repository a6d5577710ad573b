"""One write per key and five minutes, the first within seconds."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from quarterdeck_contract.names import API_VERSION
from quarterdeck_gateway.admission import last_used as last_used_module
from quarterdeck_gateway.admission.last_used import RENEWED_SECONDS, LastUsed
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.errors import Unavailable
from support.keeping import until

START = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()


class World:
    """The same key as two gateways see it."""

    def __init__(self) -> None:
        self.at = START
        self.writes = 0
        self.unavailable = False
        self.catalogue = EventCatalogue(synced=True)
        self.writer = MemoryWriter(self.catalogue.observe)
        self.one = LastUsed(self.catalogue, self, now=lambda: self.at)  # type: ignore[arg-type]
        self.two = LastUsed(self.catalogue, self, now=lambda: self.at)  # type: ignore[arg-type]

    async def report(self, kind: str, namespace: str, name: str, status: Any) -> None:
        if self.unavailable:
            raise Unavailable("the API server is away")
        self.writes += 1
        await self.writer.report(kind, namespace, name, status)

    def last_used(self) -> str | None:
        entry = self.catalogue.key("team-a", "ci")
        return None if entry is None else (entry.manifest.get("status") or {}).get("lastUsedAt")


@pytest.fixture
async def world() -> World:
    world = World()
    await world.writer.create(
        {
            "apiVersion": API_VERSION,
            "kind": "ApiKey",
            "metadata": {"name": "ci", "namespace": "team-a"},
            "spec": {"owner": "ci", "hash": "0" * 64},
        }
    )
    return world


async def test_the_first_use_is_written_at_the_next_look(world: World) -> None:
    await world.one.report()
    assert world.last_used() is None
    world.one.used("team-a", "ci")
    world.at += 8
    await world.one.report()
    assert world.last_used() == "2026-07-01T12:00:00Z"


async def test_later_uses_wait_and_the_last_one_counts(world: World) -> None:
    world.one.used("team-a", "ci")
    await world.one.report()
    for _ in range(3):
        world.at += 60
        world.one.used("team-a", "ci")
        await world.one.report()
    assert world.writes == 1
    world.at = START + RENEWED_SECONDS
    await world.one.report()
    assert world.last_used() == "2026-07-01T12:03:00Z"
    world.at += RENEWED_SECONDS
    await world.one.report()
    assert world.writes == 2


async def test_two_gateways_write_as_seldom_as_one(world: World) -> None:
    for _ in range(60):
        world.at += 10
        for gateway in (world.one, world.two):
            gateway.used("team-a", "ci")
            await gateway.report()
    assert world.writes <= 3


async def test_nothing_is_lost_while_the_api_server_is_away(world: World) -> None:
    world.one.used("team-a", "ci")
    world.unavailable = True
    await world.one.report()
    world.unavailable = False
    await world.one.report()
    assert world.last_used() == "2026-07-01T12:00:00Z"


async def test_keys_that_are_gone_are_forgotten(world: World) -> None:
    world.one.used("team-a", "gone")
    await world.one.report()
    assert world.writes == 0
    assert not world.one._uses


async def test_a_fault_of_ours_does_not_end_the_looks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(last_used_module, "FIRST_SECONDS", 0.01)
    looks = 0

    def fail(*_: object) -> None:
        nonlocal looks
        looks += 1
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(world.catalogue, "key", fail)
    world.one.used("team-a", "ci")
    task = asyncio.create_task(world.one.run())
    await until(lambda: looks >= 3)
    assert not task.done()
    task.cancel()
