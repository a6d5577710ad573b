"""Watches what a running stream costs, and asks for more before it has spent what it was given.

Cheap, because it counts tokens only when it must: a token is at least one byte, so as long as fewer
bytes have come than tokens are left, nobody has to look at them.
"""

from typing import Final

from quarterdeck_gateway.accounting.answers import text_of_stream
from quarterdeck_gateway.accounting.pricing import Rates
from quarterdeck_gateway.admission.port import Grant
from quarterdeck_gateway.chat.counting import count
from quarterdeck_gateway.chat.estimate import INSTALMENT
from quarterdeck_gateway.chat.gate import Leave

KEPT_BYTES: Final = 512 * 1024
"""Of a stream, before they are counted and let go."""
_INSTALMENTS: Final = (INSTALMENT, INSTALMENT // 4, INSTALMENT // 16)
"""What is asked for, in tokens: near the end of a budget a smaller one may still fit."""
_HALF_A_MICRO_USD: Final = 500_000
_TOLERANCE: Final = 4
"""One token in so many: providers count by other tokenizers than ours, and who ends an answer at
its bound has kept to it, whatever we count."""


class Relayed:
    """The part of a stream that was passed on, kept until somebody needs to count it."""

    def __init__(self) -> None:
        self.uncounted_bytes = 0
        self._pieces: list[bytes] = []
        self._tokens = 0

    def add(self, events: bytes) -> None:
        """Takes whole events."""
        self._pieces.append(events)
        self.uncounted_bytes += len(events)
        if self.uncounted_bytes > KEPT_BYTES:
            self.tokens()

    def tokens(self) -> int:
        """Tokens of everything so far."""
        if self._pieces:
            text = text_of_stream(b"".join(self._pieces))
            self._tokens += count(text) if text else 0
            self._pieces.clear()
            self.uncounted_bytes = 0
        return self._tokens


class Meter:
    """Compares one stream with what ``grant`` has set aside at these ``rates``.

    ``bound`` is where the provider ends the answer by itself, which our count may exceed a little.
    """

    def __init__(
        self,
        grant: Grant,
        rates: Rates,
        input_tokens: int,
        relayed: Relayed,
        bound: int | None = None,
    ) -> None:
        self._tolerated = (bound or 0) // _TOLERANCE
        self._grant = grant
        self._rates = rates
        self._input = input_tokens * rates.input
        self._relayed = relayed
        self._left = self._allowed()

    async def covers(self) -> bool:
        """Whether all that was relayed is paid for; False when no budget gives any more.

        Raises BudgetsUnavailable when nobody can say.
        """
        if self._relayed.uncounted_bytes <= self._left:
            return True
        self._left = self._allowed() - self._relayed.tokens()
        return self._left >= 0 or await self._extend(-self._left)

    async def _extend(self, missing: int) -> bool:
        for instalment in _INSTALMENTS:
            price = self._rates.cost(0, missing + instalment)
            if await self._grant.extend(max(1, price)):
                self._left = self._allowed() - self._relayed.tokens()
                return True
        return False

    def _allowed(self) -> int:
        """Output tokens that the money set aside pays; up to half a micro-USD was rounded off."""
        money = self._grant.reserved * 1_000_000 + _HALF_A_MICRO_USD - self._input
        return money // self._rates.output + self._tolerated


def meter_for(leave: Leave, relayed: Relayed, *, downgraded: bool = False) -> Meter | None:
    """A meter, where there is something to measure: a budget, and output that costs.

    ``downgraded``: the cheaper model answers, as it was asked to.
    """
    rates = leave.rates_of_answer(downgraded=downgraded)
    if leave.grant is None or not rates.output:
        return None
    # Where a cheaper model was asked for, a budget is enforced, even if that model costs nothing.
    if not leave.grant.reserved and leave.model is None:
        return None
    return Meter(leave.grant, rates, leave.input_tokens or 0, relayed, leave.bound)
