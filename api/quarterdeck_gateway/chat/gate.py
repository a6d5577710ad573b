"""Asks admission for leave to run a chat: all limits and budgets at once, with a price to reserve.

Where a budget says so, the chat is asked for with a cheaper model: when the budget's threshold is
reached, and when what the first choice may cost does not fit any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from quarterdeck_contract.v1alpha1.budget import Action, BudgetSpec
from quarterdeck_contract.wire.chat import ChatRequest
from quarterdeck_gateway.accounting.pricing import UNKNOWN_RATES, Rates
from quarterdeck_gateway.admission.lines import Lines, limits_for
from quarterdeck_gateway.admission.port import Ask, BudgetLine, Grant, Limit, LimitKind
from quarterdeck_gateway.admission.thresholds import downgrade_to, next_downgrade, percent_spent
from quarterdeck_gateway.catalogue.port import BudgetEntry
from quarterdeck_gateway.chat.counting import count_all
from quarterdeck_gateway.chat.estimate import Estimate, estimate, overhead_tokens, prompt_text
from quarterdeck_gateway.chat.profile import Profile
from quarterdeck_gateway.errors import BudgetExceeded
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.routing.registry import AgentEntry
from quarterdeck_gateway.services import Services
from quarterdeck_gateway.settings import Settings


@dataclass(frozen=True, slots=True)
class Applicant:
    """A chat that wants to run."""

    id: str
    """Made here, never the client's."""
    principal: Principal
    team: str
    agent: AgentEntry
    profile: Profile
    request: ChatRequest
    at: float
    """When it began, seconds since the epoch: its budgets' periods are those of this moment, as in
    its record."""


@dataclass(frozen=True, slots=True)
class Leave:
    """What a chat was admitted with."""

    grant: Grant | None = None
    """None where no limit and no budget applies."""
    input_tokens: int | None = None
    """The prompt's, where somebody had to count them."""
    rates: Rates = UNKNOWN_RATES
    """Of the dearest model that may answer."""
    bound: int | None = None
    """Output tokens at which the provider ends the answer by itself."""
    model: str | None = None
    """The cheaper model that shall answer."""
    usual: Rates | None = None
    """Where ``model`` is set: the rates that hold when the worker does not know it."""

    def rates_of_answer(self, *, downgraded: bool) -> Rates:
        """The rates of who really answers, as the head of the answer tells."""
        return self.rates if downgraded or self.usual is None else self.usual


FREE: Final = Leave()


@dataclass(frozen=True, slots=True)
class _Budgets:
    """The budgets of a chat: as declared, and as lines of their current period, side by side."""

    entries: tuple[BudgetEntry, ...]
    lines: tuple[BudgetLine, ...]


class Gate:
    """Every chat passes here once."""

    def __init__(self, settings: Settings, services: Services) -> None:
        self._namespace_limits = settings.namespace_limits
        self._services = services
        self._lines = Lines()

    async def leave(self, chat: Applicant) -> Leave:
        """Leave to run. Raises LimitExceeded, BudgetExceeded or BudgetsUnavailable."""
        limits = limits_for(chat.principal, chat.agent, self._namespace_limits)
        budgets = self._budgets(chat)
        if not limits and not budgets.lines:
            return FREE
        if not budgets.lines and not any(limit.kind is LimitKind.TOKENS for limit in limits):
            return Leave(await self._services.admission.admit(Ask(chat.id, limits)))
        tokens = await self._prompt_tokens(chat)
        model = self._cheapest(chat, tokens, self._due(budgets))
        try:
            return await self._ask(chat, chat.id, limits, budgets, tokens, model)
        except BudgetExceeded:
            cheaper = self._fallback(chat, budgets, tokens, model)
            if cheaper is None:
                raise
            # Another question, so another id: the first one has had its answer.
            return await self._ask(chat, f"{chat.id}.2", limits, budgets, tokens, cheaper)

    def _budgets(self, chat: Applicant) -> _Budgets:
        agent = chat.agent
        entries = tuple(
            self._services.catalogue.budgets_for(
                agent.namespace, agent.name, chat.principal.name, chat.team
            )
        )
        if not entries:
            return _Budgets((), ())
        return _Budgets(entries, tuple(self._lines.of(entry, chat.at) for entry in entries))

    async def _prompt_tokens(self, chat: Applicant) -> int:
        counted = await count_all(prompt_text(chat.request))
        return counted + overhead_tokens(chat.request) + chat.profile.instruction_tokens

    async def _ask(
        self,
        chat: Applicant,
        ask_id: str,
        limits: tuple[Limit, ...],
        budgets: _Budgets,
        tokens: int,
        model: str | None,
    ) -> Leave:
        asked = self._estimate(chat, tokens, model)
        ask = Ask(ask_id, limits, budgets.lines, asked.tokens, asked.micro_usd)
        grant = await self._services.admission.admit(ask)
        bound = asked.output_tokens if asked.bounded else None
        usual = None if model is None else self._estimate(chat, tokens, None).rates
        return Leave(grant, tokens, asked.rates, bound, model, usual)

    def _estimate(self, chat: Applicant, tokens: int, model: str | None) -> Estimate:
        models = chat.profile.models if model is None else (model,)
        return estimate(
            chat.request,
            chat.profile,
            chat.agent.namespace,
            models,
            tokens,
            self._services.catalogue,
            self._services.pricer,
        )

    def _due(self, budgets: _Budgets) -> Iterable[str | None]:
        """What the thresholds that are reached ask for."""
        for entry, line in zip(budgets.entries, budgets.lines, strict=True):
            if _downgrades(entry.spec) and (state := self._services.admission.state(line.id)):
                yield downgrade_to(entry.spec, percent_spent(entry.spec, state.spent))

    def _fallback(
        self, chat: Applicant, budgets: _Budgets, tokens: int, refused: str | None
    ) -> str | None:
        """A cheaper model, once the first ask did not fit; None when there is none."""
        choices = (
            next_downgrade(entry.spec, 0) for entry in budgets.entries if _downgrades(entry.spec)
        )
        cheaper = self._cheapest(chat, tokens, choices)
        if cheaper is None or cheaper == refused:
            return None
        saves = self._price(chat, tokens, cheaper) < self._price(chat, tokens, refused)
        return cheaper if saves else None

    def _cheapest(self, chat: Applicant, tokens: int, choices: Iterable[str | None]) -> str | None:
        """The cheapest of the models that exist and that the agent does not use anyway."""
        if chat.profile.external:
            return None
        namespace, catalogue = chat.agent.namespace, self._services.catalogue
        known = {name for name in choices if name and catalogue.model(namespace, name)}
        if not known or chat.profile.models == tuple(known):
            return None
        return min(sorted(known), key=lambda name: self._price(chat, tokens, name))

    def _price(self, chat: Applicant, tokens: int, model: str | None) -> int:
        return self._estimate(chat, tokens, model).micro_usd


def _downgrades(spec: BudgetSpec) -> bool:
    # Nearly all budgets have none, and this is asked for every chat.
    return spec.enforce and any(t.action is Action.DOWNGRADE for t in spec.thresholds or ())
