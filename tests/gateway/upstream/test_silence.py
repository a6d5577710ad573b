"""Silence counts only while somebody listens."""

import asyncio

from quarterdeck_gateway.upstream.silence import SilenceTimer
from support.virtual_time import in_virtual_time


@in_virtual_time
async def test_a_long_wait_expires_once() -> None:
    expired: list[int] = []
    timer = SilenceTimer(lambda: expired.append(1), 0.05)
    timer.wait_begins()
    await asyncio.sleep(0.15)
    assert expired == [1]


@in_virtual_time
async def test_a_talker_is_left_alone() -> None:
    expired: list[int] = []
    timer = SilenceTimer(lambda: expired.append(1), 0.1)
    for _ in range(8):
        timer.wait_begins()
        await asyncio.sleep(0.03)
        timer.wait_ends()
    timer.stop()
    assert expired == []


@in_virtual_time
async def test_a_wait_that_began_late_gets_its_whole_time() -> None:
    expired: list[float] = []
    loop = asyncio.get_running_loop()
    timer = SilenceTimer(lambda: expired.append(loop.time()), 0.1)
    await asyncio.sleep(0.08)
    begun = loop.time()
    timer.wait_begins()
    await asyncio.sleep(0.25)
    assert expired
    assert expired[0] - begun > 0.09


@in_virtual_time
async def test_time_in_which_nobody_listens_does_not_count() -> None:
    expired: list[int] = []
    timer = SilenceTimer(lambda: expired.append(1), 0.03)
    timer.wait_begins()
    await asyncio.sleep(0.02)
    timer.wait_ends()
    await asyncio.sleep(0.12)
    timer.stop()
    assert expired == []


@in_virtual_time
async def test_a_new_limit() -> None:
    expired: list[int] = []
    timer = SilenceTimer(lambda: expired.append(1), 60)
    timer.restart(0.03)
    timer.wait_begins()
    await asyncio.sleep(0.1)
    assert expired == [1]
