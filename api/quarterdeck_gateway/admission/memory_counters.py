"""What the memory store keeps for one budget, for one chat, and for a while."""

from collections import OrderedDict
from dataclasses import dataclass, field

from quarterdeck_gateway.admission.port import Ask


@dataclass
class Account:
    """One budget in one period; nobody knows ``spent`` before it is seeded."""

    spent: int = 0
    reserved: int = 0
    seeded_at: float | None = None
    late: list[tuple[float, int]] = field(default_factory=list)
    """When and what was settled before the seed came."""

    def seed(self, spent: int, at: float) -> None:
        """Begin with what the ledger counted up to ``at``."""
        self.spent = spent + sum(cost for ended, cost in self.late if ended >= at)
        self.seeded_at = at
        self.late.clear()

    def charge(self, micro_usd: int, at: float, *, is_doubtful: bool) -> None:
        """Add a cost, unless the seed holds it. A doubtful one asks for a new seed."""
        if self.seeded_at is None:
            self.late.append((at, micro_usd))
        elif is_doubtful:
            self.seeded_at = None
        elif at >= self.seeded_at:
            self.spent += micro_usd


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
