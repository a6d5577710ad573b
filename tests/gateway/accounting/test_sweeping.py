"""What every hourly sweep keeps to, whatever it clears away."""

import asyncio

import pytest

from quarterdeck_gateway.accounting import sweeping
from quarterdeck_gateway.accounting.retention import Retention
from quarterdeck_gateway.accounting.sweeping import HourlySweep
from quarterdeck_gateway.conversations.retention import ConversationRetention
from quarterdeck_gateway.database.engine import Database


@pytest.mark.parametrize("kind", [Retention, ConversationRetention])
async def test_a_fault_of_ours_does_not_end_the_turns(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[Retention] | type[ConversationRetention],
) -> None:
    monkeypatch.setattr(sweeping, "EVERY_SECONDS", 0.01)
    turns = 0

    async def claim(name: str, owner: str, seconds: float) -> bool:
        nonlocal turns
        turns += 1
        raise RuntimeError("a fault of ours")

    sweep: HourlySweep = kind(database, claim, gateway="g", retention_days=9)
    task = asyncio.create_task(sweep.run())
    async with asyncio.timeout(60):
        while turns < 3:
            await asyncio.sleep(0.005)
    assert not task.done()
    task.cancel()
