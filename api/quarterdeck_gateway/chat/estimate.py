"""How much a chat may use, before it has used anything: for limits of tokens and for budgets.

Pure. One call of the model is estimated; what an agent's further calls use is settled after them.
What nothing bounds is taken in instalments: a stream asks for the next one when the first is used
up, a whole answer is given one and settled by what it was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from quarterdeck_contract.wire.chat import ChatRequest, Message
from quarterdeck_gateway.accounting.pricing import Pricer, Rates
from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.chat.profile import Profile

INSTALMENT: Final = 4096
"""Output tokens that are set aside at a time where nothing bounds an answer."""
ATTACHMENT_TOKENS: Final = 1000
"""What a part of a message that is not text counts: about one picture."""
_PER_MESSAGE: Final = 4
_COUNTED_FIELDS: Final = ("tools", "functions", "response_format")


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens and the price of them, for the dearest model that may answer."""

    input_tokens: int
    output_tokens: int
    rates: Rates
    bounded: bool = False
    """The provider, too, ends the answer at ``output_tokens``."""

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def micro_usd(self) -> int:
        return self.rates.cost(self.input_tokens, self.output_tokens)


def prompt_text(request: ChatRequest) -> str:
    """Everything of a request that a model reads, as one text."""
    pieces = [message.text() for message in request.messages]
    pieces += [
        orjson.dumps(extra).decode() for m in request.messages if (extra := m.model_extra or None)
    ]
    if extras := request.model_extra:
        pieces += [orjson.dumps(extras[f]).decode() for f in _COUNTED_FIELDS if extras.get(f)]
    return "\n".join(pieces)


def overhead_tokens(request: ChatRequest) -> int:
    """What the text does not show: the marks between messages, and attachments."""
    attachments = sum(map(_attachments, request.messages))
    return _PER_MESSAGE * (len(request.messages) + 1) + ATTACHMENT_TOKENS * attachments


def _attachments(message: Message) -> int:
    if not isinstance(message.content, list):
        return 0
    return sum(part.type not in ("text", "refusal") for part in message.content)


def output_bound(
    request: ChatRequest, profile: Profile, defaults: Iterable[int | None]
) -> int | None:
    """Most output tokens of one answer, None where nothing bounds it.

    The request's own bound takes the place of the models' ``defaults``; the longest of those
    counts, and none at all as soon as one model has none. The agent's limit of a run caps both.
    """
    given = request.max_completion_tokens or request.max_tokens
    if given is None:
        bounds = list(defaults)
        given = None if not bounds or None in bounds else max(filter(None, bounds))
    caps = [bound for bound in (given, profile.run_tokens) if bound is not None]
    return min(caps, default=None)


def estimate(
    request: ChatRequest,
    profile: Profile,
    namespace: str,
    models: Sequence[str],
    input_tokens: int,
    catalogue: Catalogue,
    pricer: Pricer,
) -> Estimate:
    """The estimate for a chat that one of ``models`` will answer."""
    defaults = [_default_bound(catalogue, namespace, model) for model in models]
    bound = output_bound(request, profile, defaults)
    output = INSTALMENT if bound is None else bound
    rates = [pricer.rates(namespace, model, input_tokens) for model in models or ("",)]
    dearest = max(rates, key=lambda known: known.cost(input_tokens, output))
    return Estimate(input_tokens, output, dearest, bounded=bound is not None)


def _default_bound(catalogue: Catalogue, namespace: str, model: str) -> int | None:
    entry = catalogue.model(namespace, model)
    parameters = entry.spec.parameters if entry is not None else None
    return parameters.max_tokens if parameters is not None else None
