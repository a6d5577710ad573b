"""What was spent before the store knew of a budget: its counters begin with the ledger's sums.

A store forgets: a budget is new, a period begins, Redis was emptied. Or what it knows is in doubt,
for settlements were lost (``recount.py``). Then the ledger is summed up to one moment and the store
is told sum and moment; chats that ended later are charged by their settlements, which the store
keeps aside in the meantime. Where there are other gateways, their ledgers first get a moment to
write what they have spooled.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Final, Protocol

import structlog

from quarterdeck_gateway.admission.lines import scope_of, window_at
from quarterdeck_gateway.admission.port import AdmissionStore, BudgetLine
from quarterdeck_gateway.catalogue.port import Catalogue

log = structlog.get_logger(__name__)

SEEDING_SECONDS: Final = 5.0
"""Longest wait for the ledger."""
OTHERS_SECONDS: Final = 0.5
"""What the other gateways get to write their spools."""
FORGIVENESS_SECONDS: Final = 1.0
"""How long after a failure the ledger is not asked again."""
_INSTANT: Final = 0.001


class HistoryAway(Exception):
    """The ledger could not be summed; the message is for the log."""


class SpendingHistory(Protocol):
    """What chats have cost, as the ledger knows it. Raises only HistoryAway."""

    async def flush(self) -> None:
        """Bring everything that this gateway has recorded so far into the ledger."""
        ...

    async def spent(
        self,
        *,
        namespace: str | None,
        agent: str | None = None,
        key: str | None = None,
        team: str | None = None,
        since: float | None,
        until: float,
    ) -> int:
        """Micro-USD of the chats that *began* at ``since`` or later (None: ever) and *ended* (began
        plus seconds) before ``until``. A filter of None takes all: a key's budget names no
        namespace, for it follows the key (``namespace/name``) wherever it goes."""
        ...


class NoHistory:
    """A ledger without a past: for tests."""

    def __init__(self, spent: int = 0) -> None:
        self.sum = spent

    async def flush(self) -> None:
        return None

    async def spent(
        self,
        *,
        namespace: str | None,
        agent: str | None = None,
        key: str | None = None,
        team: str | None = None,
        since: float | None,
        until: float,
    ) -> int:
        return self.sum


class Seeding:
    """Seeds budgets, each once at a time however many chats wait for it.

    ``others`` tells whether there may be other gateways; ``seeded`` is awaited with the ids of
    seeded budgets, before anybody is admitted on them.
    """

    def __init__(
        self,
        store: AdmissionStore,
        catalogue: Catalogue,
        history: SpendingHistory,
        *,
        others: bool,
        seeded: Callable[[Collection[str]], Awaitable[None]],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._history = history
        self._others = others
        self._seeded = seeded
        self._now = now
        self._running: dict[str, asyncio.Task[None]] = {}
        self._failed: tuple[float, HistoryAway] | None = None

    async def seed(self, lines: Sequence[BudgetLine]) -> None:
        """Tell the store what was spent on ``lines``. Raises HistoryAway or StoreAway."""
        fresh = [line for line in lines if line.id not in self._running]
        if fresh:
            self._refuse_soon_after_failure()
            task = asyncio.create_task(self._seed(fresh))
            self._running.update((line.id, task) for line in fresh)
            task.add_done_callback(lambda done: self._finished(fresh, done))
        for task in {self._running[line.id] for line in lines if line.id in self._running}:
            # A client that leaves takes its own wait along, never that of the others.
            await asyncio.shield(task)

    def close(self) -> None:
        """Give up what is under way."""
        for task in set(self._running.values()):
            task.cancel()

    def _refuse_soon_after_failure(self) -> None:
        if self._failed is not None and self._now() - self._failed[0] < FORGIVENESS_SECONDS:
            raise HistoryAway(str(self._failed[1])) from self._failed[1]

    async def _seed(self, lines: Sequence[BudgetLine]) -> None:
        at = self._now()
        try:
            async with asyncio.timeout(SEEDING_SECONDS):
                sums = await self._sums(lines, at)
        except TimeoutError as exc:
            raise self._note(f"no answer within {SEEDING_SECONDS:g} s") from exc
        except HistoryAway as exc:
            raise self._note(str(exc)) from exc
        for line, spent in sums:
            await self._store.seed(line, spent, at)
        await self._seeded({line.id for line in lines})

    async def _sums(self, lines: Sequence[BudgetLine], at: float) -> list[tuple[BudgetLine, int]]:
        await self._history.flush()
        if self._others:
            await asyncio.sleep(OTHERS_SECONDS)
        return [(line, await self._sum(line, at)) for line in lines]

    async def _sum(self, line: BudgetLine, at: float) -> int:
        namespace, _, name = line.name.partition("/")
        entry = self._catalogue.budget(namespace, name)
        if entry is None:
            # Deleted while a chat was on its way: nobody will ask for these counters again.
            return 0
        # The line's own period, which may have ended while the chat was on its way.
        moment = at if line.ends_at is None else line.ends_at - _INSTANT
        scope, window = scope_of(entry), window_at(entry, moment)
        return await self._history.spent(
            namespace=scope.namespace,
            agent=scope.agent,
            key=scope.key,
            team=scope.team,
            since=window.starts_at,
            until=at,
        )

    def _note(self, message: str) -> HistoryAway:
        log.warning("ledger away", error=message)
        failure = HistoryAway(message)
        self._failed = self._now(), failure
        return failure

    def _finished(self, lines: Iterable[BudgetLine], task: asyncio.Task[None]) -> None:
        for line in lines:
            self._running.pop(line.id, None)
        if not task.cancelled():
            # Looked at here, for whoever waited for it may have gone.
            task.exception()
