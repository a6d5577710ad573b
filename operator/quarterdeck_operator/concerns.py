"""Whom a change concerns beside the resource that changed: everybody whom it must wake.

Most resources name what they depend on, and the cache knows who mentions whom. A Budget's cheaper
Model is the exception: the Budget names it, and agents must be able to answer with it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.port import ObjectKey
from quarterdeck_operator.downgrades import Downgrade, Downgrades


class Concerns:
    """Over what ``cache`` knows; ``downgrades`` is kept true by ``of_resource``."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self.downgrades = Downgrades()

    def of_resource(
        self, key: ObjectKey, manifest: Mapping[str, Any], *, deleted: bool
    ) -> frozenset[ObjectKey]:
        """Those that depend on one of our resources, which was deleted or has a new spec."""
        concerned = self.of_reference(key)
        if key.kind != "Budget":
            return concerned
        changed = self.downgrades.drop(key) if deleted else self.downgrades.put(key, manifest)
        return concerned | self._agents([changed])

    def of_reference(self, key: ObjectKey) -> frozenset[ObjectKey]:
        """Those that depend on an object, directly, through a Model, or through a downgrade."""
        referrers = self._cache.referrers(key)
        return referrers | self._agents(map(self.downgrades.get, referrers))

    def _agents(self, downgrades: Iterable[Downgrade | None]) -> frozenset[ObjectKey]:
        return frozenset(
            agent
            for downgrade in downgrades
            if downgrade is not None
            for agent in downgrade.concerned(self._cache.keys("Agent"))
        )
