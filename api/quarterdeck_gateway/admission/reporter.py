"""Keeps every Budget's status true, and sees to it that crossed thresholds are told.

Every gateway looks at all budgets every few seconds, for its own metrics and downgrades; only the
one that holds the claim writes and tells. While the store is away there are no claims: then every
gateway says so in the conditions, and all say the same.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import structlog

from quarterdeck_contract.v1alpha1.budget import Budget
from quarterdeck_gateway.admission.budget_status import Standing, differs, status_of
from quarterdeck_gateway.admission.crossings import AlertSink, BudgetAlert, Crossings
from quarterdeck_gateway.admission.keeper import Keeper
from quarterdeck_gateway.admission.lines import Current, Lines, line_of
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import AdmissionStore, BudgetLine, BudgetState, StoreAway
from quarterdeck_gateway.admission.room import Floorer, Floors, key_of, no_floors, shortage
from quarterdeck_gateway.admission.seeding import HistoryAway
from quarterdeck_gateway.admission.unpriced import Survey, Surveyor, nothing_unpriced
from quarterdeck_gateway.catalogue.port import Catalogue, ResourceWriter
from quarterdeck_gateway.errors import GatewayError, Unavailable

__all__ = ["AlertSink", "BudgetAlert", "Reporter"]

log = structlog.get_logger(__name__)

INTERVAL_SECONDS: Final = 3.0
"""Between two looks, and so between two writes to one Budget."""
CLAIM: Final = "reporter"
STORE_AWAY: Final = "the store of limits and budgets is away"
LEDGER_AWAY: Final = "what was spent so far cannot be read from the ledger"
TURN_SECONDS: Final = 0.005
"""Longest work without letting chats have their turn, however many budgets there are."""
_AT_ONCE: Final = 100
_SEEDED_AT_ONCE: Final = 20
T = TypeVar("T")


class Reporter:
    """Looks at every Budget of the catalogue. ``run`` until cancelled, or ``round`` once."""

    def __init__(
        self,
        keeper: Keeper,
        store: AdmissionStore,
        catalogue: Catalogue,
        writer: ResourceWriter,
        sink: AlertSink,
        metrics: AdmissionMetrics,
        *,
        gateway: str,
        unpriced: Surveyor = nothing_unpriced,
        floors: Floorer = no_floors,
        agents_known: Callable[[], bool] = lambda: True,
        interval_seconds: float = INTERVAL_SECONDS,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keeper = keeper
        self._store = store
        self._catalogue = catalogue
        self._writer = writer
        self._crossings = Crossings(store, sink)
        self._metrics = metrics
        self._gateway = gateway
        self._unpriced = unpriced
        self._floors = floors
        self._agents_known = agents_known
        self._interval = interval_seconds
        self._now = now
        self._lines = Lines()
        self._written: dict[str, Standing] = {}

    async def run(self) -> None:
        """Round after round, until cancelled."""
        while True:
            # Statuses speak of agents, too: without them they would change and change back.
            if self._catalogue.synced and self._agents_known():
                await self._round_or_log()
            await asyncio.sleep(self._interval)

    async def _round_or_log(self) -> None:
        try:
            await self.round()
        except Exception:
            # A fault of ours: the next round may do better, and chats must not end by it.
            log.exception("round over the budgets failed")

    async def round(self) -> None:
        """Look once; metrics, then alerts and statuses if they are ours to send."""
        now = self._now()
        current = await self._current(now)
        standings = await self._standings(current)
        await self._publish(standings)
        if not self._keeper.breaker.closed:
            await self._write(standings)
            return
        try:
            if await self._store.claim(CLAIM, self._gateway, 3 * self._interval):
                await self._tell(standings, now)
                await self._write(standings)
        except StoreAway as away:
            self._keeper.breaker.trip(away)

    async def _current(self, now: float) -> list[Current]:
        current, turns = [], _Turns()
        for entry in self._catalogue.budgets():
            await turns.give()
            current.append(self._lines.current(entry, now))
        return current

    async def _standings(self, current: Sequence[Current]) -> list[Standing]:
        states: dict[str, BudgetState] = {}
        obstacle = STORE_AWAY
        if self._keeper.breaker.closed:
            try:
                states, obstacle = await self._count(current)
            except StoreAway as away:
                self._keeper.breaker.trip(away)
        survey, floors = self._unpriced(), self._floors()
        standings: list[Standing] = []
        turns = _Turns()
        for c in current:
            await turns.give()
            standings.append(self._standing(c, states.get(c.line.id), obstacle, survey, floors))
        return standings

    def _standing(
        self,
        current: Current,
        state: BudgetState | None,
        obstacle: str,
        survey: Survey,
        floors: Floors,
    ) -> Standing:
        entry = current.entry
        spent = None if state is None else state.spent
        short = shortage(entry, spent, floors, key_of(entry, self._catalogue))
        return Standing(current, state, obstacle, survey.of(entry), short)

    async def _count(self, current: Sequence[Current]) -> tuple[dict[str, BudgetState], str]:
        """How budgets stand, after those were seeded that are unknown to the store or in doubt."""
        lines = [c.line for c in current]
        states = await self._states(lines)
        missing = [line for line in lines if line.id not in states or states[line.id].doubted]
        try:
            for part in _parts(missing, _SEEDED_AT_ONCE):
                await self._keeper.seeding.seed(part)
        except HistoryAway as away:
            # The ledger is down for all of them; those that are known stay in force, and the
            # statuses of the others say what is wrong.
            log.info("budgets not seeded", reason=str(away))
        states |= await self._states(missing)
        await self._prepare(current)
        return states, LEDGER_AWAY

    async def _states(self, lines: Sequence[BudgetLine]) -> dict[str, BudgetState]:
        states: dict[str, BudgetState] = {}
        for part in _parts(lines, _AT_ONCE):
            states.update((state.id, state) for state in await self._store.states(part))
        return states

    async def _prepare(self, current: Sequence[Current]) -> None:
        """Periods about to begin are seeded ahead: nothing is spent yet, so nobody has to wait."""
        now = self._now()
        soon = now + 3 * self._interval
        for c in current:
            if c.window.ends_at is not None and c.window.ends_at <= soon:
                await self._store.seed(line_of(c.entry, c.window.ends_at), 0, now)

    async def _publish(self, standings: Sequence[Standing]) -> None:
        self._keeper.learn(s.state for s in standings if s.state is not None)
        periods = [s.current.line.id for s in standings]
        self._keeper.keep(periods)
        self._crossings.keep(periods)
        self._metrics.keep([(s.current.entry.namespace, s.current.entry.name) for s in standings])
        turns = _Turns()
        for standing in standings:
            await turns.give()
            entry = standing.current.entry
            if standing.state is not None:
                self._metrics.budget(
                    (entry.namespace, entry.name),
                    spent=standing.state.spent,
                    reserved=standing.state.reserved,
                    limit=entry.spec.amount_micro_usd,
                )

    async def _tell(self, standings: Sequence[Standing], now: float) -> None:
        turns = _Turns()
        for standing in standings:
            await turns.give()
            if standing.state is not None:
                await self._crossings.look(standing.current, standing.state, now)

    async def _write(self, standings: Sequence[Standing]) -> None:
        written, turns = self._written, _Turns()
        self._written = {}
        for standing in standings:
            await turns.give()
            entry = standing.current.entry
            if not _same(standing, written.get(entry.id)) and not await self._report(standing):
                return
            self._written[entry.id] = standing

    async def _report(self, standing: Standing) -> bool:
        """Write one status, if it differs; False when nothing can be written now."""
        entry = standing.current.entry
        status = status_of(standing, self._now())
        if not differs(entry.manifest, status):
            return True
        try:
            await self._writer.report(Budget.described.kind, entry.namespace, entry.name, status)
        except Unavailable as exc:
            # The next round says it all again.
            log.warning("statuses of budgets not written", error=exc.message)
            return False
        except GatewayError as exc:
            log.warning("status of a budget not written", budget=entry.id, error=exc.message)
        return True


def _same(standing: Standing, before: Standing | None) -> bool:
    """Whether nothing has changed; a change of the Budget, its status included, is a new entry."""
    return (
        before is not None
        and before.current is standing.current
        and before.state == standing.state
        and before.obstacle == standing.obstacle
        and before.unpriced == standing.unpriced
        and before.short == standing.short
    )


class _Turns:
    """Chats go first: lets them have their turn when ours has lasted for TURN_SECONDS."""

    def __init__(self) -> None:
        self._since = 0.0

    async def give(self) -> None:
        if time.perf_counter() - self._since > TURN_SECONDS:
            await asyncio.sleep(0)
            self._since = time.perf_counter()


def _parts(all_: Sequence[T], size: int) -> list[Sequence[T]]:
    return [all_[begin : begin + size] for begin in range(0, len(all_), size)]
