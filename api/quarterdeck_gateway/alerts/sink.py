"""Passes alerts on: log, metrics and audit log at once, the webhook in the background.

A receiver that hangs must not hold up the next alert, or the rounds of whoever found it; so
deliveries wait in a bounded queue and a few of them run at once.
"""

import asyncio
import uuid
from collections.abc import Collection
from typing import Final

import structlog

from quarterdeck_gateway.admission.crossings import BudgetAlert
from quarterdeck_gateway.alerts.message import audit_event, body, facts
from quarterdeck_gateway.alerts.metrics import AlertMetrics
from quarterdeck_gateway.alerts.webhook import Delivery, Webhook
from quarterdeck_gateway.audit.port import AuditLog

MOST_WAITING: Final = 1000
SENDERS: Final = 4
CLOSE_SECONDS: Final = 5.0

log = structlog.get_logger("quarterdeck_gateway.alerts")


class Alerts:
    """Implements AlertSink. Without a webhook only the log, metrics and audit log are told."""

    def __init__(self, audit: AuditLog, metrics: AlertMetrics, webhook: Webhook | None) -> None:
        self._audit = audit
        self._metrics = metrics
        self._webhook = webhook
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue(MOST_WAITING)

    async def crossed(self, alert: BudgetAlert) -> None:
        """Tell of one alert; does not wait for the webhook, raises nothing."""
        log.warning(
            "budget threshold reached",
            namespace=alert.namespace,
            budget=alert.name,
            **facts(alert),
        )
        self._metrics.crossed(alert.namespace, alert.name, alert.action.value, alert.percent)
        self._audit.append(audit_event(alert))
        if self._webhook is not None:
            self._enqueue(alert)

    def keep(self, budgets: Collection[tuple[str, str]]) -> None:
        """Let go of the metrics of all other Budgets."""
        self._metrics.keep(budgets)

    def _enqueue(self, alert: BudgetAlert) -> None:
        delivery_id = uuid.uuid4().hex
        try:
            self._queue.put_nowait(Delivery(delivery_id, body(alert, delivery_id)))
        except asyncio.QueueFull:
            self._metrics.deliveries.labels("dropped").inc()
            log.error("alert dropped: too many wait for the webhook", budget=alert.name)
        self._metrics.waiting.set(self._queue.qsize())

    async def run(self) -> None:
        """Deliver until cancelled."""
        if self._webhook is None:
            return
        async with asyncio.TaskGroup() as senders:
            for _ in range(SENDERS):
                senders.create_task(self._send(self._webhook))

    async def _send(self, webhook: Webhook) -> None:
        while True:
            delivery = await self._queue.get()
            try:
                delivered = await webhook.deliver(delivery)
            finally:
                self._queue.task_done()
            self._metrics.deliveries.labels("delivered" if delivered else "failed").inc()
            self._metrics.waiting.set(self._queue.qsize())

    async def settled(self, seconds: float = CLOSE_SECONDS) -> None:
        """Wait, but not longer than that, until all alerts are delivered or given up."""
        try:
            async with asyncio.timeout(seconds):
                await self._queue.join()
        except TimeoutError:
            log.warning("alerts were not delivered before the end", waiting=self._queue.qsize())
