"""What the memory store keeps for one budget, for one chat, and for a while."""

from collections import OrderedDict
from dataclasses import dataclass, field

from quarterdeck_gateway.admission.port import Ask


@dataclass
class Account:
    """One budget in one period; nobody knows ``spent`` before it is seeded. It is never more than
    the truth, so of two counts the larger one holds."""

    spent: int = 0
    reserved: int = 0
    seeded_at: float | None = None
    doubted_at: float | None = None
    """Since when it wants a new seed."""
    late: list[tuple[float, int]] = field(default_factory=list)
    """When and what was settled while a seed was wanted."""

    def seed(self, spent: int, at: float) -> None:
        """Begin with what the ledger counted up to ``at``, if that is wanted and more."""
        if not self._wants_seed:
            return
        told = spent + sum(cost for ended, cost in self.late if ended >= at)
        if self.seeded_at is None or told > self.spent:
            self.spent, self.seeded_at = told, at
        if self.doubted_at is None or self.doubted_at <= at:
            self.doubted_at = None
            self.late.clear()

    def charge(self, micro_usd: int, at: float) -> None:
        """Add a cost, unless the seed holds it."""
        if self.seeded_at is not None and at >= self.seeded_at:
            self.spent += micro_usd
        if self._wants_seed:
            self.late.append((at, micro_usd))

    @property
    def _wants_seed(self) -> bool:
        return self.seeded_at is None or self.doubted_at is not None


@dataclass
class Record:
    """One admitted ask, and what it holds while it is live."""

    ask: Ask
    micro_usd: int
    tokens: int
    is_live: bool = False


class Remembered:
    """Ids that are known for some milliseconds after they were added last."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds
        self._ids: OrderedDict[str, int] = OrderedDict()

    def __contains__(self, each: object) -> bool:
        return each in self._ids

    def add(self, each: str, now: int) -> None:
        """Remember it from now on."""
        self._ids.pop(each, None)
        self._ids[each] = now + self._milliseconds

    def discard(self, each: str) -> None:
        """Remember it no longer."""
        self._ids.pop(each, None)

    def forget(self, now: int) -> list[str]:
        """Drop the ids whose time is over, and name them."""
        gone = []
        while self._ids and next(iter(self._ids.values())) <= now:
            gone.append(self._ids.popitem(last=False)[0])
        return gone
