"""A budget must not look enforced while nobody knows what its chats cost."""

from typing import Any

from quarterdeck_contract.names import API_VERSION
from quarterdeck_gateway.accounting.pricing import FREE_RATES, UNKNOWN_RATES, FixedPricer
from quarterdeck_gateway.admission.unpriced import PriceSurveyor, Survey
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.routing.registry import AgentEntry, MemoryRegistry
from support.keeping import World


def agent(name: str, **spec: Any) -> AgentEntry:
    return AgentEntry("team-a", name, "", False, True, "", "", (), {"spec": spec})


def survey(pricer: FixedPricer, *models: str) -> Survey:
    catalogue = EventCatalogue(synced=True)
    for model in models:
        catalogue.observe(
            "ADDED",
            {
                "apiVersion": API_VERSION,
                "kind": "Model",
                "metadata": {"name": model, "namespace": "team-a"},
                "spec": {"provider": "ollama", "model": "x"},
            },
        )
    agents = (
        agent("writer", model="small", modelFallbacks=["large"]),
        agent("elsewhere", runtime={"endpoint": "http://example.test"}),
    )
    catalogue.observe(
        "ADDED",
        {
            "apiVersion": API_VERSION,
            "kind": "ApiKey",
            "metadata": {"name": "narrow", "namespace": "team-a"},
            "spec": {"owner": "someone@example.com", "agents": ["writ*"]},
        },
    )
    return PriceSurveyor(MemoryRegistry(agents), catalogue, pricer)()


async def test_models_and_agents_without_a_price_are_named() -> None:
    world = World()
    found = survey(FixedPricer(UNKNOWN_RATES), "small", "large")
    of_agent = await world.budget("one", scope={"kind": "Agent", "name": "writer"})
    everything = await world.budget("all")
    assert found.of(of_agent) == ("Model 'small'", "Model 'large'")
    assert set(found.of(everything)) == {
        "Model 'small'",
        "Model 'large'",
        "Agent 'elsewhere', which names no Model",
    }


async def test_of_a_key_only_the_agents_that_it_opens_count() -> None:
    world = World()
    found = survey(FixedPricer(UNKNOWN_RATES), "small", "large")
    narrow = await world.budget("one", scope={"kind": "Key", "name": "narrow"})
    unknown = await world.budget("two", scope={"kind": "Key", "name": "unknown"})
    assert found.of(narrow) == ("Model 'small'", "Model 'large'")
    assert len(found.of(unknown)) == 3


async def test_priced_and_missing_models_are_no_obstacle() -> None:
    scope = {"kind": "Agent", "name": "writer"}
    entry = await World().budget(scope=scope)
    assert survey(FixedPricer(FREE_RATES), "small", "large").of(entry) == ()
    assert survey(FixedPricer(UNKNOWN_RATES)).of(entry) == ()
