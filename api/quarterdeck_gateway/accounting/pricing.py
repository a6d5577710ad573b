"""What tokens cost, looked up once per Model and multiplied per chat."""

from dataclasses import dataclass
from typing import Final, Protocol

OVERRIDE: Final = "override"
FREE: Final = "free"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class Rates:
    """Micro-USD per million tokens; one USD per million is 1,000,000 here, so all are integers."""

    input: int
    output: int
    cached_input: int
    version: str
    """``override`` by the Model, ``free``, ``unknown``, or the version of the price list."""

    @property
    def known(self) -> bool:
        """Whether a cost computed from them means anything."""
        return self.version != UNKNOWN

    def cost(self, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> int:
        """Micro-USD, rounded half up; ``cached_tokens`` are part of ``input_tokens``."""
        cached = min(cached_tokens, input_tokens)
        exact = (
            (input_tokens - cached) * self.input
            + cached * self.cached_input
            + output_tokens * self.output
        )
        return (exact + 500_000) // 1_000_000


FREE_RATES: Final = Rates(0, 0, 0, FREE)
UNKNOWN_RATES: Final = Rates(0, 0, 0, UNKNOWN)


class Pricer(Protocol):
    """Knows what a Model's tokens cost."""

    def rates(self, namespace: str, model: str, input_tokens: int = 0) -> Rates:
        """The rates of a Model resource; ``input_tokens`` chooses among a provider's tiers.

        UNKNOWN_RATES when there is no such Model or nobody knows its price.
        """
        ...


class FixedPricer:
    """The same rates for every model: for tests."""

    def __init__(self, rates: Rates = FREE_RATES) -> None:
        self._rates = rates

    def rates(self, namespace: str, model: str, input_tokens: int = 0) -> Rates:
        return self._rates
