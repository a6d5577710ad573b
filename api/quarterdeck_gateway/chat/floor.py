"""The least that a chat with each agent sets aside, so that people can be told when less is left.

A true lower bound for chats that do not bound their answers themselves: no prompt at all, and the
cheapest Model that any budget may put in the place of the agent's own.
"""

from collections.abc import Iterator
from typing import Final

from quarterdeck_contract.v1alpha1.budget import Action
from quarterdeck_contract.wire.chat import ChatRequest, Message
from quarterdeck_gateway.accounting.pricing import Pricer
from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.chat.estimate import estimate
from quarterdeck_gateway.chat.profile import Profiles
from quarterdeck_gateway.routing.registry import AgentEntry, Registry

_SHORTEST: Final = ChatRequest(model="any", messages=[Message(role="user", content="")])


class ChatFloors:
    """Called without arguments: micro-USD by namespace and name of the agent."""

    def __init__(self, registry: Registry, catalogue: Catalogue, pricer: Pricer) -> None:
        self._registry = registry
        self._catalogue = catalogue
        self._pricer = pricer
        self._profiles = Profiles()

    def __call__(self) -> dict[tuple[str, str], int]:
        """As agents, Models and budgets stand now."""
        cheaper = tuple(dict.fromkeys(self._downgrades()))
        return {
            (agent.namespace, agent.name): self._floor(agent, cheaper)
            for agent in self._registry.agents()
        }

    def _floor(self, agent: AgentEntry, cheaper: tuple[str, ...]) -> int:
        profile = self._profiles.of(agent)
        choices = [profile.models]
        if not profile.external:
            known = (name for name in cheaper if self._catalogue.model(agent.namespace, name))
            choices += [(name,) for name in known]
        return min(
            estimate(
                _SHORTEST, profile, agent.namespace, models, 0, self._catalogue, self._pricer
            ).micro_usd
            for models in choices
        )

    def _downgrades(self) -> Iterator[str]:
        for entry in self._catalogue.budgets():
            for threshold in entry.spec.thresholds or ():
                if threshold.action is Action.DOWNGRADE and threshold.model:
                    yield threshold.model
