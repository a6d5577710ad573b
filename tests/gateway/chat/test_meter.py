"""A stream never runs further ahead of its reservation than one piece."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.accounting.pricing import FREE_RATES, Rates
from quarterdeck_gateway.admission.port import LimitState
from quarterdeck_gateway.chat.counting import count
from quarterdeck_gateway.chat.gate import Leave
from quarterdeck_gateway.chat.meter import KEPT_BYTES, Meter, Relayed, meter_for
from support.fake_worker import chunk, event, usage_chunk

RATES = Rates(1_000_000, 2_000_000, 1_000_000, "override")


@dataclass
class Purse:
    """A Grant with so much money behind it, micro-USD."""

    reserved: int
    left: int = 0
    asked: list[int] = field(default_factory=list)
    limits: tuple[LimitState, ...] = ()

    async def extend(self, micro_usd: int) -> bool:
        self.asked.append(micro_usd)
        if micro_usd > self.left:
            return False
        self.left -= micro_usd
        self.reserved += micro_usd
        return True

    def settle(self, tokens: int, micro_usd: int, at: float | None = None) -> None:
        """Not asked for here."""


async def relayed_until_cut(
    purse: Purse, words: int, prompt: int = 0, bound: int | None = None
) -> int:
    relayed = Relayed()
    meter = meter_for(Leave(purse, prompt, RATES, bound), relayed)
    assert meter is not None
    for number in range(words):
        relayed.add(event(chunk(" word")))
        if not await meter.covers():
            return number + 1
    return words


async def test_what_is_reserved_may_be_used() -> None:
    purse = Purse(reserved=100 + 2 * 50)
    assert await relayed_until_cut(purse, 50, prompt=100) == 50
    assert purse.asked == []


async def test_one_piece_beyond_it_is_cut() -> None:
    purse = Purse(reserved=100 + 2 * 50)
    assert await relayed_until_cut(purse, 500, prompt=100) == 51
    assert purse.asked == [2 * (1 + n) for n in (4096, 1024, 256)]


async def test_who_keeps_to_the_bound_by_another_tokenizer_is_not_cut() -> None:
    purse = Purse(reserved=2 * 100)
    assert await relayed_until_cut(purse, 125, bound=100) == 125
    assert purse.asked == []
    assert await relayed_until_cut(purse, 500, bound=100) == 126


async def test_instalments_go_on_for_as_long_as_a_budget_gives() -> None:
    purse = Purse(reserved=20, left=9000)
    cut_at = await relayed_until_cut(purse, 10_000)
    assert cut_at * 2 <= 20 + 9000 + 2
    assert cut_at * 2 > 20 + 9000 - 2 * 256 - 2
    assert len(purse.asked) < 10


async def test_a_piece_of_many_tokens_is_paid_whole() -> None:
    relayed, purse = Relayed(), Purse(reserved=2, left=100_000)
    meter = Meter(purse, RATES, 0, relayed)
    relayed.add(event(chunk(" word" * 9000)))
    assert await meter.covers()
    assert purse.reserved >= 18_000


def test_nothing_to_measure() -> None:
    assert meter_for(Leave(None, 10, RATES), Relayed()) is None
    assert meter_for(Leave(Purse(0), 10, RATES), Relayed()) is None
    assert meter_for(Leave(Purse(10), 10, FREE_RATES), Relayed()) is None


def test_who_answers_is_measured_at_its_own_price() -> None:
    """A cheaper model was asked for, here one that costs nothing; its worker may not know it."""
    asked = Leave(Purse(0), 10, FREE_RATES, model="cheap", usual=RATES)
    assert meter_for(asked, Relayed(), downgraded=True) is None
    assert meter_for(asked, Relayed()) is not None


@given(st.lists(st.text(max_size=40), max_size=40))
async def test_few_counts_and_never_beyond(words: list[str]) -> None:
    """A token is at least one byte, so pieces may go uncounted, but never too many."""
    relayed, purse = Relayed(), Purse(reserved=2 * 30)
    meter = Meter(purse, RATES, 0, relayed)
    passed: list[str] = []
    for word in words:
        passed.append(word)
        relayed.add(event(chunk(word)))
        if not await meter.covers():
            break
        assert count("".join(passed)) <= 30


def test_relayed_counts_what_models_write() -> None:
    relayed = Relayed()
    relayed.add(event(chunk("hello")) + event(chunk(" world")))
    relayed.add(event(chunk(None)) + event(usage_chunk(3)) + b"data: [DONE]\n\n")
    assert relayed.tokens() == 2
    assert relayed.tokens() == 2


def test_relayed_keeps_only_so_much() -> None:
    relayed = Relayed()
    piece = event(chunk("x " * 5000))
    for _ in range(200):
        relayed.add(piece)
    assert relayed.uncounted_bytes <= KEPT_BYTES
    assert relayed.tokens() > 500_000
