"""What a chat used and cost, in the end: by the provider's count, or by ours where it gave none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import orjson

from quarterdeck_contract.names import COST_EVENT
from quarterdeck_contract.v1alpha1.budget import usd
from quarterdeck_gateway.accounting.answers import AnswerFacts
from quarterdeck_gateway.accounting.pricing import Pricer


@dataclass(frozen=True, slots=True)
class Bill:
    """Tokens are None where nothing was used, or nothing is known."""

    model: str | None = None
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    counted: bool = False
    """True where the gateway counted."""
    cost_micro_usd: int = 0
    price_version: str = ""

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return (self.input_tokens or 0) + (self.output_tokens or 0)

    def usd(self) -> str:
        """The cost in USD with six decimals."""
        return usd(self.cost_micro_usd)


UNUSED: Final = Bill()

Count = Callable[[], int]


def bill_of(
    facts: AnswerFacts,
    namespace: str,
    model: str | None,
    pricer: Pricer,
    *,
    count_input: Count,
    count_output: Count,
    used: bool,
) -> Bill:
    """The bill of an answer of ``model``.

    What the provider does not say is counted where the chat was ``used``: somebody began to answer
    it. A provider that refused was not.
    """
    silent = facts.input_tokens is None or facts.output_tokens is None
    if silent and not used and facts.input_tokens is None and facts.output_tokens is None:
        return UNUSED
    tokens_in = count_input() if facts.input_tokens is None else facts.input_tokens
    tokens_out = count_output() if facts.output_tokens is None else facts.output_tokens
    rates = pricer.rates(namespace, model or "", tokens_in)
    return Bill(
        model=model,
        input_tokens=tokens_in,
        cached_tokens=facts.cached_tokens,
        output_tokens=tokens_out,
        counted=silent,
        cost_micro_usd=rates.cost(tokens_in, tokens_out, facts.cached_tokens or 0),
        price_version=rates.version,
    )


def cost_event(bill: Bill) -> bytes:
    """The event that follows the end marker of a stream."""
    data = {
        "cost_usd": bill.usd(),
        "input_tokens": bill.input_tokens,
        "output_tokens": bill.output_tokens,
        "counted": bill.counted,
        "model": bill.model,
    }
    return b"event: %b\ndata: %b\n\n" % (COST_EVENT.encode(), orjson.dumps(data))
