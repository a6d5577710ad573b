"""Who asks: keys of teams and tenants, on record and kept apart."""

import pytest

from quarterdeck_contract.usage import Outcome
from support import declared
from support.fake_worker import FakeWorker
from support.running_gateway import Gateway, agent, error_of

TEAM_KEY = "qd_team-key"


@pytest.fixture
async def tenants(demo: Gateway, worker: FakeWorker) -> Gateway:
    """Another agent, another namespace, and a key that may reach neither."""
    demo.registry.put(agent("other", worker.url))
    demo.registry.put(agent("hidden", worker.url, namespace="elsewhere"))
    demo.declare(declared.api_key("ci", TEAM_KEY, team="sales", agents=["demo"]))
    return demo


async def test_who_asked_is_on_record(tenants: Gateway) -> None:
    async with tenants.chat(key=TEAM_KEY) as response:
        assert response.status == 200
    (record,) = tenants.ledger.records
    assert (record.key, record.team) == ("default/ci", "sales")


async def test_an_agent_that_the_key_is_not_for(tenants: Gateway, worker: FakeWorker) -> None:
    async with tenants.chat("other", key=TEAM_KEY) as response:
        error = await error_of(response)
    assert (response.status, error["code"], error["param"]) == (403, "forbidden", "model")
    (record,) = tenants.ledger.records
    assert (record.agent, record.outcome, record.code) == ("other", Outcome.DENIED, "forbidden")
    (event,) = tenants.audit.events
    assert (event.actor, event.subject) == ("default/ci", "Agent/default/other")
    assert worker.requests == []


async def test_an_agent_of_another_tenant(tenants: Gateway) -> None:
    for name in ("hidden", "elsewhere/hidden"):
        async with tenants.chat(name, key=TEAM_KEY) as response:
            assert (response.status, (await error_of(response))["code"]) == (404, "model_not_found")
    assert tenants.ledger.records == []
    (event,) = tenants.audit.events
    assert (event.actor, event.subject) == ("default/ci", "Agent/elsewhere/hidden")


async def test_the_agents_team_pays_where_the_key_has_none(
    gateway: Gateway, worker: FakeWorker
) -> None:
    manifest = {"metadata": {"labels": {"quarterdeck.dev/team": "ops"}}, "spec": {"model": "demo"}}
    gateway.registry.put(agent("demo", worker.url, manifest=manifest))
    gateway.declare(declared.model("demo", 1, 2))
    gateway.declare(declared.budget("ops", 1.0, scope={"kind": "Team", "name": "ops"}))
    async with gateway.chat() as response:
        await response.read()
    assert gateway.ledger.records[0].team == "ops"
    assert await gateway.budget("ops") == (13, 0)
