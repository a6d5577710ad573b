"""Which workers to start and stop next: a Deployment's rolling update as one pure function.

A change of the template is rolled without a gap: at most one worker more than wanted runs at a
time, and an old one goes only once a new one is ready.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """A worker as it stands. ``slot`` numbers it; ``current`` says that its template is."""

    slot: int
    current: bool
    ready: bool
    stopping: bool = False


@dataclass(frozen=True)
class Plan:
    """Slots to start workers in, and slots whose workers to stop."""

    start: tuple[int, ...] = ()
    stop: tuple[int, ...] = ()


def plan(seen: Sequence[Seen], replicas: int) -> Plan:
    """The next steps towards ``replicas`` ready workers of the current template."""
    live = [worker for worker in seen if not worker.stopping]
    current = [worker for worker in live if worker.current]
    old = [worker for worker in live if not worker.current]
    stopped = _superfluous(current, replicas) + _replaceable(current, old, replicas)
    missing = replicas - len(current)
    surge = 1 if old else 0
    room = replicas + surge - (len(live) - len(stopped))
    taken = {worker.slot for worker in seen}
    return Plan(
        start=_free_slots(taken, max(0, min(missing, room))),
        stop=tuple(worker.slot for worker in stopped),
    )


def _superfluous(current: list[Seen], replicas: int) -> list[Seen]:
    """Too many of the current template: those go first that serve nobody, then the youngest."""
    by_worth = sorted(current, key=lambda worker: (not worker.ready, worker.slot))
    return by_worth[replicas:]


def _replaceable(current: list[Seen], old: list[Seen], replicas: int) -> list[Seen]:
    """Old workers that nobody would miss."""
    idle = [worker for worker in old if not worker.ready]
    serving = [worker for worker in old if worker.ready]
    ready = sum(worker.ready for worker in current)
    needed = max(0, replicas - ready)
    return idle + serving[needed:]


def _free_slots(taken: set[int], count: int) -> tuple[int, ...]:
    slots: list[int] = []
    candidate = 0
    while len(slots) < count:
        if candidate not in taken:
            slots.append(candidate)
        candidate += 1
    return tuple(slots)
