"""What a Budget refers to; raises Stalled and Waiting like the rest of this package."""

from quarterdeck_contract.v1alpha1.budget import Budget, ScopeKind, known_time_zone
from quarterdeck_operator import reasons
from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.port import ObjectKey
from quarterdeck_operator.errors import Stalled, Waiting
from quarterdeck_operator.resolve.mentions import scope_key
from quarterdeck_operator.resolve.models import usable_model
from quarterdeck_operator.resolve.references import References


async def check_budget(budget: Budget, cache: Cache, references: References) -> None:
    """Return if all that the Budget names is there and can be used."""
    _check_time_zone(budget.spec.time_zone)
    key = scope_key(budget)
    if key is not None and cache.version(key) is None:
        raise _scope_not_found(key)
    for threshold in budget.spec.thresholds or ():
        if threshold.model is not None:
            await usable_model(cache, references, budget.metadata.namespace, threshold.model)


def _check_time_zone(name: str) -> None:
    if not known_time_zone(name):
        raise Stalled(
            reasons.TIME_ZONE_UNKNOWN,
            f'spec.timeZone: "{name}" is no IANA time zone: write one like Europe/Berlin or UTC',
        )


def _scope_not_found(key: ObjectKey) -> Waiting:
    kind = ScopeKind.AGENT if key.kind == "Agent" else ScopeKind.KEY
    return Waiting(
        reasons.SCOPE_NOT_FOUND,
        f'spec.scope: {key.kind} "{key.name}" is not in namespace "{key.namespace}": create it, '
        f"or make another Budget whose scope of kind {kind.value} names one that exists",
    )
