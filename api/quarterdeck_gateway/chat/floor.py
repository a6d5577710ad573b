"""The least that a chat with each agent sets aside, so that people can be told when less is left.

A true lower bound for chats that do not bound their answers themselves: no prompt at all, and the
cheapest Model that any budget may put in the place of the agent's own.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from quarterdeck_contract.v1alpha1.budget import Action
from quarterdeck_contract.wire.chat import ChatRequest, Message
from quarterdeck_gateway.accounting.pricing import Pricer
from quarterdeck_gateway.admission.room import Floors, no_floors
from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.chat.estimate import estimate
from quarterdeck_gateway.chat.profile import Profile, Profiles
from quarterdeck_gateway.routing.registry import Registry

_SHORTEST: Final = ChatRequest(model="any", messages=[Message(role="user", content="")])


class ChatFloors:
    """Called without arguments. Agents that answer with the same Models are reckoned once."""

    def __init__(self, registry: Registry, catalogue: Catalogue, pricer: Pricer) -> None:
        self._registry = registry
        self._catalogue = catalogue
        self._pricer = pricer
        self._profiles = Profiles()
        self._last = no_floors()

    def __call__(self) -> Floors:
        """As agents, Models and budgets stand now; the same object while nothing has changed, for
        it remembers what was looked up in it."""
        cheaper = tuple(dict.fromkeys(self._downgrades()))
        reckoned: dict[tuple[object, ...], int] = {}
        floors: defaultdict[str, dict[str, int]] = defaultdict(dict)
        agents = self._registry.agents()
        self._profiles.keep(agents)
        for agent in agents:
            profile = self._profiles.of(agent)
            alike = agent.namespace, profile.models, profile.run_tokens, profile.external
            if alike not in reckoned:
                reckoned[alike] = self._floor(agent.namespace, profile, cheaper)
            floors[agent.namespace][agent.name] = reckoned[alike]
        if self._last.by_namespace != floors:
            self._last = Floors(floors)
        return self._last

    def _floor(self, namespace: str, profile: Profile, cheaper: tuple[str, ...]) -> int:
        choices = [profile.models]
        if not profile.external:
            known = (name for name in cheaper if self._catalogue.model(namespace, name))
            choices += [(name,) for name in known]
        return min(
            estimate(
                _SHORTEST, profile, namespace, models, 0, self._catalogue, self._pricer
            ).micro_usd
            for models in choices
        )

    def _downgrades(self) -> Iterator[str]:
        for entry in self._catalogue.budgets():
            for threshold in entry.spec.thresholds or ():
                if threshold.action is Action.DOWNGRADE and threshold.model:
                    yield threshold.model
