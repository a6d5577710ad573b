"""Draining: the door stays open while chats run, and not longer than the grace."""

import asyncio

from starlette.applications import Starlette

from quarterdeck_worker.server import DrainTimes, build_server, drain
from quarterdeck_worker.state import WorkerState
from support.virtual_time import in_virtual_time


@in_virtual_time
async def test_waits_for_running_chats() -> None:
    server, state = build_server(Starlette()), WorkerState()
    state.enter()
    draining = asyncio.create_task(drain(server, state, DrainTimes(door=0, grace=5)))
    await asyncio.sleep(0.05)
    assert not server.should_exit
    state.leave()
    await asyncio.wait_for(draining, 1)
    assert server.should_exit


@in_virtual_time
async def test_gives_up_after_the_grace() -> None:
    server, state = build_server(Starlette()), WorkerState()
    state.enter()
    started = asyncio.get_running_loop().time()
    await drain(server, state, DrainTimes(door=3, grace=0.1))
    assert server.should_exit
    assert asyncio.get_running_loop().time() - started < 1


@in_virtual_time
async def test_keeps_the_door_open_for_those_who_do_not_know_yet() -> None:
    server, state = build_server(Starlette()), WorkerState()
    draining = asyncio.create_task(drain(server, state, DrainTimes(door=0.2, grace=5)))
    await asyncio.sleep(0.1)
    assert not server.should_exit
    await asyncio.wait_for(draining, 1)
