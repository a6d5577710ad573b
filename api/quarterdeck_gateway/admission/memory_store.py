"""The admission store in the memory of one process: for tests, and wherever one gateway is alone.

It keeps the same promises as the Redis store, and the same test holds both to them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from quarterdeck_gateway.admission.gcra import Bucket
from quarterdeck_gateway.admission.memory_counters import Account, Record, Remembered
from quarterdeck_gateway.admission.port import (
    Ask,
    BudgetLine,
    BudgetState,
    Limit,
    LimitKind,
    LimitState,
    SessionEnd,
    SessionRef,
    Settlement,
    Verdict,
)
from quarterdeck_gateway.admission.session_ends import SessionEnds

_REMEMBER_MS: Final = 3_600_000
_RETRY_MS: Final = 1_000


class MemoryAdmissionStore:
    """Counters in memory; ``now`` tells seconds since the epoch."""

    def __init__(self, now: Callable[[], float], reservation_seconds: float = 30.0) -> None:
        self._now = now
        self._buckets: dict[Limit, Bucket] = {}
        self._running: dict[tuple[str, str], dict[str, Record]] = {}
        self._accounts: dict[str, Account] = {}
        self._records: dict[str, Record] = {}
        self._live = Remembered(math.ceil(reservation_seconds * 1000))
        self._settled = Remembered(_REMEMBER_MS)
        self._lapsed = Remembered(_REMEMBER_MS)
        self._gateways: dict[str, int] = {}
        self._claims: dict[str, tuple[str, int]] = {}
        self._session_ends = SessionEnds(now)

    async def admit(self, ask: Ask) -> Verdict:
        """See AdmissionStore."""
        self._purge()
        if ask.id in self._records or ask.id in self._settled:
            return self._verdict(ask)
        limits = tuple(self._limit_state(limit, ask) for limit in ask.limits)
        longest = max(limits, key=lambda state: state.retry_seconds, default=None)
        if longest is not None and longest.retry_seconds > 0:
            return Verdict(False, limits, self._budget_states(ask), refused_limit=longest)
        if refused := next((line.id for line in ask.budgets if self._exceeds(line, ask)), None):
            return Verdict(False, limits, self._budget_states(ask), refused_budget=refused)
        if unseeded := tuple(line.id for line in ask.budgets if not self._is_seeded(line)):
            return Verdict(False, limits, self._budget_states(ask), unseeded=unseeded)
        self._take(ask)
        return self._verdict(ask)

    async def extend(self, ask_id: str, micro_usd: int) -> bool:
        """See AdmissionStore."""
        self._purge()
        record = self._records.get(ask_id)
        if record is None:
            return False
        wanted = micro_usd if record.is_live else record.micro_usd + micro_usd
        for line in record.ask.budgets:
            account = self._accounts[line.id]
            if line.enforced and account.spent + account.reserved + wanted > line.amount:
                return False
        self._hold(ask_id, record)
        self._reserve(record, micro_usd)
        record.micro_usd += micro_usd
        return True

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """See AdmissionStore."""
        for settlement in settlements:
            if settlement.id in self._settled:
                continue
            record = self._records.pop(settlement.id, None)
            if record is not None:
                self._let_go(settlement.id, record)
                self._correct_tokens(record, settlement.tokens)
            for line in settlement.budgets if settlement.micro_usd else ():
                self._charge(line, settlement, record is not None)
            self._settled.add(settlement.id, self._clock())

    async def renew(self, ask_ids: Sequence[str]) -> None:
        """See AdmissionStore."""
        for ask_id in ask_ids:
            if record := self._records.get(ask_id):
                self._hold(ask_id, record)

    async def seed(self, line: BudgetLine, spent: int, at: float) -> None:
        """See AdmissionStore."""
        self._accounts.setdefault(line.id, Account()).seed(spent, at)

    async def doubt(self, lines: Sequence[BudgetLine]) -> None:
        """See AdmissionStore."""
        for line in lines:
            self._accounts.setdefault(line.id, Account()).doubted_at = self._now()

    async def states(self, lines: Sequence[BudgetLine]) -> tuple[BudgetState, ...]:
        """See AdmissionStore."""
        self._purge()
        return tuple(
            replace(self._state(line), doubted=self._accounts[line.id].doubted_at is not None)
            for line in lines
            if self._is_seeded(line)
        )

    async def beat(self, gateway: str, seconds: float) -> int:
        """See AdmissionStore."""
        now = self._clock()
        self._gateways[gateway] = now + round(seconds * 1000)
        self._gateways = {name: ends for name, ends in self._gateways.items() if ends > now}
        return len(self._gateways)

    async def claim(self, name: str, owner: str, seconds: float) -> bool:
        """See AdmissionStore."""
        now = self._clock()
        holder, ends = self._claims.get(name, (owner, now))
        if holder != owner and ends > now:
            return False
        self._claims[name] = owner, now + round(seconds * 1000)
        return True

    async def end_sessions(self, ends: Sequence[SessionEnd]) -> None:
        """See AdmissionStore."""
        for end in ends:
            self._session_ends.note(end)

    async def session_ended(self, session: SessionRef) -> bool:
        """See AdmissionStore."""
        return self._session_ends.include(session)

    async def ping(self) -> None:
        """Memory is always there."""

    async def close(self) -> None:
        """Nothing is open."""

    def _clock(self) -> int:
        return int(self._now() * 1000)

    def _verdict(self, ask: Ask) -> Verdict:
        limits = tuple(self._limit_state(limit, None) for limit in ask.limits)
        return Verdict(True, limits, self._budget_states(ask))

    def _limit_state(self, limit: Limit, ask: Ask | None) -> LimitState:
        """How it stands, and how long ``ask`` would have to wait."""
        if limit.kind is LimitKind.CONCURRENCY:
            running = len(self._running.get((limit.scope, limit.subject), ()))
            retry = _RETRY_MS if ask and running >= limit.amount else 0
            reset = _RETRY_MS if running else 0
            return _state_of(limit, max(0, limit.amount - running), reset, retry)
        bucket = self._bucket(limit)
        wait = 0 if ask is None else bucket.wait(limit.amount, _count(limit, ask))
        return _state_of(limit, bucket.remaining(limit.amount), bucket.reset(limit.amount), wait)

    def _bucket(self, limit: Limit) -> Bucket:
        bucket = self._buckets.get(_whose(limit), Bucket())
        return bucket.leaked(limit.amount, self._clock())

    def _fill(self, limit: Limit, count: int) -> None:
        bucket = self._bucket(limit).filled(count)
        if bucket.level:
            self._buckets[_whose(limit)] = bucket
        else:
            self._buckets.pop(_whose(limit), None)

    def _take(self, ask: Ask) -> None:
        record = Record(ask, ask.micro_usd, ask.tokens)
        self._records[ask.id] = record
        self._hold(ask.id, record)
        for limit in ask.limits:
            if limit.kind is not LimitKind.CONCURRENCY:
                self._fill(limit, _count(limit, ask))

    def _correct_tokens(self, record: Record, tokens: int) -> None:
        for limit in record.ask.limits:
            if limit.kind is LimitKind.TOKENS:
                self._fill(limit, tokens - record.tokens)
        record.tokens = tokens

    def _hold(self, ask_id: str, record: Record) -> None:
        if not record.is_live:
            record.is_live = True
            self._reserve(record, record.micro_usd)
        self._live.add(ask_id, self._clock())
        for limit in record.ask.limits:
            if limit.kind is LimitKind.CONCURRENCY:
                self._running.setdefault((limit.scope, limit.subject), {})[ask_id] = record

    def _let_go(self, ask_id: str, record: Record) -> None:
        self._live.discard(ask_id)
        if record.is_live:
            record.is_live = False
            self._reserve(record, -record.micro_usd)
        for limit in record.ask.limits:
            if limit.kind is LimitKind.CONCURRENCY:
                self._running.get((limit.scope, limit.subject), {}).pop(ask_id, None)

    def _reserve(self, record: Record, micro_usd: int) -> None:
        for line in record.ask.budgets:
            self._accounts[line.id].reserved += micro_usd

    def _charge(self, line: BudgetLine, settlement: Settlement, is_recorded: bool) -> None:
        account = self._accounts.setdefault(line.id, Account())
        is_old = settlement.at * 1000 < self._clock() - _REMEMBER_MS
        if is_old and not is_recorded:
            # Nobody remembers whether this was charged.
            account.doubted_at = self._now()
        else:
            account.charge(settlement.micro_usd, settlement.at)

    def _exceeds(self, line: BudgetLine, ask: Ask) -> bool:
        account = self._accounts.get(line.id, Account())
        if not line.enforced or account.seeded_at is None:
            return False
        after = account.spent + account.reserved + ask.micro_usd
        return after > line.amount or account.spent >= line.amount

    def _is_seeded(self, line: BudgetLine) -> bool:
        account = self._accounts.get(line.id)
        return account is not None and account.seeded_at is not None

    def _state(self, line: BudgetLine) -> BudgetState:
        account = self._accounts[line.id]
        return BudgetState(line.id, account.spent, account.reserved)

    def _budget_states(self, ask: Ask) -> tuple[BudgetState, ...]:
        return tuple(self._state(line) for line in ask.budgets if self._is_seeded(line))

    def _purge(self) -> None:
        now = self._clock()
        for ask_id in self._live.forget(now):
            self._let_go(ask_id, self._records[ask_id])
            self._correct_tokens(self._records[ask_id], 0)
            self._lapsed.add(ask_id, now)
        for ask_id in self._lapsed.forget(now):
            if ask_id not in self._live:
                self._records.pop(ask_id, None)
        self._settled.forget(now)


def _whose(limit: Limit) -> Limit:
    # A changed amount keeps what has been used.
    return Limit(limit.kind, limit.scope, limit.subject, 0)


def _count(limit: Limit, ask: Ask) -> int:
    return 1 if limit.kind is LimitKind.REQUESTS else ask.tokens


def _state_of(limit: Limit, remaining: int, reset: int, retry: int) -> LimitState:
    return LimitState(limit, remaining, reset / 1000, retry / 1000)
