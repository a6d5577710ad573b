"""A thousand budgets of keys over a thousand agents: chats get their turn in between."""

import asyncio
import gc
import time
from collections.abc import Coroutine

import pytest

from quarterdeck_gateway.admission.room import Floors
from quarterdeck_gateway.admission.seeding import NoHistory
from support.budget_reports import ReportingGateway
from support.declared import api_key

MANY = 1_000
LONGEST_SECONDS = 0.05
"""Of the processor, ten times what a turn is meant to last."""


@pytest.fixture
async def crowded() -> ReportingGateway:
    """No key's patterns are another's, and what is left is too little for half of the agents."""
    gateway = ReportingGateway(history=NoHistory(0))
    gateway.floors = Floors({"team-a": {f"agent-{n}": 500 + n for n in range(MANY)}})
    for n in range(MANY):
        agents = [f"*-{n}", "agent-*"]
        await gateway.writer.create(
            api_key(f"key-{n}", f"qd_{n}", namespace="team-a", agents=agents)
        )
        await gateway.budget(f"of-{n}", amountUSD=0.001, scope={"kind": "Key", "name": f"key-{n}"})
    return gateway


async def longest_turn(work: Coroutine[None, None, None]) -> float:
    """Seconds of the processor for which nobody else had a turn."""
    task, longest = asyncio.create_task(work), 0.0
    while not task.done():
        began = time.thread_time()
        await asyncio.sleep(0)
        longest = max(longest, time.thread_time() - began)
    await task
    return longest


async def test_no_turn_is_long(crowded: ReportingGateway) -> None:
    # What others have left behind is not ours to count.
    gc.collect()
    gc.disable()
    try:
        longest = [await longest_turn(crowded.reporter.round()) for _ in range(2)]
    finally:
        gc.enable()
    assert max(longest) < LONGEST_SECONDS, longest
    message = crowded.condition("Exceeded", "of-7")["message"]
    assert "too little for chats with team-a/agent-501" in message
