import asyncio
import stat
from pathlib import Path

from quarterdeck_local.logfile import LogFile, follow, tail


def test_the_file_is_private_and_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    for text in (b"one\n", b"two\n"):
        log = LogFile(path)
        log.write(text)
        log.close()
    assert path.read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_full_file_is_set_aside_once(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    log = LogFile(path, max_bytes=10)
    for text in (b"12345678\n", b"second\n", b"third\n"):
        log.write(text)
    log.close()
    assert path.read_bytes() == b"third\n"
    assert (tmp_path / "a.log.1").read_bytes() == b"second\n"
    assert len(list(tmp_path.iterdir())) == 2


def test_the_last_line_is_remembered_across_chunks(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log")
    for chunk in (b"first\nsec", b"ond and last\n", b"\n  \n"):
        log.write(chunk)
    assert log.last_line == "second and last"
    log.write(b"x" * 10_000)
    assert len(log.last_line) <= 500
    log.close()


def test_the_tail_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    assert tail(path, 5) == (b"", 0)
    path.write_bytes(b"1\n2\n3\n")
    assert tail(path, None) == (b"1\n2\n3\n", 6)
    assert tail(path, 2) == (b"2\n3\n", 6)
    assert tail(path, 0) == (b"", 6)


async def test_followers_see_what_comes_and_go_on_after_a_rotation(tmp_path: Path) -> None:
    path, stopping = tmp_path / "a.log", asyncio.Event()
    log = LogFile(path, max_bytes=10)
    log.write(b"before\n")
    seen = bytearray()

    async def read() -> None:
        async for chunk in follow(path, 7, stopping):
            seen.extend(chunk)

    reader = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    log.write(b"x\n")
    await _until(lambda: seen == b"x\n")
    log.write(b"rotated\n")
    await _until(lambda: seen == b"x\nrotated\n")
    stopping.set()
    await asyncio.wait_for(reader, 60)
    log.close()


async def _until(holds: object) -> None:
    assert callable(holds)
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.02)
