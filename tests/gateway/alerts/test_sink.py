"""Alerts are told everywhere, and nobody waits for a receiver."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from quarterdeck_contract.audit import AuditAction
from quarterdeck_contract.v1alpha1.budget import Action
from quarterdeck_gateway.admission.crossings import BudgetAlert
from quarterdeck_gateway.alerts.opening import open_alerts
from quarterdeck_gateway.alerts.signature import SIGNATURE_HEADER, verify_signature
from quarterdeck_gateway.audit.port import MemoryAuditLog
from quarterdeck_gateway.settings import Settings

SECRET = "s" * 32


def alert(percent: int = 80) -> BudgetAlert:
    return BudgetAlert(
        namespace="team-a",
        name="monthly",
        period="uid-1/1",
        percent=percent,
        action=Action.STOP,
        spent=8_000_000,
        amount=10_000_000,
        resets_at=None,
        at=time.time(),
    )


def settings(**changes: object) -> Settings:
    values: dict[str, object] = {
        "admin_key_hash": "0" * 64,
        "key_pepper": "p" * 32,
        "redis_url": "redis://127.0.0.1:1",
        "database_url": "sqlite:///unused.db",
        "alert_webhook_secret": SECRET,
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
async def received() -> AsyncIterator[tuple[str, list[tuple[str, bytes]]]]:
    """Address of a receiver, and what it has got."""
    got: list[tuple[str, bytes]] = []

    async def take(request: web.Request) -> web.Response:
        got.append((request.headers[SIGNATURE_HEADER], await request.read()))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/hook", take)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/hook")), got
    await server.close()


def now() -> datetime:
    return datetime.now(UTC)


async def test_an_alert_is_told_everywhere(received: tuple[str, list[tuple[str, bytes]]]) -> None:
    url, got = received
    audit, registry = MemoryAuditLog(), CollectorRegistry()
    chosen = settings(alert_webhook_url=url, allowed_networks="127.0.0.0/8")
    with capture_logs() as logs:
        async with open_alerts(chosen, audit, registry, now) as alerts:
            await alerts.crossed(alert())
    [(signature, sent)] = got
    assert verify_signature(SECRET.encode(), sent, signature, time.time())
    assert json.loads(sent)["budget"] == {"namespace": "team-a", "name": "monthly"}
    [event] = audit.events
    assert event.action is AuditAction.BUDGET_ALERT
    [line] = [line for line in logs if line["event"] == "budget threshold reached"]
    assert line["percent"] == 80
    labels = {"namespace": "team-a", "budget": "monthly"}
    counted = registry.get_sample_value(
        "quarterdeck_gateway_budget_alerts_total", labels | {"action": "stop"}
    )
    assert counted == 1
    assert registry.get_sample_value("quarterdeck_gateway_budget_alert_ratio", labels) == 0.8
    assert _deliveries(registry, "delivered") == 1
    assert SECRET not in str(logs)


async def test_without_a_webhook_all_the_rest_is_told() -> None:
    audit = MemoryAuditLog()
    async with open_alerts(settings(), audit, CollectorRegistry(), now) as alerts:
        await alerts.crossed(alert())
    assert len(audit.events) == 1


async def test_a_private_address_is_not_called(
    received: tuple[str, list[tuple[str, bytes]]],
) -> None:
    """Loopback is nobody's webhook unless the installation says so."""
    url, got = received
    registry = CollectorRegistry()
    with capture_logs() as logs:
        async with open_alerts(
            settings(alert_webhook_url=url), MemoryAuditLog(), registry, now, close_seconds=60
        ) as alerts:
            await alerts.crossed(alert())
    assert got == []
    assert _deliveries(registry, "delivered") == 0
    assert any(line["event"] == "alert webhook cannot be called" for line in logs)


async def test_a_receiver_that_hangs_holds_up_nobody() -> None:
    async def hang(_request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hang)
    async with TestServer(app) as server:
        chosen = settings(
            alert_webhook_url=str(server.make_url("/hook")), allowed_networks="127.0.0.0/8"
        )
        audit, registry = MemoryAuditLog(), CollectorRegistry()
        async with open_alerts(chosen, audit, registry, now, close_seconds=0.1) as alerts:
            async with asyncio.timeout(20):
                for percent in range(1, 101):
                    await alerts.crossed(alert(percent))
            assert len(audit.events) == 100
            waiting = registry.get_sample_value("quarterdeck_gateway_alert_deliveries_waiting")
            assert waiting is not None
            assert waiting >= 90


def _deliveries(registry: CollectorRegistry, outcome: str) -> float | None:
    return registry.get_sample_value(
        "quarterdeck_gateway_alert_deliveries_total", {"outcome": outcome}
    )
