"""The spool: nothing that was appended is lost, and nothing stays for ever."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from quarterdeck_gateway.accounting import spool as spool_module
from quarterdeck_gateway.accounting.spool import Batch, Spool, SpoolFull

MakeSpool = Callable[..., Spool]

RECORDER = """
import os, signal, sys
from pathlib import Path
from quarterdeck_gateway.accounting.spool import Spool
spool = Spool(Path(sys.argv[1]), "usage", segment_bytes=1000)
for number in range(int(sys.argv[2])):
    spool.append(b"record %d" % number)
    if number == int(sys.argv[3]):
        spool.ack(spool.take(10))
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_recorder(directory: Path, records: int, acks_ten_at: int = -1) -> None:
    """A process that appends and dies without a word."""
    command = [sys.executable, "-c", RECORDER, str(directory), str(records), str(acks_ten_at)]
    assert subprocess.run(command, check=False, timeout=30).returncode == -9


def drained(spool: Spool, most: int = 7) -> list[bytes]:
    found: list[bytes] = []
    while (batch := spool.take(most)) is not None:
        found += batch.records
        spool.ack(batch)
    return found


def numbered(first: int, behind: int) -> list[bytes]:
    return [b"record %d" % number for number in range(first, behind)]


def segments(directory: Path) -> list[Path]:
    return sorted(directory.glob("*/*.jsonl"))


def test_gives_what_it_took_in_order(make_spool: MakeSpool) -> None:
    spool = make_spool(segment_bytes=50)
    for record in numbered(0, 40):
        spool.append(record)
    assert spool.depth == 40
    assert drained(spool) == numbered(0, 40)
    assert spool.depth == 0
    assert spool.take(1) is None


def test_gives_the_same_again_until_it_is_acknowledged(make_spool: MakeSpool) -> None:
    spool = make_spool()
    for record in numbered(0, 5):
        spool.append(record)
    first = spool.take(3)
    assert first is not None
    assert spool.take(3) == first
    spool.ack(first)
    second = spool.take(3)
    assert second is not None
    assert second.records == (b"record 3", b"record 4")
    assert len({*first.ids, *second.ids}) == 5


def test_segments_go_when_they_are_delivered(make_spool: MakeSpool, spool_directory: Path) -> None:
    spool = make_spool(segment_bytes=100)
    for record in numbered(0, 100):
        spool.append(record)
    assert len(segments(spool_directory)) > 5
    assert spool.bytes == sum(path.stat().st_size for path in segments(spool_directory))
    drained(spool)
    assert len(segments(spool_directory)) <= 1
    spool.close()
    assert list(spool_directory.iterdir()) == []


def test_a_closed_spool_leaves_the_rest_to_the_next(make_spool: MakeSpool) -> None:
    first = make_spool()
    for record in numbered(0, 10):
        first.append(record)
    batch = first.take(4)
    assert batch is not None
    first.ack(batch)
    first.close()
    second = make_spool()
    assert second.depth == 6
    second.append(b"record 10")
    assert drained(second) == numbered(4, 11)


def test_records_of_a_killed_process_are_adopted(
    make_spool: MakeSpool, spool_directory: Path
) -> None:
    killed_recorder(spool_directory, 500)
    spool = make_spool()
    assert spool.depth == 500
    assert drained(spool) == numbered(0, 500)
    spool.close()
    assert list(spool_directory.iterdir()) == []


def test_a_killed_process_repeats_nothing_that_it_acknowledged(
    make_spool: MakeSpool, spool_directory: Path
) -> None:
    killed_recorder(spool_directory, 200, acks_ten_at=150)
    assert drained(make_spool()) == numbered(10, 200)


def test_ids_are_the_same_after_a_restart(make_spool: MakeSpool, spool_directory: Path) -> None:
    killed_recorder(spool_directory, 30)
    first = make_spool()
    before = first.take(30)
    first.close()
    after = make_spool().take(30)
    assert before is not None
    assert after is not None
    assert before.ids == after.ids


def test_a_living_process_keeps_its_own(make_spool: MakeSpool) -> None:
    first, second = make_spool(), make_spool()
    first.append(b"mine")
    assert second.adopt() == 0
    assert second.take(1) is None
    first.close()
    assert second.adopt() == 1
    assert drained(second) == [b"mine"]


def test_a_torn_last_line_is_passed_over_and_counted(
    make_spool: MakeSpool, spool_directory: Path
) -> None:
    killed_recorder(spool_directory, 3)
    (segment,) = segments(spool_directory)
    os.truncate(segment, segment.stat().st_size - 4)
    spool = make_spool()
    assert drained(spool) == numbered(0, 2)
    assert spool.torn == 1
    spool.close()
    assert list(spool_directory.iterdir()) == []


def test_a_damaged_progress_file_repeats_but_loses_nothing(
    make_spool: MakeSpool, spool_directory: Path
) -> None:
    killed_recorder(spool_directory, 20, acks_ten_at=15)
    (acked,) = spool_directory.glob("*/acked")
    acked.write_bytes(b"\0" * 42)
    assert drained(make_spool()) == numbered(0, 20)


def test_a_record_longer_than_a_read_is_given_whole(make_spool: MakeSpool) -> None:
    spool = make_spool()
    long = b"x" * (3 * 512 * 1024)
    for record in (b"before", long, b"behind"):
        spool.append(record)
    assert drained(spool) == [b"before", long, b"behind"]


def test_more_than_a_read_of_records_is_given(make_spool: MakeSpool) -> None:
    spool = make_spool(segment_bytes=10_000_000)
    records = [b"%06d" % number + b"y" * 300 for number in range(5000)]
    for record in records:
        spool.append(record)
    assert drained(spool, 5000) == records


def test_at_its_bound_records_stay_in_memory(
    make_spool: MakeSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "MAX_UNWRITTEN", 5)
    spool = make_spool(segment_bytes=20, max_bytes=100)
    while spool.bytes < 100:
        assert spool.unwritten == 0
        spool.append(b"0123456789")
    written = spool.depth
    for _ in range(5):
        spool.append(b"in memory")
    assert spool.full
    assert (spool.depth, spool.unwritten) == (written + 5, 5)
    with pytest.raises(SpoolFull):
        spool.append(b"one too many")
    assert drained(spool) == [b"0123456789"] * written + [b"in memory"] * 5
    assert not spool.full


def test_calls_itself_full_before_it_is(make_spool: MakeSpool) -> None:
    spool = make_spool(max_bytes=100)
    spool.append(b"x" * 80)
    assert not spool.full
    spool.append(b"x" * 10)
    assert spool.full
    assert spool.unwritten == 0


def test_a_disk_that_fails_costs_no_record(make_spool: MakeSpool, spool_directory: Path) -> None:
    spool = make_spool()
    spool.append(b"first")
    (segment,) = segments(spool_directory)
    shutting = Shutter(spool)
    shutting.closed = True
    spool.append(b"second")
    shutting.closed = False
    spool.append(b"third")
    assert spool.unwritten == 1
    assert sorted(drained(spool)) == [b"first", b"second", b"third"]
    assert segment.parent.is_dir()


class Shutter:
    """Makes a spool's segment one that cannot be written to: /dev/full takes nothing."""

    def __init__(self, spool: Spool) -> None:
        self._folder = spool._own
        self._kept = -1
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    @closed.setter
    def closed(self, closed: bool) -> None:
        if closed:
            self._kept = self._folder._writer
            self._folder._writer = os.open("/dev/full", os.O_WRONLY)
        else:
            os.close(self._folder._writer)
            self._folder._writer = self._kept
        self._closed = closed


def test_lag_is_the_time_without_a_delivery(spool_directory: Path) -> None:
    now = [100.0]
    spool = Spool(spool_directory, "usage", monotonic=lambda: now[0])
    assert spool.lag_seconds == 0
    spool.append(b"one")
    spool.append(b"two")
    now[0] += 7
    assert spool.lag_seconds == 7
    batch = spool.take(1)
    assert isinstance(batch, Batch)
    spool.ack(batch)
    now[0] += 2
    assert spool.lag_seconds == 2
    drained(spool)
    assert spool.lag_seconds == 0
    spool.close()


async def test_sync_reaches_every_segment_and_knows_it(make_spool: MakeSpool) -> None:
    spool = make_spool(segment_bytes=20)
    for record in numbered(0, 5):
        spool.append(record)
    assert len(spool._own.unsynced()) == 2
    await spool.sync()
    spool.append(b"another")
    assert len(spool._own.unsynced()) == 1


def test_rejected_records_are_kept_for_people(make_spool: MakeSpool, spool_directory: Path) -> None:
    spool = make_spool()
    spool.reject("usage-1", b'{"odd": true}')
    assert (spool_directory / "rejected-usage.jsonl").read_bytes() == b'{"odd": true}\n'


def test_kinds_share_a_directory(make_spool: MakeSpool, spool_directory: Path) -> None:
    make_spool().append(b"usage")
    make_spool().close()
    audit = Spool(spool_directory, "audit")
    assert audit.take(1) is None
    audit.append(b"event")
    audit.close()
    assert Spool(spool_directory, "audit").take(1) is not None


def test_what_a_dying_process_left_half_made_is_harmless(
    make_spool: MakeSpool, spool_directory: Path
) -> None:
    (spool_directory / ".usage-draft").mkdir(parents=True)
    (spool_directory / "usage-removed").mkdir()
    (spool_directory / "usage-file").write_text("not a folder")
    spool = make_spool()
    assert spool.take(1) is None
    assert not (spool_directory / "usage-removed").exists()
