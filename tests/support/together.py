"""What tests with several gateways share: an agent with a price, a crowd of clients, the books."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from sqlalchemy import func, select

from quarterdeck_contract.v1alpha1.budget import Budget
from quarterdeck_contract.validation import parse
from quarterdeck_gateway.admission.lines import line_of
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore
from quarterdeck_gateway.catalogue.port import BudgetEntry
from quarterdeck_gateway.database.engine import Database
from quarterdeck_gateway.database.tables import usage_records
from support.declared import budget, model
from support.fake_worker import FakeWorker
from support.gateway_processes import GatewayProcess

TOKENS = 4
"""Output tokens of every answer: what each asks for at most, and gets."""
DOLLARS_PER_TOKEN = 1
CALL = TOKENS * DOLLARS_PER_TOKEN
MICRO = 1_000_000


def agent(url: str, **spec: Any) -> dict[str, Any]:
    """An agent that runs elsewhere: the fake worker."""
    return {
        "apiVersion": "quarterdeck.dev/v1alpha1",
        "kind": "Agent",
        "metadata": {"name": "demo", "namespace": "default", "uid": "agent-demo"},
        "spec": {"runtime": {"endpoint": url}, "model": "priced"} | spec,
    }


def catalogue(worker: FakeWorker, *more: dict[str, Any], **spec: Any) -> list[dict[str, Any]]:
    """The agent, its Model (a dollar per output token, nothing for input), and ``more``."""
    priced = model("priced", 0.0, DOLLARS_PER_TOKEN * MICRO)
    return [agent(worker.url, **spec), priced, *more]


@dataclass
class Answers:
    """What many clients got."""

    statuses: list[int] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def count(self, status: int) -> int:
        return self.statuses.count(status)


class Crowd:
    """Clients that ask at the same time, each request at another gateway than the one before."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    def post(self, gateway: GatewayProcess, **fields: Any) -> Any:
        body = {
            "model": "demo",
            "messages": [{"role": "user", "content": "hi"}],
            "max_tokens": TOKENS,
        }
        url = f"{gateway.url}/v1/chat/completions"
        return self.session.post(url, json=body | fields)

    async def ask(
        self, gateways: Sequence[GatewayProcess], requests: int, clients: int, **fields: Any
    ) -> Answers:
        """``requests`` chats by ``clients`` clients."""
        answers, numbers = Answers(), iter(range(requests))

        async def client() -> None:
            for number in numbers:
                async with self.post(gateways[number % len(gateways)], **fields) as answer:
                    await answer.read()
                    answers.statuses.append(answer.status)
                    answers.headers.append({k.lower(): v for k, v in answer.headers.items()})

        await asyncio.gather(*(client() for _ in range(clients)))
        return answers


def calls(number: int, **spec: Any) -> dict[str, Any]:
    """A Budget for so many calls."""
    made: dict[str, Any] = budget("all", number * CALL, **spec)
    return made


async def standing(redis_url: str, manifest: dict[str, Any]) -> tuple[int, int]:
    """Spent and reserved of a Budget, in calls."""
    parsed = parse(manifest)
    assert isinstance(parsed, Budget)
    metadata = manifest["metadata"]
    entry = BudgetEntry(
        metadata["namespace"], metadata["name"], metadata["uid"], parsed.spec, manifest
    )
    store = RedisAdmissionStore.open(redis_url, "quarterdeck", 2.0, 30.0)
    try:
        (state,) = await store.states([line_of(entry, time.time())])
    finally:
        await store.close()
    return state.spent // (CALL * MICRO), state.reserved // (CALL * MICRO)


@dataclass(frozen=True)
class Ledger:
    """What stands in the database."""

    records: int
    by_outcome: dict[str, int]
    cost: int
    """Micro-USD."""


async def ledger(database_url: str) -> Ledger:
    """Reads the database as it is now."""
    database = Database.open(database_url)
    try:
        async with database.read() as connection:
            outcomes = await connection.execute(
                select(usage_records.c.outcome, func.count()).group_by(usage_records.c.outcome)
            )
            by_outcome = {str(outcome): int(number) for outcome, number in outcomes}
            cost = await connection.execute(select(func.sum(usage_records.c.cost_micro_usd)))
            return Ledger(sum(by_outcome.values()), by_outcome, int(cost.scalar_one() or 0))
    finally:
        await database.close()


async def eventually(true: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Waits for an async condition; fails the test when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not (found := await true()):
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.1)
    return found
