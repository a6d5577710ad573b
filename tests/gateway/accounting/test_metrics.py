"""Story: the gateway's series are those of what exists, however names and statuses come and go."""

from prometheus_client import CollectorRegistry, generate_latest

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_gateway.accounting.known_series import KnownSeries
from quarterdeck_gateway.accounting.metrics import GatewayMetrics
from quarterdeck_gateway.alerts.metrics import AlertMetrics
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.routing.registry import AgentEntry, MemoryRegistry
from support import declared


def record(agent: str = "demo", status: int = 200) -> UsageRecord:
    return UsageRecord(
        id="1",
        request_id="r",
        namespace="default",
        agent=agent,
        stream=False,
        outcome=Outcome.COMPLETED,
        status=status,
        cost_micro_usd=2_500_000,
        started_at="2026-01-01T00:00:00.000Z",
        seconds=0.5,
    )


def chat(metrics: GatewayMetrics, agent: str = "demo", status: int = 200) -> None:
    metrics.started("default", agent)
    metrics.finished(record(agent, status), 0.1)


def shown(registry: CollectorRegistry) -> str:
    return generate_latest(registry).decode()


def test_all_series_of_an_agent_go_when_it_is_gone_for_the_second_look() -> None:
    registry = CollectorRegistry()
    metrics = GatewayMetrics(registry)
    chat(metrics, "stays")
    chat(metrics, "goes", 502)
    metrics.retried("default", "goes")
    metrics.keep({("default", "stays")})
    assert 'agent="goes"' in shown(registry)
    metrics.keep({("default", "stays")})
    assert 'agent="goes"' not in shown(registry)
    assert 'agent="stays"' in shown(registry)
    chat(metrics, "goes")
    labels = {"namespace": "default", "agent": "goes", "outcome": "completed", "status": "200"}
    assert registry.get_sample_value("quarterdeck_gateway_requests_total", labels) == 1


def test_a_running_chat_keeps_its_agents_series() -> None:
    registry = CollectorRegistry()
    metrics = GatewayMetrics(registry)
    metrics.started("default", "demo")
    for _ in range(3):
        metrics.keep(())
    labels = {"namespace": "default", "agent": "demo"}
    inflight = "quarterdeck_gateway_inflight_requests"
    assert registry.get_sample_value(inflight, labels) == 1
    metrics.finished(record(), None)
    assert registry.get_sample_value(inflight, labels) == 0
    metrics.keep(())
    assert 'agent="demo"' not in shown(registry)


def test_statuses_that_a_worker_invents_share_a_series() -> None:
    registry = CollectorRegistry()
    metrics = GatewayMetrics(registry)
    for status in (418, 499, 555, 556, 557):
        chat(metrics, status=status)
    labels = {"namespace": "default", "agent": "demo", "outcome": "completed"}
    counted = {
        status: registry.get_sample_value(
            "quarterdeck_gateway_requests_total", labels | {"status": status}
        )
        for status in ("418", "499", "5xx", "555")
    }
    assert counted == {"418": 1, "499": 1, "5xx": 3, "555": None}


def test_money_is_in_usd() -> None:
    registry = CollectorRegistry()
    chat(GatewayMetrics(registry))
    labels = {"namespace": "default", "agent": "demo"}
    assert registry.get_sample_value("quarterdeck_gateway_cost_usd_total", labels) == 2.5


def test_nothing_is_forgotten_before_everything_is_known() -> None:
    agents: list[object] = []
    budgets: list[object] = []
    known, catalogue = MemoryRegistry(synced=False), EventCatalogue("quarterdeck-system")
    series = KnownSeries(known, catalogue, agents.append, budgets.append)
    series.look()
    assert (agents, budgets) == ([], [])
    known.synced = catalogue.synced = True
    known.put(AgentEntry("a", "x", "", False, True, "", "", (), {}))
    catalogue.observe("ADDED", declared.budget("all", 1.0))
    series.look()
    assert agents == [{("a", "x")}]
    assert budgets == [{("default", "all")}]


def test_the_alerts_of_a_budget_go_with_it() -> None:
    registry = CollectorRegistry()
    metrics = AlertMetrics(registry)
    metrics.crossed("a", "goes", "warn", 80)
    metrics.crossed("a", "goes", "stop", 100)
    metrics.crossed("a", "stays", "warn", 80)
    metrics.keep({("a", "stays")})
    text = shown(registry)
    assert 'budget="goes"' not in text
    assert 'quarterdeck_gateway_budget_alert_ratio{budget="stays",namespace="a"} 0.8' in text
