"""Admission with a policy: the shared store's exact answer, and what to do without one.

store there     -> its verdict; budgets that it does not know are seeded first
store away      -> limits by this gateway's share of them; budgets: 503, unless all of those that
                   are enforced fail open
ledger away     -> a budget that the store does not know either cannot be counted: the same
chat over       -> its settlement is queued, sent, and sent again until it has arrived
"""

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

import structlog

from quarterdeck_gateway.admission.breaker import Breaker
from quarterdeck_gateway.admission.grants import KeptGrant, owing
from quarterdeck_gateway.admission.heartbeat import Heartbeat, remaining
from quarterdeck_gateway.admission.local import LocalLimits
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.outbox import Outbox
from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    Ask,
    BudgetLine,
    BudgetState,
    LimitKind,
    Settlement,
    StoreAway,
    StoreRefused,
    Verdict,
)
from quarterdeck_gateway.admission.refusals import (
    budget_exceeded,
    budgets_unavailable,
    limit_exceeded,
    store_refused,
)
from quarterdeck_gateway.admission.seeding import HistoryAway, Seeding, SpendingHistory
from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.errors import GatewayError

log = structlog.get_logger(__name__)

DRAIN_SECONDS: Final = 2.0
"""What sending what is owed takes at most when ``run`` is cancelled."""
SECOND_LOOK_SECONDS: Final = 0.05
"""What a refused chat waits at most for those just ended to be settled."""
_SEEDINGS: Final = 3


class Keeper:
    """Implements Admission over a store. ``run`` must be running; chats may come before it does."""

    def __init__(
        self,
        store: AdmissionStore,
        catalogue: Catalogue,
        history: SpendingHistory,
        metrics: AdmissionMetrics,
        *,
        gateway: str,
        reservation_seconds: float,
        alone: bool = False,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``alone`` says that there is never another gateway: nobody's spool has to be waited for.
        The store cannot tell, for a gateway may have begun a moment ago, and a store that lost its
        memory knows nobody."""
        self.breaker = Breaker(store.ping, metrics, monotonic=monotonic)
        self.outbox = Outbox(
            store, self.breaker, metrics, reservation_seconds=reservation_seconds, now=now
        )
        self.seeding = Seeding(
            store,
            catalogue,
            history,
            others=not alone,
            seeded=lambda budgets: self.heartbeat.remind(budgets),
            now=now,
        )
        self.heartbeat = Heartbeat(
            store,
            self.breaker,
            metrics,
            gateway=gateway,
            reservation_seconds=reservation_seconds,
        )
        self._store = store
        self._metrics = metrics
        self._now = now
        self._local = LocalLimits(monotonic)
        self._states: dict[str, BudgetState] = {}

    async def admit(self, ask: Ask) -> KeptGrant:
        """Leave to run. Raises LimitExceeded, BudgetExceeded or BudgetsUnavailable."""
        if not ask.limits and not ask.budgets:
            return self._grant(KeptGrant(self, ask, ()))
        if not self.breaker.closed:
            return self._alone(ask)
        try:
            return self._decide(ask, await self._second_look(ask, await self._verdict(ask)))
        except StoreRefused as refused:
            self._give_back(ask)
            self._metrics.unavailable()
            log.error("admission store refused a chat", id=ask.id, error=str(refused))
            raise store_refused() from refused
        except StoreAway as away:
            self.breaker.trip(away)
        except asyncio.CancelledError:
            self._give_back(ask)
            raise
        try:
            return self._alone(ask)
        except GatewayError:
            # The store may have admitted it before it went.
            self._give_back(ask)
            raise

    def state(self, budget_id: str) -> BudgetState | None:
        """The last known state of a budget, seconds old; None when nothing is known."""
        return self._states.get(budget_id)

    def learn(self, states: Iterable[BudgetState]) -> None:
        """Remember how budgets stand."""
        for state in states:
            self._states[state.id] = state

    def keep(self, budget_ids: Collection[str]) -> None:
        """Forget how all other budgets stood."""
        for gone in self._states.keys() - set(budget_ids):
            del self._states[gone]

    async def run(self) -> None:
        """Send settlements, renew reservations, ping a lost store, until cancelled; then send what
        is owed, for a few seconds at most. Cancel it after the last chat has ended."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.breaker.run())
                tasks.create_task(self.outbox.run())
                tasks.create_task(self.heartbeat.run())
        finally:
            self.seeding.close()
            await self.outbox.drain(DRAIN_SECONDS)
            await self.heartbeat.leave(DRAIN_SECONDS)

    async def extend(self, grant: KeptGrant, micro_usd: int) -> bool:
        """For grants: set more aside. Raises BudgetsUnavailable."""
        cause = None
        if self.breaker.closed and not grant.alone:
            try:
                return await self._extend(grant, micro_usd)
            except StoreAway as away:
                self.breaker.trip(away)
                cause = away
        if closed := _closed(grant.ask.budgets):
            raise budgets_unavailable([line.name for line in closed]) from cause
        return True

    async def _extend(self, grant: KeptGrant, micro_usd: int) -> bool:
        ask = grant.ask.id
        if await self._store.extend(ask, micro_usd):
            return True
        # A store that came back empty refuses too, because it does not know the chat: tell it.
        known = await self._verdict(remaining(grant))
        return known.admitted and await self._store.extend(ask, micro_usd)

    def settle(self, grant: KeptGrant, tokens: int, micro_usd: int, at: float | None) -> None:
        """For grants: the chat is over since ``at``, as its record says, or now."""
        ask = grant.ask
        at = self._now() if at is None else at
        self.heartbeat.ended(ask.id)
        self._local.release(ask.limits)
        if grant.alone:
            self._local.correct(ask.limits, tokens - ask.tokens, self.heartbeat.gateways)
        if owing(ask):
            self.outbox.put(Settlement(ask.id, tokens, micro_usd, at, ask.budgets))

    async def _verdict(self, ask: Ask) -> Verdict:
        """The store's, once it knows all the budgets."""
        verdict = await self._ask(ask)
        for _ in range(_SEEDINGS):
            if not verdict.unseeded:
                return verdict
            unknown = [line for line in ask.budgets if line.id in verdict.unseeded]
            try:
                await self.seeding.seed(unknown)
            except HistoryAway as away:
                self._refuse_uncounted(unknown, away)
                known = tuple(line for line in ask.budgets if line not in unknown)
                ask = replace(ask, budgets=known)
            verdict = await self._ask(ask)
        raise StoreAway("it forgets what it is told: is it full, or does it evict?")

    async def _ask(self, ask: Ask) -> Verdict:
        began = time.perf_counter()
        verdict = await self._store.admit(ask)
        self._metrics.asked(time.perf_counter() - began)
        return verdict

    async def _second_look(self, ask: Ask, verdict: Verdict) -> Verdict:
        """A place or money that a chat has just given back may still be on its way."""
        refused = verdict.refused_limit
        waits = refused is not None and refused.limit.kind is LimitKind.CONCURRENCY
        if (waits or verdict.refused_budget) and await self.outbox.settled(SECOND_LOOK_SECONDS):
            return await self._verdict(ask)
        return verdict

    def _decide(self, ask: Ask, verdict: Verdict) -> KeptGrant:
        self.learn(verdict.budgets)
        if verdict.refused_limit is not None:
            self._metrics.limited()
            raise limit_exceeded(verdict.refused_limit, verdict.limits)
        if not verdict.admitted:
            line = next(line for line in ask.budgets if line.id == verdict.refused_budget)
            self._metrics.exceeded(line.name)
            raise budget_exceeded(line, self.state(line.id), ask.micro_usd)
        return self._grant(KeptGrant(self, ask, verdict.limits))

    def _alone(self, ask: Ask) -> KeptGrant:
        """Without the store."""
        self._metrics.degraded()
        self._refuse_uncounted(ask.budgets, None)
        states, refused = self._local.take(ask.limits, ask.tokens, self.heartbeat.gateways)
        if refused is not None:
            self._metrics.limited()
            raise limit_exceeded(refused, states)
        return self._grant(KeptGrant(self, ask, states, alone=True))

    def _grant(self, grant: KeptGrant) -> KeptGrant:
        self._metrics.admitted()
        self._local.hold(grant.ask.limits)
        if not grant.alone and owing(grant.ask):
            self.heartbeat.begun(grant)
        return grant

    def _refuse_uncounted(self, lines: Sequence[BudgetLine], cause: Exception | None) -> None:
        """Budgets that nobody can count now fail closed, unless they are told not to."""
        if closed := _closed(lines):
            self._metrics.unavailable()
            raise budgets_unavailable([line.name for line in closed]) from cause

    def _give_back(self, ask: Ask) -> None:
        """Whatever the store has taken for a chat that does not begin after all."""
        if owing(ask):
            self.outbox.put(Settlement(ask.id, 0, 0, self._now(), ask.budgets))


def _closed(lines: Sequence[BudgetLine]) -> list[BudgetLine]:
    """The budgets among ``lines`` without which no chat may begin."""
    return [line for line in lines if line.enforced and not line.fail_open]
