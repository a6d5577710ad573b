"""What people see of us through kubectl, and the words in which bad manifests are refused."""

import asyncio
import json
import re

import pytest

from quarterdeck_contract.names import API_VERSION
from quarterdeck_kube.resources import AGENT, API_KEY, BUDGET, DEPLOYMENT
from quarterdeck_operator import reasons
from support.bad_samples import BAD, BAD_UPDATES, Bad, BadUpdate
from support.cluster import KubectlError, kubectl
from support.operator_process import Operators, eventually
from support.operator_team import Team

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(360)]


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


@pytest.mark.parametrize("bad", BAD_UPDATES, ids=lambda bad: bad.id)
async def test_the_api_server_refuses_bad_updates_in_words(
    bad: BadUpdate, crds: None, namespace: str
) -> None:
    old, new = (
        json.dumps(manifest | {"metadata": manifest["metadata"] | {"namespace": namespace}})
        for manifest in (bad.old, bad.new)
    )
    kubectl("create", "-f", "-", stdin=old)
    with pytest.raises(KubectlError) as refused:
        kubectl("replace", "-f", "-", stdin=new)
    assert bad.rule in str(refused.value)


async def test_keys_and_budgets_are_read_at_a_glance(team: Team, operators: Operators) -> None:
    await operators.start_leader()
    await team.put(API_KEY, "ci", spec={"owner": "ci@example.com"})
    await team.until(reasons.ACTIVE, "ci", API_KEY)
    spec = {"scope": {"kind": "Key", "name": "ci"}, "amountUSD": 2.5, "period": "day"}
    await team.put(BUDGET, "daily", spec=spec)
    await team.until(reasons.ACTIVE, "daily", BUDGET)
    header, row = kubectl("-n", team.namespace, "get", "apikeys").splitlines()
    assert re.split(r"\s{2,}", header.strip()) == [
        *("NAME", "READY", "REASON", "OWNER", "ROLE", "KEY", "LAST USED", "AGE")
    ]
    assert row.split()[:5] == ["ci", "True", "Active", "ci@example.com", "user"]
    header, row = kubectl("-n", team.namespace, "get", "budgets").splitlines()
    assert re.split(r"\s{2,}", header.strip()) == [
        *("NAME", "READY", "REASON", "SCOPE", "NAME OF", "USD", "PERIOD"),
        *("SPENT", "REMAINING", "RESETS AT", "STANDING", "AGE"),
    ]
    assert row.split()[:7] == ["daily", "True", "Active", "Key", "ci", "2.5", "day"]
