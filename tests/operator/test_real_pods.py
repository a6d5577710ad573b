"""Story: workers do not come up, or crash long after they did, and the Agent says why in seconds.

Real pods on a real node; the operator is this checkout's, with the shipped permissions alone.
"""

import asyncio
import re
from typing import Any

import pytest

from quarterdeck_contract.names import WORKER_CONTAINER
from quarterdeck_kube.resources import AGENT, POD
from quarterdeck_operator import reasons
from quarterdeck_operator.conditions import find
from support.cluster import KubectlError, kubectl
from support.operator_process import Operators, eventually
from support.operator_team import Team

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(480)]

SECONDS = 60
"""Three until the operator looks, and what scheduler and kubelet need on a busy machine."""
START_SECONDS = 90
LOOK = ("GET", "/api/v1/namespaces/{namespace}/pods")
END = "import os, signal; os.kill(1, signal.SIGTERM)"


async def message(team: Team, name: str) -> str:
    found = await team.api.get(AGENT, team.namespace, name)
    return str((find(found["status"], "Ready") or {})["message"])


async def pods(team: Team) -> list[dict[str, Any]]:
    return (await team.api.list(POD, team.namespace)).items


def memory(amount: str) -> dict[str, Any]:
    amounts = {"memory": amount}
    return {"resources": {"requests": amounts, "limits": amounts}}


async def test_pods_without_a_node_or_an_image_say_so(team: Team, operators: Operators) -> None:
    await operators.start_leader()
    await team.model()
    await team.agent("homeless", replicas=1, runtime={"nodeSelector": {"no": "node"}})
    await team.agent("faceless", replicas=1, runtime={"image": "registry.invalid/none:1"})
    await team.until(reasons.WORKERS_UNSCHEDULABLE, "homeless", seconds=SECONDS)
    assert "nodes are available" in await message(team, "homeless")
    await team.until(reasons.IMAGE_UNAVAILABLE, "faceless", seconds=2 * SECONDS)
    assert "registry.invalid/none:1" in await message(team, "faceless")


async def test_too_little_memory_is_told_and_clears_when_there_is_more(
    team: Team, operators: Operators
) -> None:
    await operators.start_leader()
    await team.model()
    await team.agent("starved", replicas=1, runtime=memory("24Mi"))
    await team.until(reasons.WORKERS_CRASHING, "starved", seconds=2 * SECONDS)
    told = await message(team, "starved")
    assert "exit code 137, OOMKilled" in told
    assert "spec.runtime.resources.limits.memory" in told
    await team.agent("starved", replicas=1, runtime=memory("256Mi"))
    await team.until(reasons.WORKERS_READY, "starved", seconds=START_SECONDS)


async def test_workers_that_crash_after_the_rollout_are_told_and_cost_nothing_before(
    team: Team, operators: Operators
) -> None:
    operator = await operators.start_leader()
    await team.model()
    await team.agent(replicas=1)
    await team.until(reasons.WORKERS_READY, seconds=START_SECONDS)
    await team.until_settled()
    operator.proxy.counts.clear()
    await asyncio.sleep(6)
    assert LOOK not in operator.proxy.counts

    async def crashing() -> bool:
        (pod,) = await pods(team)
        if (find(pod["status"], "Ready") or {}).get("status") == "True":
            await asyncio.to_thread(end, team.namespace, pod["metadata"]["name"])
        return (await team.ready())[1] == reasons.WORKERS_CRASHING

    await eventually(crashing, START_SECONDS, "it crashes again and again")
    told = await message(team, "demo")
    assert re.search(r"exit code \d+, \w+, [1-9]\d* restart", told)
    (hint,) = re.findall(r"kubectl (logs .*)$", told)
    assert await asyncio.to_thread(kubectl, *hint.split()), "the command shows a log"
    assert operator.proxy.counts[LOOK] >= 1

    await team.until(reasons.WORKERS_READY, seconds=START_SECONDS)
    await team.until_settled()
    operator.proxy.counts.clear()
    await asyncio.sleep(6)
    assert LOOK not in operator.proxy.counts


def end(namespace: str, pod: str) -> None:
    """Its worker is ended from within; it may be ending already."""
    command = ("python", "-c", END)
    try:
        kubectl("exec", "-n", namespace, pod, "-c", WORKER_CONTAINER, "--", *command)
    except KubectlError as exc:
        print(exc)
