"""The shared store on Redis or Valkey: all gateways ask it, so limits and budgets are exact.

Every key carries one hash tag, hence one slot: a single script can check all that applies to a
chat, in a cluster too. What it costs the server is in the scripts; what it costs us is packing
words, so nothing else happens here.

A settled ask is remembered for an hour, about 200 bytes each. The server must not evict keys
(``maxmemory-policy noeviction``).
"""

import math
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final, Self, TypeVar

from quarterdeck_gateway.admission.address import parse_address
from quarterdeck_gateway.admission.connection import Reply, Word
from quarterdeck_gateway.admission.lua import Scripts, load
from quarterdeck_gateway.admission.port import (
    ENDS_OF_ONE_OWNER,
    Ask,
    BudgetLine,
    BudgetState,
    Limit,
    LimitKind,
    LimitState,
    SessionEnd,
    SessionRef,
    Settlement,
    StoreRefused,
    Verdict,
)
from quarterdeck_gateway.admission.redis_client import RedisClient

_KINDS: Final = {LimitKind.REQUESTS: "r", LimitKind.TOKENS: "t", LimitKind.CONCURRENCY: "c"}
_ADMITTED: Final = 1
_LIMITED: Final = 2
_UNSEEDED: Final = 3
_EXCEEDED: Final = 4
_KEPT_AFTER_PERIOD: Final = 48 * 3600
_AT_ONCE: Final = 100
_MOST_TOKENS: Final = 10**11
_MOST_MICRO_USD: Final = 10**15
"""Beyond these the scripts would no longer count exactly, or fail half-way."""

_Item = TypeVar("_Item")


class RedisAdmissionStore:
    """Counters in Redis; ``open`` makes one."""

    def __init__(
        self, client: RedisClient, scripts: Scripts, prefix: str, reservation_seconds: float
    ) -> None:
        self._client = client
        self._scripts = scripts
        self._reservation = _milliseconds(reservation_seconds)
        tag = f"{{{prefix}}}"
        self._live = f"{tag}:live"
        self._gateways = f"{tag}:gateways"
        self._ping = f"{tag}:ping"
        self._ask = f"{tag}:a:"
        self._limit = f"{tag}:l:"
        self._budget = f"{tag}:b:"
        self._claim = f"{tag}:claim:"
        self._ended = f"{tag}:ended:"

    @classmethod
    def open(
        cls, url: str, prefix: str, timeout_seconds: float, reservation_seconds: float
    ) -> Self:
        """A store that connects when it is first asked.

        Raises ValueError for a URL that cannot be one; the message does not quote it.
        """
        scripts = load()
        client = RedisClient(parse_address(url), prefix, scripts.all(), timeout_seconds)
        return cls(client, scripts, prefix, reservation_seconds)

    async def admit(self, ask: Ask) -> Verdict:
        """See AdmissionStore."""
        if ask.tokens > _MOST_TOKENS or ask.micro_usd > _MOST_MICRO_USD:
            raise StoreRefused(f"{ask.tokens} tokens, {ask.micro_usd} micro-USD: out of range")
        keys = [self._live, self._ask + ask.id]
        args: list[Word] = [self._reservation, ask.tokens, ask.micro_usd, len(ask.limits)]
        for limit in ask.limits:
            kind = _KINDS[limit.kind]
            keys.append(f"{self._limit}{kind}:{limit.scope}:{limit.subject}")
            args.append(kind)
            args.append(limit.amount)
        for line in ask.budgets:
            keys.append(self._budget + line.id)
            args.append(line.amount)
            args.append(int(line.enforced))
        return _verdict(ask, await self._client.run(self._scripts.admit, keys, args))

    async def extend(self, ask_id: str, micro_usd: int) -> bool:
        """See AdmissionStore."""
        keys = (self._live, self._ask + ask_id)
        args = (self._reservation, micro_usd)
        return bool(await self._client.run(self._scripts.extend, keys, args))

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """See AdmissionStore."""
        for some in _batches(settlements):
            keys = [self._live]
            args: list[Word] = []
            for each in some:
                keys.append(self._ask + each.id)
                keys.extend([self._budget + line.id for line in each.budgets])
                args += (each.tokens, each.micro_usd, _microseconds(each.at), len(each.budgets))
            await self._client.run(self._scripts.settle, keys, args)

    async def renew(self, ask_ids: Sequence[str]) -> None:
        """See AdmissionStore."""
        for some in _batches(ask_ids):
            keys = (self._live, *(self._ask + ask_id for ask_id in some))
            await self._client.run(self._scripts.renew, keys, (self._reservation,))

    async def seed(self, line: BudgetLine, spent: int, at: float) -> None:
        """See AdmissionStore."""
        expires = 0 if line.ends_at is None else _milliseconds(line.ends_at + _KEPT_AFTER_PERIOD)
        args = (spent, _microseconds(at), expires)
        await self._client.run(self._scripts.seed, (self._budget + line.id,), args)

    async def doubt(self, lines: Sequence[BudgetLine]) -> None:
        """See AdmissionStore."""
        for some in _batches(lines):
            keys = [self._budget + line.id for line in some]
            await self._client.run(self._scripts.doubt, keys, ())

    async def states(self, lines: Sequence[BudgetLine]) -> tuple[BudgetState, ...]:
        """See AdmissionStore."""
        states: list[BudgetState] = []
        for some in _batches(lines):
            keys = (self._live, *(self._budget + line.id for line in some))
            reply = await self._client.run(self._scripts.states, keys, ())
            states.extend(_budget_states(some, reply[::3], reply[1::3], reply[2::3]))
        return tuple(states)

    async def beat(self, gateway: str, seconds: float) -> int:
        """See AdmissionStore."""
        args = (gateway, _milliseconds(seconds))
        return int(await self._client.run(self._scripts.beat, (self._gateways,), args))

    async def claim(self, name: str, owner: str, seconds: float) -> bool:
        """See AdmissionStore."""
        args = (owner, _milliseconds(seconds))
        return bool(await self._client.run(self._scripts.claim, (self._claim + name,), args))

    async def end_sessions(self, ends: Sequence[SessionEnd]) -> None:
        """See AdmissionStore."""
        for some in _batches(ends):
            keys = [self._ended + each.owner for each in some]
            args: list[Word] = [ENDS_OF_ONE_OWNER]
            for each in some:
                args += (each.session or "", _microseconds(each.at), _milliseconds(each.until))
            await self._client.run(self._scripts.end_sessions, keys, args)

    async def session_ended(self, session: SessionRef) -> bool:
        """See AdmissionStore."""
        keys = (self._ended + session.owner,)
        args = (session.id, _microseconds(session.began_at))
        return bool(await self._client.run(self._scripts.session_ended, keys, args))

    async def ping(self) -> None:
        """Whether it is there *and* takes writes: a replica or a full server does not."""
        await self._client.command("SET", self._ping, 1, "EX", 60)

    async def close(self) -> None:
        """See AdmissionStore."""
        await self._client.close()


def _verdict(ask: Ask, reply: Reply) -> Verdict:
    code, place = reply[0], reply[1]
    end = 2 + 3 * len(ask.limits)
    limits = tuple(map(_limit_state, ask.limits, reply[2:end:3], reply[3:end:3], reply[4:end:3]))
    certain = (0,) * len(ask.budgets)
    budgets = tuple(_budget_states(ask.budgets, reply[end::2], reply[end + 1 :: 2], certain))
    if code == _ADMITTED:
        return Verdict(True, limits, budgets)
    return Verdict(
        False,
        limits,
        budgets,
        refused_limit=limits[place - 1] if code == _LIMITED else None,
        refused_budget=ask.budgets[place - 1].id if code == _EXCEEDED else None,
        unseeded=_unseeded(ask.budgets, budgets) if code == _UNSEEDED else (),
    )


def _limit_state(limit: Limit, remaining: int, reset: int, retry: int) -> LimitState:
    return LimitState(limit, remaining, reset / 1000, retry / 1000)


def _budget_states(
    lines: Sequence[BudgetLine], spent: Reply, reserved: Reply, doubted: Reply
) -> Iterable[BudgetState]:
    states = map(BudgetState, (line.id for line in lines), spent, reserved, map(bool, doubted))
    return (state for state in states if state.spent >= 0)


def _unseeded(lines: Sequence[BudgetLine], states: Sequence[BudgetState]) -> tuple[str, ...]:
    known = {state.id for state in states}
    return tuple(line.id for line in lines if line.id not in known)


def _batches(items: Sequence[_Item]) -> Iterable[Sequence[_Item]]:
    rest = iter(items)
    while batch := tuple(islice(rest, _AT_ONCE)):
        yield batch


def _milliseconds(seconds: float) -> int:
    return math.ceil(seconds * 1000)


def _microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)
