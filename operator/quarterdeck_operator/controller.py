"""The workers of the queue: take a key, reconcile it, decide when it comes back."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from quarterdeck_contract.validation import InvalidManifest, parse
from quarterdeck_operator import reasons
from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.port import Manifest, ObjectKey
from quarterdeck_operator.cluster.status_part import operator_part
from quarterdeck_operator.conditions import verdict_of
from quarterdeck_operator.errors import OperatorError, Stalled
from quarterdeck_operator.metrics import EngineMetrics
from quarterdeck_operator.queue import WorkQueue
from quarterdeck_operator.reconcile.result import DONE, Result, result_of
from quarterdeck_operator.reconcile.status import StatusWriter
from quarterdeck_operator.summarise.model import plain_status

_log = structlog.get_logger(__name__)


class Reconciler(Protocol):
    """Makes the world say what one resource says."""

    async def reconcile(self, resource: Any, manifest: Manifest, failures: int) -> Result:
        """``resource`` is the parsed ``manifest``, which failed ``failures`` times in a row."""
        ...


class Controller:
    """Runs ``workers`` at once over ``queue``; ``reconcilers`` by kind."""

    def __init__(
        self,
        queue: WorkQueue,
        cache: Cache,
        reconcilers: Mapping[str, Reconciler],
        status: StatusWriter,
        *,
        workers: int,
        metrics: EngineMetrics,
        now: Callable[[], str],
    ) -> None:
        self._queue = queue
        self._cache = cache
        self._reconcilers = reconcilers
        self._status = status
        self._workers = workers
        self._metrics = metrics
        self._now = now

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._workers):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            key = await self._queue.get()
            try:
                await self._handle(key)
            finally:
                self._queue.done(key)

    async def _handle(self, key: ObjectKey) -> None:
        started = time.perf_counter()
        try:
            result = await self._reconcile(key)
        except OperatorError as exc:
            result = result_of(exc)
            _log.info("reconcile failed", key=str(key), reason=exc.reason, message=exc.message)
        except Exception:  # noqa: BLE001 - a bug in one key must not stop the others
            result = Result("error")
            _log.exception("reconcile raised", key=str(key))
        self._metrics.reconciled(key.kind.lower(), result.outcome, time.perf_counter() - started)
        self._schedule(key, result)

    async def _reconcile(self, key: ObjectKey) -> Result:
        manifest = self._cache.get(key)
        # Children of a deleted resource are left to garbage collection.
        if manifest is None or "deletionTimestamp" in manifest["metadata"]:
            self._queue.discard(key)
            return DONE
        try:
            resource = parse(manifest)
        except InvalidManifest as exc:
            return await self._refuse(manifest, Stalled(reasons.INVALID, str(exc)))
        failures = self._queue.failures(key)
        return await self._reconcilers[key.kind].reconcile(resource, manifest, failures)

    async def _refuse(self, manifest: Manifest, problem: Stalled) -> Result:
        """Stored by an older or newer version: say so, leave what runs alone."""
        kind, before = manifest["kind"], manifest.get("status")
        verdict = plain_status(verdict_of(problem), manifest, self._now())
        status = operator_part(kind, before) | verdict
        await self._status.write(manifest, status)
        return result_of(problem)

    def _schedule(self, key: ObjectKey, result: Result) -> None:
        if result.outcome == "error":
            self._queue.retry(key, at_least=result.after)
            return
        self._queue.forget(key)
        if result.outcome == "requeue_after":
            self._queue.add_after(key, result.after)
