"""One process of 100 clients that ask a Redis for leave, to be run several times at once.

Each line on its standard input says what to do; each line on its standard output tells how many
asks were admitted, and when asking began and ended.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

from quarterdeck_gateway.admission.port import Ask, BudgetLine, Limit, LimitKind, Settlement
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore

CLIENTS = 100
LINE = BudgetLine("team-a/monthly@2026-07", "team-a/monthly", 1000, None)
REQUESTS = Limit(LimitKind.REQUESTS, "agent", "team-a/crowd", 100)


async def _keep(store: RedisAdmissionStore, ask: Ask) -> None:
    """Hold on to it: nobody else may have it."""


async def _abort(store: RedisAdmissionStore, ask: Ask) -> None:
    """Give all back, as after a stream that broke at once."""
    await asyncio.sleep(0)
    await store.settle([Settlement(ask.id, 0, 0, time.time(), ask.budgets)])


ENDINGS: dict[str, Callable[[RedisAdmissionStore, Ask], Awaitable[None]]] = {
    "aborting": _abort,
    "budget": _keep,
    "limit": _keep,
}


async def run(url: str, name: str, asks: int) -> None:
    """Obey until the input ends; each time ask ``asks`` times, shared by all clients."""
    store = RedisAdmissionStore.open(url, "test", 5.0, 60)
    await store.ping()
    print("ready", flush=True)
    while what := (await asyncio.to_thread(sys.stdin.readline)).strip():
        print(json.dumps(await _crowd(store, what, f"{what}-{name}", asks)), flush=True)
    await store.close()


async def _crowd(store: RedisAdmissionStore, what: str, name: str, asks: int) -> dict[str, float]:
    numbers = iter(range(asks))
    admitted = 0

    async def client() -> None:
        nonlocal admitted
        for number in numbers:
            ask = _ask(what, f"{name}-{number}")
            if (await store.admit(ask)).admitted:
                admitted += 1
                await ENDINGS[what](store, ask)

    began = time.time()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return {"admitted": admitted, "began": began, "ended": time.time()}


def _ask(what: str, name: str) -> Ask:
    if what == "limit":
        return Ask(name, (REQUESTS,))
    return Ask(name, budgets=(LINE,), micro_usd=100)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3])))
