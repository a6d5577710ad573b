"""Every admission store there is, so that one test can hold all of them to their promises."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from typing import Final

from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    Ask,
    BudgetLine,
    Limit,
    LimitKind,
    Settlement,
)
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore
from support.redis_servers import KINDS, RedisServer, running

STORES: Final = ("memory", *KINDS)
RESERVATION: Final = 60.0
"""Longer than any test: nothing lapses that is not meant to."""
LAPSE: Final = 2.0
"""Reservations of stores in which they are meant to."""
TIMEOUT: Final = 5.0
"""An answer that takes so long comes from a machine that is busy, unless a server is held up."""
_numbers = count()


@contextmanager
def server_for(kind: str) -> Iterator[RedisServer | None]:
    """The server that a store of this kind needs; None for memory."""
    if kind == "memory":
        yield None
        return
    with running(kind) as server:
        yield server


@asynccontextmanager
async def store_on(
    server: RedisServer | None, prefix: str = "", reservation_seconds: float = RESERVATION
) -> AsyncIterator[AdmissionStore]:
    """A store with a prefix of its own, so nothing of earlier tests is in it."""
    if server is None:
        yield MemoryAdmissionStore(time.time, reservation_seconds)
        return
    prefix = prefix or f"test{next(_numbers)}"
    store = RedisAdmissionStore.open(server.url, prefix, TIMEOUT, reservation_seconds)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def opened(
    url: str, prefix: str = "test", timeout: float = TIMEOUT
) -> AsyncIterator[RedisAdmissionStore]:
    """A store that loses patience after ``timeout`` seconds, and lets nothing lapse."""
    store = RedisAdmissionStore.open(url, prefix, timeout, RESERVATION)
    try:
        yield store
    finally:
        await store.close()


def limit(kind: LimitKind, amount: int, subject: str = "team-a/writer") -> Limit:
    """A limit of an agent."""
    return Limit(kind, "agent", subject, amount)


def budget(
    amount: int,
    name: str = "team-a/monthly",
    *,
    enforced: bool = True,
    ends_at: float | None = None,
) -> BudgetLine:
    """A budget of which the store knows nothing yet."""
    return BudgetLine(f"{name}@2026-07", name, amount, ends_at, enforced=enforced)


def settlement(
    ask: Ask, tokens: int = 0, micro_usd: int = 0, at: float | None = None
) -> Settlement:
    """What ``ask`` came to, now unless said otherwise."""
    return Settlement(ask.id, tokens, micro_usd, time.time() if at is None else at, ask.budgets)


async def seeded(store: AdmissionStore, line: BudgetLine, spent: int = 0) -> BudgetLine:
    """``line``, now that the store knows what was spent."""
    await store.seed(line, spent, time.time() - 60)
    return line


async def standing(store: AdmissionStore, line: BudgetLine) -> tuple[int, int]:
    """What is spent and what is reserved."""
    (state,) = await store.states((line,))
    return state.spent, state.reserved
