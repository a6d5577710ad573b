"""From the public list's shape to tariffs, and never a cost that differs from its own."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelPrice, Tier, TieredPrices

from quarterdeck_gateway.accounting.price_list import tariff_of
from quarterdeck_gateway.accounting.pricing import Rates

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKENS = ("input_mtok", "output_mtok", "cache_read_mtok")


def test_tiers_of_one_price_hold_for_its_own_tokens_only() -> None:
    tiered = TieredPrices(base=Decimal(1), tiers=[Tier(start=100, price=Decimal(2))])
    tariff = tariff_of(ModelPrice(input_mtok=tiered, output_mtok=Decimal("0.5")), "v")
    assert tariff is not None
    assert tariff.at(100) == Rates(1_000_000, 500_000, 1_000_000, "v")
    assert tariff.at(101) == Rates(2_000_000, 500_000, 2_000_000, "v")


def test_without_prices_for_tokens_there_is_no_tariff() -> None:
    assert tariff_of(ModelPrice(audio_hours=Decimal(1)), "v") is None


def test_free_is_a_price() -> None:
    tariff = tariff_of(ModelPrice(input_mtok=Decimal(0), output_mtok=Decimal(0)), "v")
    assert tariff is not None
    assert tariff.at(5) == Rates(0, 0, 0, "v")


@pytest.mark.parametrize("input_tokens", [1_000, 150_000, 1_000_000])
def test_costs_are_those_of_the_list(input_tokens: int) -> None:
    usage = Usage(input_tokens=input_tokens, cache_read_tokens=400, output_tokens=700)
    compared = 0
    for provider in get_snapshot().providers:
        for model in provider.models:
            price = model.get_prices(NOW)
            if not _priced_by_tokens_alone(price):
                continue
            tariff = tariff_of(price, "v")
            assert tariff is not None
            exact = price.calc_price(usage)["total_price"] * 1_000_000
            # Our rates are whole micro-USD per million tokens, and so is the cost itself.
            ours = tariff.at(input_tokens).cost(input_tokens, 700, 400)
            assert abs(ours - exact) <= 1 + exact / 100_000, (provider.id, model.id)
            compared += 1
    assert compared > 1000


def _priced_by_tokens_alone(price: ModelPrice) -> bool:
    given = {name for name, value in price.__dict__.items() if value is not None}
    return {"input_mtok", "output_mtok"} <= given and "requests_kcount" not in given
