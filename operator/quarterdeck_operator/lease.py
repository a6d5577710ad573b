"""Leader election by a Lease: at most one operator writes, and another takes over soon.

A holder must renew within 10 s or stop; others wait until they have seen no renewal for 15 s by
their own clock. Nobody's wall clock is trusted: the times in the Lease are for people to read.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import KubeError, NotFound
from quarterdeck_kube.resources import LEASE, Manifest

DURATION: Final = 15.0
RENEW_DEADLINE: Final = 10.0
RETRY_PERIOD: Final = 2.0
RELEASE_DEADLINE: Final = 5.0

_log = structlog.get_logger(__name__)


class LeaseLost(Exception):
    """Someone else may hold the Lease: everything that writes must stop at once."""


@dataclass(frozen=True)
class Timing:
    """Seconds. ``renew`` must be shorter than ``duration``: the margin is for slow requests.

    ``release`` is how long a leader that stops may try to give the Lease back.
    """

    duration: float = DURATION
    renew: float = RENEW_DEADLINE
    retry: float = RETRY_PERIOD
    release: float = RELEASE_DEADLINE


class LeaderElector:
    """``await acquire()``, work while ``await hold()`` runs, then ``await release()``."""

    def __init__(
        self,
        client: KubeClient,
        namespace: str,
        name: str,
        identity: str,
        *,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._name = name
        self._identity = identity
        self._timing = timing or Timing()
        self._clock = clock
        self._seen: Manifest | None = None
        self._seen_at = 0.0
        self._woken = asyncio.Event()
        self.leading = False
        """Whether this process holds the Lease, as far as it knows."""

    def observe(self, lease: Manifest | None) -> None:
        """The Lease as a watch reports it, None when it is gone: seen sooner, waited shorter."""
        if self.leading:
            return
        if lease is not None:
            self._note(lease)
        if lease is None or not lease["spec"].get("holderIdentity"):
            self._woken.set()

    async def acquire(self) -> None:
        """Return once the Lease is ours."""
        while not await self._attempt():
            self._woken.clear()
            try:
                async with asyncio.timeout(self._patience()):
                    await self._woken.wait()
            except TimeoutError:
                continue
        self.leading = True
        _log.info("leading", lease=self._name, identity=self._identity)

    def _patience(self) -> float:
        """Seconds until the next attempt: soon, and not long after the holder's time is up."""
        expires = self._seen_at + self._timing.duration - self._clock()
        soon = self._timing.retry if expires <= 0 else min(self._timing.retry, expires)
        return soon + self._timing.retry * _jitter()

    async def hold(self) -> None:
        """Renew until cancelled. Raises LeaseLost when that failed for too long."""
        renewed = self._clock()
        while True:
            await asyncio.sleep(self._timing.retry)
            left = renewed + self._timing.renew - self._clock()
            success = await self._renewed_within(left) if left > 0 else None
            if success is None:
                self.leading = False
                raise LeaseLost(f"Lease {self._name} was not renewed: {self._holder() or 'nobody'}")
            renewed = success

    async def release(self) -> None:
        """Give the Lease back, so that another takes over at once. Never raises."""
        if not self.leading:
            return
        self.leading = False
        try:
            async with asyncio.timeout(self._timing.release):
                while self._seen is not None and self._holder() == self._identity:
                    if await self._given_back(self._seen):
                        return
                    await asyncio.sleep(self._timing.retry / 4)
        except TimeoutError:
            _log.warning("lease not released", lease=self._name)

    async def _given_back(self, lease: Manifest) -> bool:
        try:
            await self._put(lease, {"holderIdentity": "", "leaseDurationSeconds": 1})
        except KubeError as exc:
            # The renewal that the end cut off may have reached the server all the same.
            _log.info("lease release failed", lease=self._name, error=str(exc))
            await self._look_again()
            return False
        return True

    async def _renewed_within(self, seconds: float) -> float | None:
        """When the renewal was sent: others may count from then, not from its answer."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    sent = self._clock()
                    if await self._attempt():
                        return sent
                    if self._holder() != self._identity:
                        return None
                    await asyncio.sleep(self._timing.retry / 4)
        except TimeoutError:
            return None

    async def _attempt(self) -> bool:
        """One try to create, take or renew the Lease; whether it is ours now."""
        try:
            if self._seen is None or self._holder() != self._identity:
                await self._look()
            if self._seen is None:
                self._note(await self._client.create(LEASE, self._new()))
                return True
            if self._holder() not in ("", self._identity) and not self._expired():
                return False
            self._note(await self._put(self._seen, self._held(self._seen["spec"])))
        except KubeError as exc:
            _log.info("lease attempt failed", lease=self._name, error=str(exc))
            await self._look_again()
            return False
        return True

    async def _look(self) -> None:
        try:
            self._note(await self._client.get(LEASE, self._namespace, self._name))
        except NotFound:
            self._seen = None

    async def _look_again(self) -> None:
        try:
            await self._look()
        except KubeError as exc:
            _log.info("lease not readable", lease=self._name, error=str(exc))

    def _note(self, lease: Manifest) -> None:
        if self._seen is None or self._seen["spec"] != lease["spec"]:
            self._seen_at = self._clock()
        self._seen = lease

    def _holder(self) -> str:
        spec = self._seen["spec"] if self._seen is not None else {}
        return str(spec.get("holderIdentity") or "")

    def _expired(self) -> bool:
        return self._clock() - self._seen_at >= self._timing.duration

    def _new(self) -> Manifest:
        return {
            "apiVersion": LEASE.api_version,
            "kind": LEASE.kind,
            "metadata": {"namespace": self._namespace, "name": self._name},
            "spec": self._held({}),
        }

    def _held(self, before: dict[str, Any]) -> dict[str, Any]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        same = before.get("holderIdentity") == self._identity
        transitions = int(before.get("leaseTransitions") or 0)
        return {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": max(1, round(self._timing.duration)),
            "acquireTime": before.get("acquireTime", now) if same else now,
            "renewTime": now,
            "leaseTransitions": transitions if same or not before else transitions + 1,
        }

    async def _put(self, lease: Manifest, spec: dict[str, Any]) -> Manifest:
        # The resourceVersion in ``lease`` makes the server refuse all but one of several takers.
        return await self._client.replace(LEASE, lease | {"spec": lease["spec"] | spec})


def _jitter() -> float:
    return random.random() * 0.2  # noqa: S311 - spreads retries, guards nothing
