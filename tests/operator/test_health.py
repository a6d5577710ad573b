"""The operator's own HTTP endpoint, over a real socket."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from prometheus_client import CollectorRegistry

from quarterdeck_operator.health import health_app
from quarterdeck_operator.metrics import PrometheusEngineMetrics, ResourceCollector, Standing

STANDING = Standing("team-a", "Agent", "False", "SecretNotFound", "False")
Endpoint = TestClient[Request, Application]


@pytest.fixture
async def problems() -> dict[str, str]:
    """What is wrong by now, changed by a test."""
    return {"health": "", "ready": "not everything has been listed yet"}


@pytest.fixture
async def endpoint(problems: dict[str, str]) -> AsyncIterator[Endpoint]:
    registry = CollectorRegistry()
    metrics = PrometheusEngineMetrics(registry)
    metrics.added("agent")
    metrics.depth("agent", 1)
    metrics.started("agent", 0.5)
    metrics.retried("agent")
    metrics.reconciled("agent", "error", 0.1)
    registry.register(ResourceCollector(lambda: {STANDING: 3}))
    app = health_app(lambda: problems["health"], lambda: problems["ready"], registry)
    async with TestClient(TestServer(app)) as client:
        yield client


async def answer(endpoint: Endpoint, path: str) -> tuple[int, str]:
    async with endpoint.get(path) as response:
        return response.status, await response.text()


async def test_health_and_readiness_say_what_is_wrong(
    endpoint: Endpoint, problems: dict[str, str]
) -> None:
    assert await answer(endpoint, "/healthz") == (200, "ok\n")
    assert await answer(endpoint, "/readyz") == (503, "not everything has been listed yet\n")
    problems |= {"health": "nothing heard of Deployment", "ready": ""}
    assert await answer(endpoint, "/healthz") == (503, "nothing heard of Deployment\n")
    assert await answer(endpoint, "/readyz") == (200, "ok\n")


async def test_metrics_bear_the_names_that_dashboards_know(
    endpoint: Endpoint,
) -> None:
    status, text = await answer(endpoint, "/metrics")
    assert status == 200
    for sample in (
        'workqueue_depth{name="agent"} 1.0',
        'workqueue_adds_total{name="agent"} 1.0',
        'workqueue_retries_total{name="agent"} 1.0',
        'workqueue_queue_duration_seconds_count{name="agent"} 1.0',
        'workqueue_work_duration_seconds_count{name="agent"} 1.0',
        'controller_runtime_reconcile_total{controller="agent",result="error"} 1.0',
        'controller_runtime_reconcile_errors_total{controller="agent"} 1.0',
        'controller_runtime_reconcile_time_seconds_count{controller="agent"} 1.0',
        "controller_runtime_active_workers",
        'quarterdeck_resources{kind="Agent",namespace="team-a",ready="False",'
        'reason="SecretNotFound",stalled="False"} 3.0',
    ):
        assert sample in text
