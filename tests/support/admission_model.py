"""Admission as a person would explain it: lists of who holds what, summed up at every question.

It knows no time: limits never recover, and everything lapses at once when the test says so.
"""

from dataclasses import dataclass, field

from quarterdeck_gateway.admission.port import Ask, BudgetLine, Limit, LimitKind, Settlement

Outcome = tuple[bool, str | None, bool]
"""Admitted; the budget that refused; whether a limit refused."""


@dataclass
class AdmissionModel:
    """What a store should say, computed the slow way."""

    asks: dict[str, Ask] = field(default_factory=dict)
    holding: set[str] = field(default_factory=set)
    set_aside: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    """Tokens, as far as they are taken from limits."""
    settled: dict[str, Settlement] = field(default_factory=dict)
    used: dict[Limit, int] = field(default_factory=dict)

    def admit(self, ask: Ask) -> Outcome:
        """The verdict on ``ask``."""
        if ask.id in self.asks or ask.id in self.settled:
            return True, None, False
        if not all(self._fits(limit, ask) for limit in ask.limits):
            return False, None, True
        for line in ask.budgets:
            after = self.spent(line) + self.reserved(line) + ask.micro_usd
            if line.enforced and (after > line.amount or self.spent(line) >= line.amount):
                return False, line.id, False
        self.asks[ask.id] = ask
        self.holding.add(ask.id)
        self.set_aside[ask.id] = ask.micro_usd
        self.counted[ask.id] = ask.tokens
        for limit in ask.limits:
            self._use(limit, 1 if limit.kind is LimitKind.REQUESTS else ask.tokens)
        return True, None, False

    def extend(self, ask_id: str, micro_usd: int) -> bool:
        """Whether more can be set aside."""
        if ask_id not in self.asks or ask_id in self.settled:
            return False
        wanted = micro_usd + (0 if ask_id in self.holding else self.set_aside[ask_id])
        for line in self.asks[ask_id].budgets:
            if line.enforced and self.spent(line) + self.reserved(line) + wanted > line.amount:
                return False
        self.set_aside[ask_id] += micro_usd
        self.holding.add(ask_id)
        return True

    def settle(self, settlement: Settlement) -> None:
        """The chat is over."""
        if settlement.id in self.settled:
            return
        self.settled[settlement.id] = settlement
        self.holding.discard(settlement.id)
        if settlement.id in self.asks:
            self._count(settlement.id, settlement.tokens)

    def renew(self, ask_id: str) -> None:
        """The chat still runs."""
        if ask_id in self.asks and ask_id not in self.settled:
            self.holding.add(ask_id)

    def lapse(self) -> None:
        """Nobody renewed anything."""
        for each in self.holding:
            self._count(each, 0)
        self.holding.clear()

    def spent(self, line: BudgetLine) -> int:
        """Sum of what was settled."""
        return sum(each.micro_usd for each in self.settled.values() if line in each.budgets)

    def reserved(self, line: BudgetLine) -> int:
        """Sum of what is held."""
        return sum(self.set_aside[each] for each in self.holding if line in self.asks[each].budgets)

    def remaining(self, limit: Limit) -> int:
        """How many more fit."""
        return max(0, limit.amount - self._taken(limit))

    def _taken(self, limit: Limit) -> int:
        if limit.kind is LimitKind.CONCURRENCY:
            return sum(limit in self.asks[each].limits for each in self.holding)
        return self.used.get(limit, 0)

    def _count(self, ask_id: str, tokens: int) -> None:
        more, self.counted[ask_id] = tokens - self.counted[ask_id], tokens
        for limit in self.asks[ask_id].limits:
            if limit.kind is LimitKind.TOKENS:
                self._use(limit, more)

    def _fits(self, limit: Limit, ask: Ask) -> bool:
        wanted = ask.tokens if limit.kind is LimitKind.TOKENS else 1
        return self._taken(limit) + min(wanted, limit.amount) <= limit.amount

    def _use(self, limit: Limit, count: int) -> None:
        self.used[limit] = max(0, self.used.get(limit, 0) + count)
