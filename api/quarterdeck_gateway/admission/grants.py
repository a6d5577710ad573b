"""Leave to run one chat, from the moment it is given until the chat is settled."""

from collections.abc import Sequence
from typing import Protocol

from quarterdeck_gateway.admission.port import Ask, BudgetLine, LimitKind, LimitState


class Giver(Protocol):
    """Whoever gave a grant."""

    async def extend(self, grant: "KeptGrant", micro_usd: int) -> bool:
        """Set more aside. Raises BudgetsUnavailable."""
        ...

    def settle(self, grant: "KeptGrant", tokens: int, micro_usd: int, at: float | None) -> None:
        """The chat of ``grant`` is over since ``at``, or now; called once."""
        ...


class KeptGrant:
    """A Grant; ``alone`` when the gateway gave it without asking the store."""

    __slots__ = ("_giver", "_open", "alone", "ask", "limits", "reserved")

    def __init__(
        self, giver: Giver, ask: Ask, limits: tuple[LimitState, ...], *, alone: bool = False
    ) -> None:
        self._giver = giver
        self._open = True
        self.ask = ask
        self.limits = limits
        self.alone = alone
        self.reserved = ask.micro_usd if enforced(ask.budgets) else 0

    async def extend(self, micro_usd: int) -> bool:
        """Set aside more; False when a budget refuses. Raises BudgetsUnavailable."""
        if not enforced(self.ask.budgets):
            return True
        extended = self._open and await self._giver.extend(self, micro_usd)
        if extended:
            self.reserved += micro_usd
        return extended

    def settle(self, tokens: int, micro_usd: int, at: float | None = None) -> None:
        """The chat is over, since ``at`` or now. Counts once."""
        if self._open:
            self._open = False
            self._giver.settle(self, tokens, micro_usd, at)


def enforced(lines: Sequence[BudgetLine]) -> bool:
    """Whether any of these budgets can refuse."""
    for line in lines:  # noqa: SIM110 - a generator would cost more than the answer
        if line.enforced:
            return True
    return False


def owing(ask: Ask) -> bool:
    """Whether the store has to hear of the end: requests per minute are used by asking."""
    return bool(ask.budgets) or any(limit.kind is not LimitKind.REQUESTS for limit in ask.limits)
