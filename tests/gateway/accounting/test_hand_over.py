"""What is handed over is kept, in order, until it is removed: the same in every hand-over."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest

from quarterdeck_gateway.accounting.hand_over import (
    MOST_ASIDE,
    HandOver,
    HandOverAway,
    HandOverFull,
)
from quarterdeck_gateway.accounting.redis_hand_over import RedisHandOver
from support.admission_stores import STORES, server_for
from support.hand_overs import MOST_BYTES, aside, hand_over_on
from support.redis_servers import RedisServer, running


@pytest.fixture(scope="module", params=STORES)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer | None]:
    """One server of each kind; None stands for memory."""
    with server_for(request.param) as server:
        yield server


@pytest.fixture
async def hand_over(server: RedisServer | None) -> AsyncIterator[HandOver]:
    async with hand_over_on(server) as made:
        yield made


async def taken(hand_over: HandOver, kind: str) -> list[bytes]:
    """All of a kind, as gateways take it."""
    found: list[bytes] = []
    while (packed := await hand_over.first(kind)) is not None:
        found.append(packed)
        assert await hand_over.remove(kind, packed)
    return found


async def test_comes_out_in_the_order_in_which_it_went_in(hand_over: HandOver) -> None:
    batches = [b"%d\x00\n\xff" % number for number in range(5)]
    for batch in batches:
        await hand_over.put("usage", batch)
    assert await taken(hand_over, "usage") == batches
    assert await hand_over.first("usage") is None


async def test_kinds_do_not_mix(hand_over: HandOver) -> None:
    await hand_over.put("usage", b"chat")
    assert await hand_over.first("audit") is None
    assert not await hand_over.remove("audit", b"chat")
    assert await taken(hand_over, "usage") == [b"chat"]


async def test_the_first_stays_until_somebody_removes_it_and_is_removed_once(
    hand_over: HandOver,
) -> None:
    for batch in (b"1", b"2"):
        await hand_over.put("usage", batch)
    both = await asyncio.gather(*(hand_over.first("usage") for _ in range(2)))
    assert both == [b"1", b"1"]
    removed = await asyncio.gather(*(hand_over.remove("usage", b"1") for _ in range(2)))
    assert sorted(removed) == [False, True]
    assert await hand_over.first("usage") == b"2", "whoever comes second takes nothing else away"


async def test_takes_no_more_than_there_is_room_for(hand_over: HandOver) -> None:
    kept = 0
    with suppress(HandOverFull):
        while kept < 100:
            await hand_over.put("usage", b"%05d" % kept + b"x" * 9_000)
            kept += 1
    assert MOST_BYTES * 0.8 < kept * 9_005 <= MOST_BYTES
    await hand_over.put("audit", b"each kind has room of its own")
    assert len(await taken(hand_over, "usage")) == kept
    await hand_over.put("usage", b"there is room again")


async def test_what_is_set_aside_is_out_of_the_way_and_kept(hand_over: HandOver) -> None:
    batches = [b"%05d" % number for number in range(MOST_ASIDE + 2)]
    for batch in batches:
        await hand_over.put("usage", batch)
    for batch in batches[:-1]:
        await hand_over.set_aside("usage", batch)
    assert await aside(hand_over, "usage") == batches[1:-1], "the latest of them"
    assert await taken(hand_over, "usage") == batches[-1:]


@asynccontextmanager
async def bounded() -> AsyncIterator[tuple[RedisServer, RedisHandOver]]:
    """A server that may take 16 MB, and nothing in it."""
    options = ("--maxmemory", "16mb", "--maxmemory-policy", "noeviction")
    with running("valkey", options=options) as server:
        hand_over = RedisHandOver.open(server.url, "test")
        yield server, hand_over
        await hand_over.close()


def fill(server: RedisServer, share: float) -> None:
    """Counters take so much of the server's memory."""
    number = 0
    while server.command("MEMORY", "STATS")[1] < share * 2**20 * 16:
        server.command("SET", f"counter-{number}", "x" * 100_000)
        number += 1


async def test_a_kind_gets_a_quarter_of_the_server() -> None:
    async with bounded() as (server, hand_over):
        with suppress(HandOverFull):
            for _ in range(200):
                await hand_over.put("usage", b"x" * 100_000)
        assert 30 < server.command("LLEN", "{test}:handed:usage") < 42
        await hand_over.put("audit", b"each kind has room of its own")


async def test_a_server_that_is_well_used_takes_batches_still() -> None:
    async with bounded() as (server, hand_over):
        fill(server, 0.7)
        for _ in range(5):
            await hand_over.put("usage", b"x" * 100_000)


async def test_the_last_tenth_is_for_limits_and_budgets() -> None:
    async with bounded() as (server, hand_over):
        fill(server, 0.8)
        with suppress(HandOverFull):
            for _ in range(200):
                await hand_over.put("usage", b"x" * 100_000)
        assert 0 < server.command("LLEN", "{test}:handed:usage") < 25
        with pytest.raises(HandOverFull, match="memory is full"):
            await hand_over.put("audit", b"x" * 100_000)
        server.command("SET", "{test}:counter", 1)


async def test_a_server_that_is_away_and_comes_back() -> None:
    with running("valkey", persistent=True) as server:
        hand_over = RedisHandOver.open(server.url, "test")
        await hand_over.put("usage", b"1")
        server.kill()
        for asking in (hand_over.put("usage", b"2"), hand_over.first("usage")):
            with pytest.raises(HandOverAway):
                await asking
        server.start()
        assert await taken(hand_over, "usage") == [b"1"]
        await hand_over.close()
