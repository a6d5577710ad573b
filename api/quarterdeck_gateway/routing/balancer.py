"""Which replica gets the next chat: the less loaded of two drawn at random.

Two random choices come close to the best balance without anyone knowing the whole, and several
gateways do not all run to the same idle replica. Pure: loads, refusals and dice are given.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from quarterdeck_gateway.routing.registry import Replica

Draw = Callable[[int], int]
"""``draw(n)`` is a random integer in ``range(n)``."""


def choose(
    replicas: Sequence[Replica],
    *,
    loads: Mapping[str, int],
    set_aside: Collection[str],
    tried: Collection[str],
    draw: Draw,
) -> Replica | None:
    """A replica that was not ``tried``; None when all were.

    ``loads`` are chats in flight by replica id (absent means none). Replicas ``set_aside`` are
    used only when there are no others: a doubtful answer is better than none.
    """
    untried = [replica for replica in replicas if replica.id not in tried]
    candidates = [replica for replica in untried if replica.id not in set_aside] or untried
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    first = draw(len(candidates))
    second = draw(len(candidates) - 1)
    second += second >= first
    return min(
        (candidates[first], candidates[second]), key=lambda replica: loads.get(replica.id, 0)
    )
