"""The operator as shipped, before a real API server, with the shipped permissions and no others."""

import asyncio
import json
import signal
import time
from collections import Counter
from typing import Any

import pytest

from quarterdeck_contract.names import ADMIN_KEY_SECRET, API_VERSION, GATEWAY_AUTH_SECRET
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
from support.cluster import KubectlError, kubectl
from support.operator_process import Operators, absent, eventually
from support.operator_team import Team
from support.samples import BAD, Bad

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]

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


async def quiet(counts: Counter[tuple[str, str]], seconds: float = 1.0) -> None:
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

    assert await eventually(built) < 1.0
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
    await quiet(counts)
    assert writes(counts).total() == 1

    counts.clear()
    policy: Manifest = {"spec": {"ingress": []}}
    await team.api.patch_merge(NETWORK_POLICY, team.namespace, "agent-demo", policy)
    await quiet(counts)
    assert writes(counts).total() == 1
    assert (await team.child(NETWORK_POLICY))["spec"]["ingress"][0]["from"]


async def test_a_restart_writes_nothing(team: Team, operators: Operators) -> None:
    first = await operators.start_leader()
    await team.put(SECRET, "s", stringData={"apiKey": "k"})
    keyed = {"provider": "openai", "model": "gpt", "credentials": {"name": "s"}}
    await team.put(MODEL, "m", spec=keyed)
    for number in range(5):
        await team.agent(f"a{number}")
        await team.until(reasons.SCALED_TO_ZERO, f"a{number}")
    await quiet(first.proxy.counts)
    assert await first.stop() == 0

    second = await operators.start_leader()
    await eventually(lambda: _reconciled(second, 6), 10)
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

    assert await eventually(rolled) < 1.0


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


async def test_an_unruly_api_server_is_survived(team: Team, operators: Operators) -> None:
    operator = await operators.start_leader()
    await team.model()
    await team.until(reasons.NO_CREDENTIALS_NEEDED, "m", MODEL)
    for number, (status, retry) in enumerate(((409, None), (429, 1), (500, None), (503, None))):
        operator.proxy.fail(status, verb="PATCH", times=4, retry_after=retry)
        await team.agent(f"a{number}")
        await team.until(reasons.SCALED_TO_ZERO, f"a{number}", seconds=20)
        operator.proxy.clear_faults()
    operator.proxy.fail(410, verb="WATCH", times=9)
    operator.proxy.cut_streams()
    await team.agent("after")
    await team.until(reasons.SCALED_TO_ZERO, "after", seconds=20)
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

    await eventually(back, 20)


async def test_a_frozen_connection_costs_the_lease_and_the_process_starts_anew(
    team: Team, operators: Operators
) -> None:
    operator = await operators.start_leader()
    operator.proxy.freeze()
    started = time.monotonic()
    assert await asyncio.wait_for(operator.process.wait(), 30) == 1
    assert time.monotonic() - started < 15
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
    assert await eventually(second.leading, 20) <= 17
    await team.agent()
    await team.until(reasons.SCALED_TO_ZERO)

    third = await operators.start()
    assert not await third.leading()
    stopping = asyncio.create_task(second.stop())
    took_over = await eventually(third.leading, 10)
    assert await stopping == 0
    assert took_over < 2.0
    await team.agent("next")
    await team.until(reasons.SCALED_TO_ZERO, "next")


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

    await eventually(gone, 30)


async def test_kubectl_is_a_good_front(team: Team, operators: Operators) -> None:
    await operators.start_leader()
    await team.model()

    async def run(*args: str, stdin: str | None = None) -> str:
        return await asyncio.to_thread(kubectl, "-n", team.namespace, *args, stdin=stdin)

    manifest = {
        "apiVersion": API_VERSION,
        "kind": "Agent",
        "metadata": {"name": "demo"},
        "spec": {"model": "m", "instructions": "Be brief.", "replicas": 0},
    }
    assert "created" in await run("apply", "-f", "-", stdin=json.dumps(manifest))
    await team.until(reasons.SCALED_TO_ZERO)
    header, row = (await run("get", "agents")).splitlines()
    assert header.split() == ["NAME", "READY", "REASON", "MODEL", "REPLICAS", "AGE"]
    assert row.split()[:5] == ["demo", "False", reasons.SCALED_TO_ZERO, "m", "0/0"]
    assert "model.quarterdeck.dev/m" in await run("get", "quarterdeck", "-o", "name")
    assert "instructions" in await run("explain", "agent.spec")
    assert "demo" in await run("get", "qagent", "demo", "-o", "name")
    assert "scaled" in await run("scale", "agent", "demo", "--replicas=2")
    assert (await team.api.get(AGENT, team.namespace, "demo"))["spec"]["replicas"] == 2

    async def scaled() -> bool:
        return bool((await team.child(DEPLOYMENT))["spec"]["replicas"] == 2)

    await eventually(scaled)
    assert "deleted" in await run("delete", "agent", "demo")


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.id)
async def test_the_api_server_refuses_bad_manifests_in_words(
    bad: Bad, crds: None, namespace: str
) -> None:
    manifest = bad.manifest | {"metadata": bad.manifest["metadata"] | {"namespace": namespace}}
    with pytest.raises(KubectlError) as refused:
        kubectl("apply", "--dry-run=server", "-f", "-", stdin=json.dumps(manifest))
    assert bad.words in str(refused.value)


async def test_the_provider_of_a_model_cannot_be_changed(team: Team) -> None:
    await team.model()
    changed = {"spec": {"provider": "local", "model": "smollm2-135m-instruct", "baseURL": None}}
    with pytest.raises(KubectlError, match="provider is immutable"):
        kubectl(
            *("-n", team.namespace, "patch", "model", "m", "--type=merge"),
            *("-p", json.dumps(changed)),
        )
