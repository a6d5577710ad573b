from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_local.rollout import Plan, Seen, plan


def test_a_new_template_starts_beside_the_old_worker() -> None:
    assert plan([Seen(0, current=False, ready=True)], 1) == Plan(start=(1,))


def test_the_old_worker_stops_once_the_new_one_is_ready() -> None:
    old, new = Seen(0, current=False, ready=True), Seen(1, current=True, ready=True)
    assert plan([old, new], 1) == Plan(stop=(0,))


def test_an_old_worker_that_serves_nobody_stops_at_once() -> None:
    assert plan([Seen(0, current=False, ready=False)], 1) == Plan(start=(1,), stop=(0,))


def test_a_slot_is_free_only_when_its_worker_has_gone() -> None:
    assert plan([Seen(0, current=True, ready=False, stopping=True)], 1) == Plan(start=(1,))


def test_scaling_down_keeps_the_workers_that_are_ready() -> None:
    seen = [Seen(0, True, False), Seen(1, True, True), Seen(2, True, True)]
    assert plan(seen, 2) == Plan(stop=(0,))


@st.composite
def fleets(draw: st.DrawFn) -> list[Seen]:
    size = draw(st.integers(0, 6))
    return [
        Seen(slot, draw(st.booleans()), draw(st.booleans()), draw(st.booleans()))
        for slot in range(size)
    ]


@given(fleets(), st.integers(0, 4))
def test_no_step_leaves_fewer_ready_workers_than_wanted(fleet: list[Seen], replicas: int) -> None:
    step = plan(fleet, replicas)
    before = sum(worker.ready for worker in fleet if not worker.stopping)
    after = sum(
        worker.ready for worker in fleet if not worker.stopping and worker.slot not in step.stop
    )
    assert after >= min(before, replicas)


@given(fleets(), st.integers(0, 4))
def test_at_most_one_worker_too_many_is_started(fleet: list[Seen], replicas: int) -> None:
    step = plan(fleet, replicas)
    live = [w for w in fleet if not w.stopping and w.slot not in step.stop]
    if step.start:
        assert len(live) + len(step.start) <= replicas + 1
    assert not {worker.slot for worker in fleet} & set(step.start)


@given(fleets(), st.integers(0, 4))
def test_every_fleet_converges_to_what_is_wanted(fleet: list[Seen], replicas: int) -> None:
    for _ in range(30):
        step = plan(fleet, replicas)
        kept = [w for w in fleet if not w.stopping and w.slot not in step.stop]
        started = [Seen(slot, current=True, ready=False) for slot in step.start]
        # Between two passes every worker that is of the current template becomes ready.
        fleet = [Seen(w.slot, w.current, w.ready or w.current) for w in (*kept, *started)]
    assert len(fleet) == replicas
    assert all(worker.current and worker.ready for worker in fleet)
