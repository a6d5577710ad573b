"""What is paid: the provider's count, else ours, else nothing."""

import orjson

from quarterdeck_gateway.accounting.answers import AnswerFacts
from quarterdeck_gateway.accounting.pricing import FixedPricer, Rates
from quarterdeck_gateway.chat.bill import Bill, bill_of, cost_event

PRICER = FixedPricer(Rates(1_000_000, 2_000_000, 100_000, "override"))


def bill(facts: AnswerFacts, *, used: bool = True) -> Bill:
    return bill_of(
        facts,
        "default",
        "m",
        PRICER,
        count_input=lambda: 50,
        count_output=lambda: 5,
        used=used,
    )


def test_the_providers_word() -> None:
    made = bill(AnswerFacts(input_tokens=10, output_tokens=20, cached_tokens=10), used=False)
    assert made == Bill("m", 10, 10, 20, counted=False, cost_micro_usd=41, price_version="override")
    assert made.tokens == 30


def test_what_the_provider_does_not_say_is_counted() -> None:
    made = bill(AnswerFacts())
    assert (made.input_tokens, made.output_tokens, made.counted) == (50, 5, True)
    assert made.cost_micro_usd == 60
    half = bill(AnswerFacts(output_tokens=1))
    assert (half.input_tokens, half.output_tokens, half.counted) == (50, 1, True)


def test_whoever_did_nothing_is_paid_nothing() -> None:
    made = bill(AnswerFacts(), used=False)
    assert made == Bill()
    assert made.tokens == 0


def test_the_event() -> None:
    name, data, *rest = cost_event(bill(AnswerFacts(input_tokens=100, output_tokens=12))).split(
        b"\n"
    )
    assert name == b"event: quarterdeck.cost"
    assert rest == [b"", b""]
    assert orjson.loads(data.removeprefix(b"data: ")) == {
        "cost_usd": "0.000124",
        "input_tokens": 100,
        "output_tokens": 12,
        "counted": False,
        "model": "m",
    }
