"""What a Model costs: its own word first, then what runs here, then the public list."""

import subprocess
import sys
from typing import Any

import pytest
from structlog.testing import capture_logs

from quarterdeck_gateway.accounting.price_list import PriceList, Tariff
from quarterdeck_gateway.accounting.prices import FRESH_SECONDS, CataloguePricer
from quarterdeck_gateway.accounting.pricing import FREE_RATES, UNKNOWN_RATES, Rates
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from support.declared import model

OPENAI = {"provider": "openai", "credentials": {"name": "keys", "key": "openai"}, "price": None}
ANTHROPIC = OPENAI | {"provider": "anthropic"}


class CountingList(PriceList):
    """A real list that tells how often it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.loads = 0

    def load(self) -> None:
        self.loads += 1

    def tariff(
        self, model: str, *, provider: str | None = None, url: str | None = None
    ) -> Tariff | None:
        self.asked += 1
        return super().tariff(model, provider=provider, url=url)


class Declared:
    """A catalogue with a pricer over it, and a clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.catalogue = EventCatalogue(synced=True)
        self.list = CountingList()
        self.pricer = CataloguePricer(self.catalogue, self.list, lambda: self.now)

    def declare(self, name: str, **spec: Any) -> None:
        manifest = model(name, **spec)
        given = manifest["spec"]
        manifest["spec"] = {name: value for name, value in given.items() if value is not None}
        self.catalogue.observe("ADDED", manifest)

    def rates(self, name: str, input_tokens: int = 0) -> Rates:
        return self.pricer.rates("default", name, input_tokens)


@pytest.fixture
def declared() -> Declared:
    return Declared()


def test_the_models_own_price_wins(declared: Declared) -> None:
    price = {"inputPerMillion": 0.1, "outputPerMillion": 2.5, "cachedInputPerMillion": 0.025}
    declared.declare("gpt-4o", **OPENAI | {"price": price})
    rates = declared.rates("gpt-4o")
    assert rates == Rates(100_000, 2_500_000, 25_000, "override")
    assert rates.cost(1_000_000, 1_000_000) == 2_600_000
    assert declared.list.asked == declared.list.loads == 0


def test_cached_input_costs_as_other_input_unless_said(declared: Declared) -> None:
    declared.declare("mine", input_price=0.3, output_price=0)
    assert declared.rates("mine") == Rates(300_000, 0, 300_000, "override")


@pytest.mark.parametrize(
    "spec",
    [
        {"provider": "local", "model": "smollm2-135m-instruct", "baseURL": None, "price": None},
        {"provider": "ollama", "model": "llama3", "price": None},
    ],
)
def test_what_runs_here_is_free(declared: Declared, spec: dict[str, Any]) -> None:
    declared.declare("here", **spec)
    assert declared.rates("here") is FREE_RATES
    assert declared.list.asked == declared.list.loads == 0


def test_the_public_list_knows_the_rest(declared: Declared) -> None:
    declared.declare("gpt-4o", **OPENAI)
    rates = declared.rates("gpt-4o")
    assert (rates.input, rates.output, rates.cached_input) == (2_500_000, 10_000_000, 1_250_000)
    assert rates.version.startswith("genai-prices-")
    assert rates.known
    assert declared.list.loads == 1


def test_long_inputs_may_cost_more(declared: Declared) -> None:
    declared.declare("claude-sonnet-4-5", **ANTHROPIC)
    short, long = declared.rates("claude-sonnet-4-5"), declared.rates("claude-sonnet-4-5", 200_001)
    assert declared.rates("claude-sonnet-4-5", 200_000) == short
    assert long.input == 2 * short.input
    assert long.cached_input == 2 * short.cached_input


def test_compatible_providers_are_known_by_their_address(declared: Declared) -> None:
    groq = {"baseURL": "https://api.groq.com/openai/v1", "price": None}
    declared.declare("llama", model="llama-3.3-70b-versatile", **groq)
    assert declared.rates("llama").known


def test_unknown_prices_warn_once_per_model(declared: Declared) -> None:
    with capture_logs() as logs:
        declared.declare("house-model", price=None)
        for _ in range(3):
            assert declared.rates("house-model") is UNKNOWN_RATES
            declared.now += FRESH_SECONDS
        assert declared.rates("never-declared") is UNKNOWN_RATES
    (warning,) = logs
    assert warning["log_level"] == "warning"
    assert (warning["namespace"], warning["model"]) == ("default", "house-model")
    assert "spec.price" in warning["event"]


def test_lookups_are_kept_until_the_model_changes_or_a_minute_has_gone(declared: Declared) -> None:
    declared.declare("gpt-4o", **OPENAI)
    for _ in range(5):
        declared.rates("gpt-4o")
    declared.declare("gpt-4o", **OPENAI)
    declared.rates("gpt-4o")
    assert declared.list.asked == 1
    declared.now += FRESH_SECONDS
    declared.rates("gpt-4o")
    assert declared.list.asked == 2
    declared.declare("gpt-4o", **OPENAI | {"model": "gpt-5-mini"})
    assert declared.rates("gpt-4o").input == 250_000
    declared.declare("gpt-4o", input_price=1)
    assert declared.rates("gpt-4o").version == "override"


def test_a_deleted_model_is_forgotten(declared: Declared) -> None:
    declared.declare("gpt-4o", **OPENAI)
    assert declared.rates("gpt-4o").known
    declared.catalogue.observe("DELETED", model("gpt-4o"))
    assert declared.rates("gpt-4o") is UNKNOWN_RATES


def test_the_list_is_not_loaded_before_it_is_needed() -> None:
    program = (
        "import sys, quarterdeck_gateway.accounting.prices; print('genai_prices' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout == b"False\n"


def test_loading_in_advance_spares_the_first_chat() -> None:
    prices = PriceList()
    prices.load()
    prices.load()
    assert prices.tariff("gpt-4o", provider="openai") is not None
