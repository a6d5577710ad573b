"""The choice between replicas, for every load, every refusal and every throw of the dice."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.routing.balancer import choose
from quarterdeck_gateway.routing.registry import Replica

IDS = st.lists(st.sampled_from("abcdefgh"), unique=True)
SOME = st.sets(st.sampled_from("abcdefgh"))
LOADS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 50))


def replicas(ids: list[str]) -> list[Replica]:
    return [Replica(id=name, url=f"http://{name}") for name in ids]


@given(IDS, LOADS, SOME, SOME, st.randoms(use_true_random=False))
def test_the_choice_is_always_allowed(
    ids: list[str], loads: dict[str, int], set_aside: set[str], tried: set[str], dice: object
) -> None:
    chosen = choose(
        replicas(ids),
        loads=loads,
        set_aside=set_aside,
        tried=tried,
        draw=dice.randrange,  # type: ignore[attr-defined]
    )
    untried = set(ids) - tried
    if not untried:
        assert chosen is None
        return
    assert chosen is not None
    assert chosen.id in untried
    if untried - set_aside:
        assert chosen.id not in set_aside


@given(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=2), LOADS, st.data())
def test_never_the_busiest_of_those_drawn(
    ids: list[str], loads: dict[str, int], data: st.DataObject
) -> None:
    """Two different ones are drawn, so the single busiest replica is never chosen."""
    chosen = choose(
        replicas(ids),
        loads=loads,
        set_aside=(),
        tried=(),
        draw=lambda n: data.draw(st.integers(0, n - 1)),
    )
    assert chosen is not None
    load = {name: loads.get(name, 0) for name in ids}
    busiest = [name for name in ids if load[name] == max(load.values())]
    assert chosen.id not in busiest or len(busiest) > 1


def test_load_evens_out() -> None:
    """With only its own counts to go by, no replica gets far ahead of the others."""
    loads: Counter[str] = Counter()
    state = 1

    def draw(n: int) -> int:
        nonlocal state
        state = (state * 1103515245 + 12345) % 2**31
        return (state >> 8) % n

    for _ in range(800):
        chosen = choose(replicas(list("abcdefgh")), loads=loads, set_aside=(), tried=(), draw=draw)
        assert chosen is not None
        loads[chosen.id] += 1
    assert max(loads.values()) - min(loads.values()) <= 8
