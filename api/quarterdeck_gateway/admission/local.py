"""Limits without the store: this gateway's share of each, kept in its own memory.

Shares of all gateways together are about the whole; a full share may be used at once when the
store has just gone, for nothing is known here of what was used there.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from quarterdeck_gateway.admission.port import Limit, LimitKind, LimitState

MINUTE: Final = 60.0
CONCURRENCY_RETRY_SECONDS: Final = 1.0
"""When a place becomes free is not known; this is when to look again."""
_REMEMBERED: Final = 10_000
_Subject = tuple[str, str]


@dataclass
class _Bucket:
    """Units in use; they leak away by a full share per minute."""

    level: float
    at: float


def share_of(amount: int, gateways: int) -> int:
    """One gateway's part of a limit, at least 1."""
    return max(1, math.ceil(amount / max(1, gateways)))


class LocalLimits:
    """Counts for one gateway. Chats that hold a place of a concurrency limit are counted at all
    times, so that it is known how many run when the store goes."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._buckets: dict[Limit, _Bucket] = {}
        self._holders: Counter[_Subject] = Counter()

    def hold(self, limits: Sequence[Limit]) -> None:
        """A chat begins."""
        for limit in limits:
            if limit.kind is LimitKind.CONCURRENCY:
                self._holders[limit.scope, limit.subject] += 1

    def release(self, limits: Sequence[Limit]) -> None:
        """A chat that was held ends."""
        for limit in limits:
            if limit.kind is LimitKind.CONCURRENCY:
                subject = limit.scope, limit.subject
                self._holders[subject] -= 1
                if self._holders[subject] <= 0:
                    del self._holders[subject]

    def take(
        self, limits: Sequence[Limit], tokens: int, gateways: int
    ) -> tuple[tuple[LimitState, ...], LimitState | None]:
        """How the limits stand, and the refusal that has to be waited for longest, if any.

        All are taken or none; ``hold`` is the caller's, for every chat that begins.
        """
        now = self._monotonic()
        refusals = [
            state
            for limit in limits
            if (state := self._judge(limit, tokens, gateways, now)).retry_seconds > 0
        ]
        if refusals:
            states = tuple(self._judge(limit, tokens, gateways, now) for limit in limits)
            return states, max(refusals, key=lambda state: state.retry_seconds)
        for limit in limits:
            if limit.kind is not LimitKind.CONCURRENCY:
                self._level(limit, gateways, now).level += _units(limit, tokens, gateways)
        return tuple(self._state(limit, gateways, now) for limit in limits), None

    def correct(self, limits: Sequence[Limit], tokens: int, gateways: int) -> None:
        """A chat used so many tokens more, or fewer, than were taken."""
        for limit in limits:
            if limit.kind is LimitKind.TOKENS:
                bucket = self._level(limit, gateways, self._monotonic())
                bucket.level = max(0.0, bucket.level + tokens)

    def _judge(self, limit: Limit, tokens: int, gateways: int, now: float) -> LimitState:
        """The state of a limit, with a time to wait where it objects."""
        state = self._state(limit, gateways, now)
        share = share_of(limit.amount, gateways)
        if limit.kind is LimitKind.CONCURRENCY:
            wait = 0.0 if state.remaining > 0 else CONCURRENCY_RETRY_SECONDS
        else:
            units = _units(limit, tokens, gateways)
            over = self._level(limit, gateways, now).level + units - share
            wait = over * MINUTE / share if over > 1e-9 else 0.0
        return LimitState(limit, state.remaining, state.reset_seconds, wait)

    def _state(self, limit: Limit, gateways: int, now: float) -> LimitState:
        share = share_of(limit.amount, gateways)
        if limit.kind is LimitKind.CONCURRENCY:
            return LimitState(limit, max(0, share - self._holders[limit.scope, limit.subject]), 0.0)
        level = self._level(limit, gateways, now).level
        remaining = max(0, math.floor(share - level + 1e-9))
        return LimitState(limit, remaining, level * MINUTE / share)

    def _level(self, limit: Limit, gateways: int, now: float) -> _Bucket:
        bucket = self._buckets.get(limit)
        if bucket is None:
            if len(self._buckets) >= _REMEMBERED:
                self._forget(gateways, now)
            bucket = self._buckets[limit] = _Bucket(0.0, now)
        leaked = (now - bucket.at) * share_of(limit.amount, gateways) / MINUTE
        bucket.level, bucket.at = max(0.0, bucket.level - leaked), now
        return bucket

    def _forget(self, gateways: int, now: float) -> None:
        """Drop what has leaked empty, or everything rather than grow without bound."""
        empty = [limit for limit in self._buckets if self._level(limit, gateways, now).level == 0]
        for limit in empty or list(self._buckets):
            del self._buckets[limit]


def _units(limit: Limit, tokens: int, gateways: int) -> int:
    """What a chat takes. One larger than the whole share waits until the share is whole."""
    if limit.kind is LimitKind.REQUESTS:
        return 1
    return min(tokens, share_of(limit.amount, gateways))
