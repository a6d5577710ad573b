"""What the operator survives: an unruly API server, blindness, a freeze, a leader's death."""

import asyncio
import signal

import pytest

from quarterdeck_kube.resources import (
    DEPLOYMENT,
    MODEL,
)
from quarterdeck_operator import reasons
from quarterdeck_operator.lease import RENEW_DEADLINE
from support.operator_process import Operators, absent, eventually
from support.operator_team import Team

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(360)]


async def test_an_unruly_api_server_is_survived(team: Team, operators: Operators) -> None:
    operator = await operators.start_leader()
    await team.model()
    await team.until(reasons.NO_CREDENTIALS_NEEDED, "m", MODEL)
    for number, (status, retry) in enumerate(((409, None), (429, 1), (500, None), (503, None))):
        operator.proxy.fail(status, verb="PATCH", times=4, retry_after=retry)
        await team.agent(f"a{number}")
        await team.until(reasons.SCALED_TO_ZERO, f"a{number}")
        operator.proxy.clear_faults()
    operator.proxy.fail(410, verb="WATCH", times=9)
    operator.proxy.cut_streams()
    await team.agent("after")
    await team.until(reasons.SCALED_TO_ZERO, "after")
    assert (await operator.get("/healthz"))[0] == 200
    assert operator.process.returncode is None


async def test_what_was_deleted_while_blind_is_no_ghost(team: Team, operators: Operators) -> None:
    operator = await operators.start_leader()
    await team.model()
    await team.agent()
    await team.until(reasons.SCALED_TO_ZERO)
    operator.proxy.fail(410, verb="WATCH", times=40)
    operator.proxy.cut_streams()
    await team.api.delete(DEPLOYMENT, team.namespace, "agent-demo")

    async def back() -> bool:
        return not await absent(team.api, DEPLOYMENT, team.namespace, "agent-demo")

    await eventually(back)


async def test_a_frozen_connection_costs_the_lease_and_the_process_starts_anew(
    team: Team, operators: Operators
) -> None:
    operator = await operators.start_leader()
    operator.proxy.freeze()
    # That it stops before another may lead is tested where time is kept by the test.
    assert await asyncio.wait_for(operator.process.wait(), 60) == 1
    assert "lease lost" in operator.log.read_text()


async def test_another_takes_over_after_a_kill_and_at_once_after_a_stop(
    team: Team, operators: Operators
) -> None:
    first = await operators.start_leader()
    second = await operators.start()
    await team.model()
    await team.until(reasons.NO_CREDENTIALS_NEEDED, "m", MODEL)
    assert not await second.leading()
    await first.stop(signal.SIGKILL)
    await eventually(second.leading)
    await team.agent()
    await team.until(reasons.SCALED_TO_ZERO)

    third = await operators.start()
    assert not await third.leading()
    stopping = asyncio.create_task(second.stop())
    took_over = await eventually(third.leading)
    assert await stopping == 0
    assert took_over < RENEW_DEADLINE, "without waiting for the Lease to run out"
    await team.agent("next")
    await team.until(reasons.SCALED_TO_ZERO, "next")
