"""The public price list: what providers charge, as packaged with this release. No network.

The list takes 13 MB and half a second to load, so it is loaded when a Model first needs it, in a
thread, and not at all where every Model has a price of its own or costs nothing.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from quarterdeck_gateway.accounting.pricing import Rates

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice, TieredPrices

_MICRO: Final = Decimal(1_000_000)


@dataclass(frozen=True)
class Tariff:
    """Rates by the length of the input: the last whose threshold it exceeds, for all tokens."""

    tiers: tuple[tuple[int, Rates], ...]
    """(threshold, rates), the first at -1, so that there is always one."""

    def at(self, input_tokens: int) -> Rates:
        """The rates of a call with so many input tokens."""
        rates = self.tiers[0][1]
        for threshold, dearer in self.tiers[1:]:
            if input_tokens > threshold:
                rates = dearer
        return rates


class PriceList:
    """Looks up what a provider's model costs."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._thread: threading.Thread | None = None

    def load(self) -> None:
        """Begin to load it without waiting, so that the first chat need not."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._load, name="price-list", daemon=True)
            self._thread.start()

    def _load(self) -> None:
        with self._loading:
            from genai_prices.data_snapshot import get_snapshot

            get_snapshot()

    def tariff(
        self, model: str, *, provider: str | None = None, url: str | None = None
    ) -> Tariff | None:
        """What the ``provider`` (or whoever answers at ``url``) charges now for ``model``.

        None when it is not listed, or not priced by tokens. Waits while the list is loading.
        """
        self._load()
        import genai_prices
        from genai_prices.data_snapshot import get_snapshot

        try:
            _, found = get_snapshot().find_provider_model(model, None, provider, url)
        except LookupError:
            return None
        version = f"genai-prices-{genai_prices.__version__}"
        return tariff_of(found.get_prices(datetime.now(UTC)), version)


def tariff_of(price: "ModelPrice", version: str) -> Tariff | None:
    """Of the list's own shape; None where input and output tokens have no price."""
    if price.input_mtok is None and price.output_mtok is None:
        return None
    prices = (price.input_mtok, price.output_mtok, price.cache_read_mtok)
    thresholds = sorted({start for each in prices for start in _starts(each)})
    return Tariff(tuple((start, _rates(prices, start, version)) for start in (-1, *thresholds)))


def _starts(price: "Decimal | TieredPrices | None") -> Iterable[int]:
    if price is None or isinstance(price, Decimal):
        return ()
    return (tier.start for tier in price.tiers)


def _rates(prices: "tuple[Decimal | TieredPrices | None, ...]", start: int, version: str) -> Rates:
    input_price, output_price, cached_price = (_micro(price, start) for price in prices)
    fresh = input_price or 0
    cached = fresh if cached_price is None else cached_price
    return Rates(input=fresh, output=output_price or 0, cached_input=cached, version=version)


def _micro(price: "Decimal | TieredPrices | None", start: int) -> int | None:
    """Micro-USD per million tokens in the tier that begins behind ``start``."""
    if price is None:
        return None
    if isinstance(price, Decimal):
        return micro(price)
    reached = [tier.price for tier in price.tiers if tier.start <= start]
    return micro(reached[-1] if reached else price.base)


def micro(usd: Decimal) -> int:
    """USD to micro-USD."""
    return int((usd * _MICRO).to_integral_value(ROUND_HALF_UP))
