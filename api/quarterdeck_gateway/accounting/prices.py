"""What a Model's tokens cost: its own price, nothing where it runs here, or the public list's.

Answers are kept per Model and made anew when the Model changes, and every minute: a price of
the list may begin or end at a time of day.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import structlog

from quarterdeck_contract.v1alpha1.model import Model, ModelSpec, Price, Provider
from quarterdeck_gateway.accounting.price_list import PriceList, Tariff, micro
from quarterdeck_gateway.accounting.pricing import FREE_RATES, OVERRIDE, UNKNOWN_RATES, Rates
from quarterdeck_gateway.catalogue.port import Catalogue, EventType, Manifest, ModelEntry

log = structlog.get_logger(__name__)

FRESH_SECONDS: Final = 60.0
FREE_PROVIDERS: Final = (Provider.LOCAL, Provider.OLLAMA)
_FREE: Final = Tariff(((-1, FREE_RATES),))
_UNKNOWN: Final = Tariff(((-1, UNKNOWN_RATES),))


@dataclass(frozen=True)
class _Known:
    """A Model's tariff, for as long as its spec is the same and the time has not come."""

    spec: ModelSpec
    tariff: Tariff
    until: float

    def holds(self, spec: ModelSpec, now: float) -> bool:
        """Whether it may still be used; a change of the status alone keeps it."""
        return now < self.until and (self.spec is spec or self.spec == spec)


class CataloguePricer:
    """Implements Pricer over the Catalogue's Models."""

    def __init__(
        self,
        catalogue: Catalogue,
        price_list: PriceList | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._catalogue = catalogue
        self._list = price_list or PriceList()
        self._monotonic = monotonic
        self._known: dict[tuple[str, str], _Known] = {}
        self._warned: dict[tuple[str, str], ModelSpec] = {}
        catalogue.subscribe(self._observe)

    def rates(self, namespace: str, model: str, input_tokens: int = 0) -> Rates:
        """The rates of a Model resource; UNKNOWN_RATES, and one warning, when nobody knows."""
        entry = self._catalogue.model(namespace, model)
        if entry is None:
            return UNKNOWN_RATES
        known = self._known.get((namespace, model))
        if known is None or not known.holds(entry.spec, self._monotonic()):
            known = self._look_up(entry)
        return known.tariff.at(input_tokens)

    def _look_up(self, entry: ModelEntry) -> _Known:
        tariff = self._tariff(entry.spec)
        name = entry.namespace, entry.name
        if tariff is None and self._warned.get(name) != entry.spec:
            self._warned[name] = entry.spec
            log.warning(
                "price unknown: chats with this Model count as free; set spec.price",
                namespace=entry.namespace,
                model=entry.name,
                provider=entry.spec.provider.value,
                provider_model=entry.spec.model,
            )
        until = self._monotonic() + FRESH_SECONDS
        known = self._known[name] = _Known(entry.spec, tariff or _UNKNOWN, until)
        return known

    def _tariff(self, spec: ModelSpec) -> Tariff | None:
        if spec.price is not None:
            return override(spec.price)
        if spec.provider in FREE_PROVIDERS:
            return _FREE
        if spec.provider is Provider.OPENAI_COMPATIBLE:
            return self._list.tariff(spec.model, url=spec.base_url)
        return self._list.tariff(spec.model, provider=spec.provider.value)

    def _observe(self, event: EventType, manifest: Manifest) -> None:
        if manifest.get("kind") != Model.described.kind:
            return
        metadata = manifest["metadata"]
        name = metadata.get("namespace", "default"), metadata["name"]
        if event == "DELETED":
            self._known.pop(name, None)
            self._warned.pop(name, None)
            return
        entry = self._catalogue.model(*name)
        if entry is not None and needs_list(entry.spec):
            self._list.load()


def needs_list(spec: ModelSpec) -> bool:
    """Whether only the public list may know what this costs."""
    return spec.price is None and spec.provider not in FREE_PROVIDERS


def override(price: Price) -> Tariff:
    """The tariff that a Model itself declares."""
    cached = price.cached_input_per_million
    rates = Rates(
        input=_micro(price.input_per_million),
        output=_micro(price.output_per_million),
        cached_input=_micro(price.input_per_million if cached is None else cached),
        version=OVERRIDE,
    )
    return Tariff(((-1, rates),))


def _micro(usd: float) -> int:
    # By way of text: 0.1 means a tenth here, not the binary number next to it.
    return micro(Decimal(str(usd)))
