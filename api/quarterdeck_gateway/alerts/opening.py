"""Puts the alerts of a real gateway together: the webhook, its secret, where it may lead."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry

from quarterdeck_contract.addresses import url_refusal
from quarterdeck_gateway.alerts.metrics import AlertMetrics
from quarterdeck_gateway.alerts.sink import CLOSE_SECONDS, Alerts
from quarterdeck_gateway.alerts.webhook import Webhook
from quarterdeck_gateway.audit.port import AuditLog
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.upstream.guard import guarded_session, outside_addresses

log = structlog.get_logger("quarterdeck_gateway.alerts")


@asynccontextmanager
async def open_alerts(
    settings: Settings,
    audit: AuditLog,
    registry: CollectorRegistry,
    now: Callable[[], datetime],
    *,
    close_seconds: float = CLOSE_SECONDS,
) -> AsyncIterator[Alerts]:
    """The sink, running; on exit it delivers, for so many seconds at most, what still waits."""
    async with AsyncExitStack() as stack:
        webhook = await _webhook(settings, stack, now)
        alerts = Alerts(audit, AlertMetrics(registry), webhook)
        running = asyncio.create_task(alerts.run())
        try:
            yield alerts
            await alerts.settled(close_seconds)
        finally:
            running.cancel()
            await asyncio.wait([running])


async def _webhook(
    settings: Settings, stack: AsyncExitStack, now: Callable[[], datetime]
) -> Webhook | None:
    url = settings.alert_webhook_url
    if not url:
        return None
    policy = outside_addresses(settings)
    refusal = url_refusal(url, policy)
    if refusal is not None:
        # Not a reason to refuse to start: each delivery fails, is counted, and says so too.
        log.error("alert webhook cannot be called", reason=refusal)
    session = await stack.enter_async_context(guarded_session(policy))
    secret = settings.alert_webhook_secret.get_secret_value().encode()
    return Webhook(url, secret, session, now=lambda: now().timestamp())
