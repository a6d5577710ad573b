"""Lets go of the metrics of agents and Budgets that were deleted.

Names come and go with preview environments and tests; a gateway that runs for months would show
all that ever were.
"""

import asyncio
from collections.abc import Callable, Collection
from typing import Final

from quarterdeck_gateway.catalogue.port import Catalogue
from quarterdeck_gateway.routing.registry import Registry

INTERVAL_SECONDS: Final = 60.0
"""Longer than people's scrape intervals: the last counts of what is gone are seen once more."""

Keep = Callable[[Collection[tuple[str, str]]], None]
"""Is told all (namespace, name) that there are, and forgets the others."""


class KnownSeries:
    """Tells ``agents`` and ``budgets`` every ``interval`` seconds what there is."""

    def __init__(
        self,
        registry: Registry,
        catalogue: Catalogue,
        agents: Keep,
        budgets: Keep,
        interval: float = INTERVAL_SECONDS,
    ) -> None:
        self._registry = registry
        self._catalogue = catalogue
        self._agents = agents
        self._budgets = budgets
        self._interval = interval

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(self._interval)
            self.look()

    def look(self) -> None:
        """Look once. Nothing is forgotten before the first complete picture."""
        if self._registry.synced and self._catalogue.synced:
            self._agents({(each.namespace, each.name) for each in self._registry.agents()})
            self._budgets({(each.namespace, each.name) for each in self._catalogue.budgets()})
