"""What only a server over a network does: flush, restart, hang, keep keys of others."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from quarterdeck_gateway.admission.lua import load
from quarterdeck_gateway.admission.port import Ask, LimitKind, Settlement, StoreAway, StoreRefused
from quarterdeck_gateway.admission.redis_store import RedisAdmissionStore
from support.admission_stores import budget, limit, opened, server_for, settlement
from support.redis_servers import KINDS, RedisServer

HASTE = 0.25
"""Seconds that a store waits for a server which does not answer."""


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with server_for(request.param) as server:
        assert server is not None
        yield server


@pytest.fixture
async def store(server: RedisServer) -> AsyncIterator[RedisAdmissionStore]:
    server.command("FLUSHALL")
    async with opened(server.url) as store:
        yield store


async def test_loads_scripts_anew_after_a_flush(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    ask = Ask("a", (limit(LimitKind.CONCURRENCY, 1),))
    assert (await store.admit(ask)).admitted
    server.command("SCRIPT", "FLUSH")
    assert not (await store.admit(Ask("b", ask.limits))).admitted
    await store.settle([settlement(ask)])
    assert (await store.admit(Ask("b", ask.limits))).admitted
    known = server.command("SCRIPT", "EXISTS", load().admit.sha)
    assert known == [1]


async def test_a_restart_forgets_and_asks_for_seeds(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    line = budget(100)
    await store.seed(line, 0, time.time())
    assert (await store.admit(Ask("a", budgets=(line,), micro_usd=10))).admitted
    server.kill()
    with pytest.raises(StoreAway):
        await store.admit(Ask("b", budgets=(line,)))
    with pytest.raises(StoreAway):
        await store.ping()
    server.start()
    await store.ping()
    assert (await store.admit(Ask("b", budgets=(line,)))).unseeded == (line.id,)
    assert not await store.extend("a", 10)


async def test_a_hanging_server_is_left_in_time_and_found_again(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    line = budget(100)
    await store.seed(line, 0, time.time())
    ask = Ask("a", budgets=(line,), micro_usd=10)
    async with opened(server.url, timeout=HASTE) as hasty:
        await found(hasty)
        server.pause()
        try:
            # One after the other they would wait for 25 seconds.
            async with asyncio.timeout(20):
                outcomes = await asyncio.gather(
                    *(hasty.admit(ask) for _ in range(100)), return_exceptions=True
                )
            assert {type(outcome) for outcome in outcomes} == {StoreAway}
        finally:
            server.resume()
        await found(hasty)
    await store.settle([settlement(ask)])
    await asyncio.sleep(0.05)
    (state,) = await store.states((line,))
    assert state.reserved == 0, "the question was heard late, after it had been settled"


async def found(store: RedisAdmissionStore) -> None:
    """Return once the store answers: on a busy machine not every time within its patience."""
    async with asyncio.timeout(60):
        while True:
            with suppress(StoreAway):
                return await store.ping()


async def test_a_cancelled_question_disturbs_nobody(store: RedisAdmissionStore) -> None:
    of = limit(LimitKind.CONCURRENCY, 1000)
    asked = [asyncio.create_task(store.admit(Ask(str(i), (of,)))) for i in range(20)]
    await asyncio.sleep(0)
    for task in asked[::2]:
        task.cancel()
    verdicts = await asyncio.gather(*asked, return_exceptions=True)
    assert all(not isinstance(verdict, Exception) for verdict in verdicts[1::2])
    after = await store.admit(Ask("after", (of,)))
    assert 979 <= after.limits[0].remaining <= 989


async def test_nothing_is_asked_after_closing(store: RedisAdmissionStore) -> None:
    await store.ping()
    await store.close()
    with pytest.raises(StoreAway, match="closed"):
        await store.ping()
    with pytest.raises(StoreAway, match="closed"):
        await store.admit(Ask("a"))


async def test_budgets_expire_two_days_after_their_period(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    ends_at = time.time() + 3600
    month, total = budget(100, "a/month", ends_at=ends_at), budget(100, "a/total")
    for line in (month, total):
        await store.seed(line, 0, time.time())
        await store.admit(Ask(f"ask of {line.name}", budgets=(line,), micro_usd=1))
    expires = server.command("PEXPIRETIME", f"{{test}}:b:{month.id}")
    assert expires == pytest.approx((ends_at + 48 * 3600) * 1000, abs=2)
    assert server.command("PEXPIRETIME", f"{{test}}:b:{total.id}") == -1


async def test_what_is_over_leaves_only_ids_that_expire(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    line = budget(10_000, ends_at=time.time() + 60)
    await store.seed(line, 0, time.time())
    limits = (limit(LimitKind.TOKENS, 1000), limit(LimitKind.CONCURRENCY, 50))
    asks = [Ask(str(i), limits, (line,), tokens=10, micro_usd=1) for i in range(20)]
    for ask in asks:
        assert (await store.admit(ask)).admitted
    await store.settle([settlement(ask, tokens=1, micro_usd=1) for ask in asks])
    keys = server.command("KEYS", "*")
    assert len([key for key in keys if b":a:" in key]) == 20
    assert len(keys) <= 22, keys
    assert all(server.command("PTTL", key.decode()) > 0 for key in keys)


async def test_two_prefixes_share_nothing(server: RedisServer, store: RedisAdmissionStore) -> None:
    of = limit(LimitKind.CONCURRENCY, 1)
    async with opened(server.url, "other") as other:
        assert (await store.admit(Ask("a", (of,)))).admitted
        assert (await other.admit(Ask("a", (of,)))).admitted


async def test_a_broken_limit_is_the_trouble_of_its_own_chats(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    broken = limit(LimitKind.TOKENS, 10, "team-a/broken")
    server.command("LPUSH", "{test}:l:t:agent:team-a/broken", "nonsense")
    with pytest.raises(StoreRefused, match="WRONGTYPE"):
        await store.admit(Ask("a", (broken,), tokens=1))
    server.command("SCRIPT", "FLUSH")
    with pytest.raises(StoreRefused, match="WRONGTYPE"):
        await store.admit(Ask("a", (broken,), tokens=1))
    with pytest.raises(StoreRefused, match="out of range"):
        await store.admit(Ask("a", (limit(LimitKind.TOKENS, 10),), tokens=10**18))
    assert (await store.admit(Ask("b", (limit(LimitKind.TOKENS, 10),), tokens=1))).admitted


async def test_a_settlement_that_fails_half_way_gives_back_once(
    server: RedisServer, store: RedisAdmissionStore
) -> None:
    line = budget(10_000)
    await store.seed(line, 5, time.time() - 60)
    poison = Ask("poison", budgets=(line,), micro_usd=1000)
    for ask in (poison, Ask("b", budgets=(line,), micro_usd=700), Ask("c", (), (line,), 0, 10)):
        assert (await store.admit(ask)).admitted
    innocent = Settlement("c", 0, 8, time.time(), (line,))
    for _ in range(3):
        with pytest.raises(StoreRefused):
            await store.settle([innocent, settlement(poison, micro_usd=10**19)])
    (state,) = await store.states([line])
    assert (state.spent, state.reserved) == (13, 700)
    assert (await store.admit(Ask("d", budgets=(line,), micro_usd=1))).admitted
