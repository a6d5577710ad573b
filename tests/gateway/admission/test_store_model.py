"""Whatever happens, in whatever order: the stores say what a naive model says."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.port import AdmissionStore, Ask, LimitKind, Settlement
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore
from support.admission_model import AdmissionModel
from support.admission_stores import budget, limit
from support.redis_servers import RedisServer, running

# So slow that nothing recovers while an example runs.
LIMITS = (
    limit(LimitKind.REQUESTS, 4),
    limit(LimitKind.TOKENS, 10),
    limit(LimitKind.CONCURRENCY, 2),
    limit(LimitKind.CONCURRENCY, 3, "team-a"),
)
LINES = (budget(100, "a/small"), budget(300, "a/large"), budget(50, "a/counted", enforced=False))
IDS = "abcde"
COSTS = st.integers(0, 70)
TOKENS = st.integers(0, 15)
PREFIXES = (f"model{number}" for number in count())

asks = st.builds(
    lambda limits, budgets, tokens, micro_usd: Ask("", limits, budgets, tokens, micro_usd),
    st.lists(st.sampled_from(LIMITS), unique=True).map(tuple),
    st.lists(st.sampled_from(LINES), unique=True).map(tuple),
    TOKENS,
    COSTS,
)
ids = st.sampled_from(IDS)
steps = st.one_of(
    st.tuples(st.just("admit"), ids),
    st.tuples(st.just("settle"), ids, TOKENS, COSTS),
    st.tuples(st.just("extend"), ids, COSTS),
    st.tuples(st.just("renew"), ids),
    st.tuples(st.just("lapse")),
)
stories = st.tuples(
    st.lists(asks, min_size=len(IDS), max_size=len(IDS)), st.lists(steps, min_size=10, max_size=40)
)


class Play:
    """Tells one story to a store and to the model, and compares them after each step."""

    def __init__(self, store: AdmissionStore, lapse: Callable[[], None], asks: list[Ask]) -> None:
        self.store = store
        self.model = AdmissionModel()
        self._make_lapse = lapse
        self._asks = {
            name: Ask(name, ask.limits, ask.budgets, ask.tokens, ask.micro_usd)
            for name, ask in zip(IDS, asks, strict=True)
        }

    async def tell(self, story: list[tuple[object, ...]]) -> None:
        for line in LINES:
            await self.store.seed(line, 0, 0.0)
        for verb, *rest in story:
            await getattr(self, f"_{verb}")(*rest)
            await self._compare()

    async def _admit(self, name: str) -> None:
        ask = self._asks[name]
        verdict = await self.store.admit(ask)
        refusal = verdict.refused_limit is not None
        assert (verdict.admitted, verdict.refused_budget, refusal) == self.model.admit(ask)
        remaining = [self.model.remaining(of) for of in ask.limits]
        assert [state.remaining for state in verdict.limits] == remaining

    async def _settle(self, name: str, tokens: int, micro_usd: int) -> None:
        told = Settlement(name, tokens, micro_usd, time.time(), self._asks[name].budgets)
        await self.store.settle([told])
        self.model.settle(told)

    async def _extend(self, name: str, micro_usd: int) -> None:
        assert await self.store.extend(name, micro_usd) == self.model.extend(name, micro_usd)

    async def _renew(self, name: str) -> None:
        await self.store.renew([name])
        self.model.renew(name)

    async def _lapse(self) -> None:
        self._make_lapse()
        self.model.lapse()

    async def _compare(self) -> None:
        states = await self.store.states(LINES)
        told = [(state.spent, state.reserved) for state in states]
        assert told == [(self.model.spent(line), self.model.reserved(line)) for line in LINES]
        assert all(reserved >= 0 for _, reserved in told)


@pytest.fixture(scope="module")
def valkey() -> Iterator[RedisServer]:
    with running("valkey") as server:
        yield server


@asynccontextmanager
async def _open(server: RedisServer, prefix: str) -> AsyncIterator[RedisAdmissionStore]:
    store = RedisAdmissionStore.open(server.url, prefix, 5.0, 60)
    try:
        yield store
    finally:
        await store.close()


def _expire_all(server: RedisServer, prefix: str) -> None:
    """As if the longest reservation had passed for all that is held."""
    for key in server.command("KEYS", f"{{{prefix}}}:l*"):
        if server.command("TYPE", key.decode()) == b"zset":
            for member in server.command("ZRANGE", key.decode(), 0, -1):
                server.command("ZADD", key.decode(), 1, member.decode())


@settings(max_examples=60, deadline=None)
@given(stories)
def test_memory_agrees_with_the_model(story: tuple[list[Ask], list[tuple[object, ...]]]) -> None:
    clock = [1000.0]

    def lapse() -> None:
        clock[0] += 0.002

    store = MemoryAdmissionStore(lambda: clock[0], reservation_seconds=0.001)
    asyncio.run(Play(store, lapse, story[0]).tell(story[1]))


@settings(max_examples=40, deadline=None)
@given(story=stories)
def test_valkey_agrees_with_the_model(
    valkey: RedisServer, story: tuple[list[Ask], list[tuple[object, ...]]]
) -> None:
    prefix = next(PREFIXES)

    async def play() -> None:
        async with _open(valkey, prefix) as store:
            await Play(store, lambda: _expire_all(valkey, prefix), story[0]).tell(story[1])

    asyncio.run(play())
