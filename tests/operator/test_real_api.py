"""The operator as shipped, before a real API server, with the shipped permissions and no others."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from quarterdeck_contract.names import ADMIN_KEY_SECRET, GATEWAY_AUTH_SECRET
from quarterdeck_kube.resources import (
    AGENT,
    CONFIG_MAP,
    DEPLOYMENT,
    EVENT,
    LEASE,
    MODEL,
    NETWORK_POLICY,
    SECRET,
    SERVICE,
    Manifest,
)
from quarterdeck_operator import reasons
from support.cluster import kubectl
from support.operator_process import Operators, absent, eventually
from support.operator_team import Team

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(360)]

CHILD_COUNT = 5
STATUS = "/apis/quarterdeck.dev/v1alpha1/namespaces/{namespace}/agents/{name}/status"


def writes(counts: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Requests that change something other than the Lease."""
    return Counter(
        {
            (verb, path): count
            for (verb, path), count in counts.items()
            if verb in ("POST", "PUT", "PATCH", "DELETE") and "/leases" not in path
        }
    )


def objects_read(counts: Counter[tuple[str, str]]) -> list[str]:
    """What was read object by object, but the Lease."""
    return [
        path
        for verb, path in counts
        if verb == "GET" and path.endswith("{name}") and "/leases" not in path
    ]


async def quiet(counts: Counter[tuple[str, str]], seconds: float = 2.0) -> None:
    """Return once no write has been made for a while."""
    while True:
        before = writes(counts).total()
        await asyncio.sleep(seconds)
        if writes(counts).total() == before:
            return


async def test_an_agent_waits_for_its_model_then_becomes_its_children(
    team: Team, operators: Operators
) -> None:
    operator = await operators.start_leader()
    await quiet(operator.proxy.counts)
    await team.agent(replicas=1)
    await team.until(reasons.MODEL_NOT_FOUND)
    operator.proxy.counts.clear()
    await team.model()

    async def built() -> bool:
        return not await absent(team.api, DEPLOYMENT, team.namespace, "agent-demo")

    await eventually(built)
    # The image may or may not be on a node, if there is one at all.
    await eventually(lambda: _one_of(team, reasons.WAITING_FOR_WORKERS, reasons.WORKERS_READY))
    deployment = await team.child(DEPLOYMENT)
    found = await team.api.get(AGENT, team.namespace, "demo")
    assert deployment["metadata"]["ownerReferences"][0]["uid"] == found["metadata"]["uid"]
    assert found["status"]["endpoint"] == f"http://agent-demo.{team.namespace}.svc:8080"
    events = await team.api.list(EVENT, team.namespace)
    told = [e["reason"] for e in events.items if e["regarding"]["kind"] == "Agent"]
    assert reasons.MODEL_NOT_FOUND in told


async def _one_of(team: Team, *wanted: str) -> bool:
    return (await team.ready())[1] in wanted


async def test_requests_are_counted_and_few(team: Team, operators: Operators) -> None:
    operator = await operators.start_leader()
    counts = operator.proxy.counts
    await team.model()
    await team.until(reasons.NO_CREDENTIALS_NEEDED, "m", MODEL)
    await quiet(counts)

    counts.clear()
    await team.agent()
    await team.until(reasons.SCALED_TO_ZERO)
    # The Deployment's controller takes its time on a busy machine.
    await team.until_settled()
    await quiet(counts)
    made = writes(counts)
    assert made.total() <= CHILD_COUNT + 2
    assert made["PATCH", STATUS] <= 2
    assert not [
        path for verb, path in counts if verb == "GET" and "{name}" in path and "lease" not in path
    ]

    counts.clear()
    kubectl("-n", team.namespace, "annotate", "agent", "demo", "a=b")
    await quiet(counts)
    assert writes(counts).total() == 0

    counts.clear()
    await team.api.delete(SERVICE, team.namespace, "agent-demo")
    await eventually(lambda: _written(counts))
    await quiet(counts)
    assert writes(counts).total() == 1

    counts.clear()
    policy: Manifest = {"spec": {"ingress": []}}
    await team.api.patch_merge(NETWORK_POLICY, team.namespace, "agent-demo", policy)
    await eventually(lambda: _written(counts))
    await quiet(counts)
    assert writes(counts).total() == 1
    assert (await team.child(NETWORK_POLICY))["spec"]["ingress"][0]["from"]


async def _written(counts: Counter[tuple[str, str]]) -> bool:
    return writes(counts).total() > 0


async def test_a_restart_writes_nothing(team: Team, operators: Operators) -> None:
    first = await operators.start_leader()
    await team.put(SECRET, "s", stringData={"apiKey": "k"})
    keyed = {"provider": "openai", "model": "gpt", "credentials": {"name": "s"}}
    await team.put(MODEL, "m", spec=keyed)
    for number in range(5):
        await team.agent(f"a{number}")
        await team.until(reasons.SCALED_TO_ZERO, f"a{number}")
        await team.until_settled(f"a{number}")
    await quiet(first.proxy.counts)
    assert await first.stop() == 0

    second = await operators.start_leader()
    await eventually(lambda: _reconciled(second, 6))
    await quiet(second.proxy.counts)
    assert writes(second.proxy.counts) == {}
    assert not [path for verb, path in second.proxy.counts if verb == "GET" and "agents/{" in path]


async def _reconciled(operator: Any, times: int) -> bool:
    return bool(await operator.metric("controller_runtime_reconcile_total") >= times)


async def test_a_secrets_new_value_rolls_the_workers(team: Team, operators: Operators) -> None:
    await operators.start_leader()
    await team.put(SECRET, "s", stringData={"apiKey": "one"})
    keyed = {"provider": "openai", "model": "gpt", "credentials": {"name": "s"}}
    await team.put(MODEL, "m", spec=keyed)
    await team.agent()
    await team.until(reasons.SCALED_TO_ZERO)
    generation = (await team.child(DEPLOYMENT))["metadata"]["generation"]
    await team.put(SECRET, "s", stringData={"apiKey": "two"})

    async def rolled() -> bool:
        return bool((await team.child(DEPLOYMENT))["metadata"]["generation"] > generation)

    await eventually(rolled)


async def test_an_external_agent_becomes_ready(team: Team, operators: Operators) -> None:
    operator = await operators.start_leader()
    url = f"http://127.0.0.1:{operator.port}"
    await team.put(AGENT, "far", spec={"runtime": {"endpoint": url}})
    await team.until(reasons.ENDPOINT_READY, "far")
    assert (await team.ready("far"))[0] == "True"
    await team.put(AGENT, "away", spec={"runtime": {"endpoint": "http://127.0.0.1:1"}})
    await team.until(reasons.ENDPOINT_UNREACHABLE, "away")
    assert await absent(team.api, DEPLOYMENT, team.namespace, "agent-far")


async def test_foreign_objects_of_every_kind_are_left_alone(
    team: Team, operators: Operators
) -> None:
    await operators.start_leader()
    await team.model()
    before = await team.put(CONFIG_MAP, "agent-demo", data={"mine": "yes"})
    await team.agent()
    await team.until(reasons.NAME_TAKEN)
    after = await team.api.get(CONFIG_MAP, team.namespace, "agent-demo")
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


async def test_the_admin_key_is_made_at_the_first_start(team: Team, operators: Operators) -> None:
    await operators.start_leader()

    async def made() -> bool:
        return not (
            await absent(team.api, SECRET, team.namespace, ADMIN_KEY_SECRET)
            or await absent(team.api, SECRET, team.namespace, GATEWAY_AUTH_SECRET)
        )

    await eventually(made)
    assert not await absent(team.api, LEASE, team.namespace, "quarterdeck-operator")


async def test_deleting_an_agent_leaves_nothing(team: Team, operators: Operators) -> None:
    await operators.start_leader()
    await team.model()
    await team.agent()
    await team.until(reasons.SCALED_TO_ZERO)
    await team.api.delete(AGENT, team.namespace, "demo")

    async def gone() -> bool:
        return await absent(team.api, DEPLOYMENT, team.namespace, "agent-demo") and await absent(
            team.api, CONFIG_MAP, team.namespace, "agent-demo"
        )

    await eventually(gone)
