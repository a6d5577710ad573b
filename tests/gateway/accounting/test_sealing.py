"""What is handed over is small, and only a gateway of the same installation can have written it."""

import zlib

import pytest

from quarterdeck_gateway.accounting import sealing as sealing_module
from quarterdeck_gateway.accounting.hand_over import MemoryHandOver
from quarterdeck_gateway.accounting.sealing import (
    MOST_UNPACKED,
    Handed,
    SealedHandOver,
    Untrusted,
    pack,
    unpack,
)
from quarterdeck_gateway.accounting.spool import Batch
from support.declared import PEPPER

BATCH = Batch((b"1", b"2"), ("a", "b"), None)


class World:
    """Gateways of one installation, and what they share."""

    def __init__(self) -> None:
        self.shared = MemoryHandOver()
        self.gateway = SealedHandOver(self.shared, PEPPER.encode())
        self.usage = self.gateway.list_of("usage")

    def other(self, pepper: str = PEPPER) -> SealedHandOver:
        """Another gateway."""
        return SealedHandOver(self.shared, pepper.encode())


@pytest.fixture
def world() -> World:
    return World()


async def first(of: SealedHandOver, kind: str = "usage") -> Handed:
    handed = await of.first(kind)
    assert handed is not None
    return handed


async def test_another_gateway_reads_it_and_removes_it(world: World) -> None:
    await world.gateway.put("usage", BATCH)
    handed = await first(world.other())
    assert handed.batch == BATCH
    assert await world.other().remove("usage", handed)
    assert await world.gateway.first("usage") is None


async def forged(world: World) -> list[bytes]:
    """What somebody who can write to the server may come up with."""
    await world.gateway.put("usage", BATCH)
    ours = (await first(world.gateway)).sealed
    await world.gateway.remove("usage", Handed(BATCH, ours))
    return [
        b"",
        pack(BATCH),
        bytes(32) + pack(BATCH),
        ours[:32] + pack(Batch((b"1", b"999"), BATCH.ids, None)),
        ours[:-1],
        ours[:5] + bytes([ours[5] ^ 1]) + ours[6:],
    ]


async def test_what_is_forged_is_set_aside_and_in_nobodys_way(world: World) -> None:
    forgeries = await forged(world)
    for each in forgeries:
        await world.shared.put(world.usage, each)
    await world.gateway.put("usage", BATCH)
    for _ in forgeries:
        with pytest.raises(Untrusted):
            await world.gateway.first("usage")
    assert (await first(world.gateway)).batch == BATCH
    assert list(world.shared.aside[world.usage]) == forgeries


async def test_a_batch_of_one_kind_is_none_of_the_other(world: World) -> None:
    await world.gateway.put("usage", BATCH)
    await world.shared.put(world.gateway.list_of("audit"), (await first(world.gateway)).sealed)
    with pytest.raises(Untrusted):
        await world.gateway.first("audit")


async def test_gateways_with_another_pepper_leave_it_alone(world: World) -> None:
    await world.gateway.put("usage", BATCH)
    replaced = world.other(PEPPER[::-1])
    assert await replaced.first("usage") is None
    await replaced.put("usage", Batch((b"3",), ("c",), None))
    assert (await first(world.gateway)).batch == BATCH
    assert (await first(replaced)).batch.records == (b"3",)
    assert not world.shared.aside


def test_the_lists_name_does_not_tell_the_pepper(world: World) -> None:
    assert world.usage.startswith("usage:")
    assert PEPPER not in world.usage
    assert world.usage != world.other(PEPPER[::-1]).list_of("usage")


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


def test_no_more_is_unpacked_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing_module, "MOST_UNPACKED", 1_000_000)
    bomb = zlib.compress(bytes(1_000_001), 9)
    assert MOST_UNPACKED > 1_000_000 > 100 * len(bomb)
    with pytest.raises(ValueError, match="more than 1000000 bytes"):
        unpack(bomb)
