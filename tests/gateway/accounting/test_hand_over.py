"""What is handed over is kept, in order, until it is removed: the same in every hand-over."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from quarterdeck_gateway.accounting.hand_over import (
    HandOver,
    HandOverAway,
    HandOverFull,
    pack,
    unpack,
)
from quarterdeck_gateway.accounting.redis_hand_over import RedisHandOver
from quarterdeck_gateway.accounting.spool import Batch
from support.admission_stores import STORES, server_for
from support.hand_overs import MOST_BYTES, hand_over_on
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


async def test_leaves_half_of_the_server_to_limits_and_budgets() -> None:
    options = ("--maxmemory", "16mb", "--maxmemory-policy", "noeviction")
    with running("valkey", options=options) as server:
        hand_over = RedisHandOver.open(server.url, "test")
        with suppress(HandOverFull):
            for _ in range(200):
                await hand_over.put("usage", b"x" * 100_000)
        assert 10 < server.command("LLEN", "{test}:handed:usage") < 80
        with pytest.raises(HandOverFull, match="memory"):
            await hand_over.put("audit", b"x" * 100_000)
        await hand_over.close()


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


@pytest.mark.parametrize("count", [1, 2, 500])
def test_records_and_ids_survive_packing(count: int) -> None:
    records = tuple(b'{"id": %d, "name": "\xc3\xa9"}' % number for number in range(count))
    batch = Batch(records, tuple(f"usage-{number}" for number in range(count)), None)
    assert unpack(pack(batch)) == batch


def test_records_are_packed_to_a_fraction() -> None:
    line = b'{"id":"%032d","namespace":"team-a","agent":"writer","outcome":"completed"}'
    records = tuple(line % (number * 7919**5) for number in range(500))
    packed = pack(Batch(records, tuple(f"usage-{number}" for number in range(500)), None))
    assert len(packed) < sum(map(len, records)) / 4


@pytest.mark.parametrize("packed", [b"", b"{}", b"x\x9c+J-\xce\xcf\x05\x00\x08\x9b\x02\x8a"])
def test_what_is_no_batch_is_told(packed: bytes) -> None:
    with pytest.raises(ValueError, match="not a batch"):
        unpack(packed)
