"""The queue's promises: no key is lost, none is worked on twice at once."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from quarterdeck_operator.cluster.port import ObjectKey
from quarterdeck_operator.metrics import NullEngineMetrics
from quarterdeck_operator.queue import BACKOFF_LIMIT, WorkQueue

KEYS = [ObjectKey("Agent", "ns", name) for name in "abc"]
A, B, C = KEYS


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def queue_at(clock: Clock) -> WorkQueue:
    return WorkQueue(NullEngineMetrics(), clock=clock, jitter=lambda: 0.0)


async def test_a_key_waits_once() -> None:
    queue = queue_at(Clock())
    for _ in range(30):
        queue.add(A)
    assert len(queue) == 1
    assert queue.take() == A
    assert queue.take() is None


async def test_added_while_working_comes_back_once() -> None:
    queue = queue_at(Clock())
    queue.add(A)
    assert queue.take() == A
    queue.add(A)
    queue.add(A)
    assert queue.take() is None
    queue.done(A)
    assert queue.take() == A
    queue.done(A)
    assert queue.take() is None


async def test_delay_is_kept_and_ended_by_an_add() -> None:
    clock = Clock()
    queue = queue_at(clock)
    queue.add_after(A, 10)
    queue.add_after(B, 10)
    queue.add(B)
    assert queue.take() == B
    assert queue.take() is None
    clock.now = 10
    assert queue.take() == A
    queue.done(A)
    queue.done(B)
    assert queue.take() is None


async def test_earlier_of_two_delays_wins() -> None:
    clock = Clock()
    queue = queue_at(clock)
    queue.add_after(A, 10)
    queue.add_after(A, 5)
    queue.add_after(A, 20)
    clock.now = 5
    assert queue.take() == A
    queue.done(A)
    clock.now = 30
    assert queue.take() is None


async def test_back_off_doubles_up_to_its_limit_and_is_forgotten() -> None:
    clock = Clock()
    queue = queue_at(clock)
    delays = []
    for _ in range(1100):
        delays.append(queue.retry(A))
        clock.now += delays[-1]
        assert queue.take() == A
        queue.done(A)
    assert delays[:4] == [0.005, 0.01, 0.02, 0.04]
    assert delays[-1] == BACKOFF_LIMIT
    queue.forget(A)
    assert queue.failures(A) == 0
    assert queue.retry(A) == 0.005


async def test_the_servers_own_delay_is_honoured() -> None:
    assert queue_at(Clock()).retry(A, at_least=7.5) == 7.5


@given(st.floats(0, 1, exclude_max=True))
def test_jitter_only_lengthens(jitter: float) -> None:
    async def measured() -> float:
        return WorkQueue(NullEngineMetrics(), jitter=lambda: jitter).retry(A)

    assert 0.005 <= asyncio.run(measured()) <= 0.006


async def test_get_wakes_for_a_new_key_and_for_a_due_one() -> None:
    queue = WorkQueue(NullEngineMetrics())
    waiting = [asyncio.create_task(queue.get()) for _ in range(2)]
    await asyncio.sleep(0)
    queue.add(A)
    queue.add_after(B, 0.01)
    async with asyncio.timeout(60):
        assert {await task for task in waiting} == {A, B}


async def test_idle_waits_for_the_last_worker() -> None:
    queue = WorkQueue(NullEngineMetrics())
    queue.add(A)
    queue.take()
    idle = asyncio.create_task(queue.idle())
    await asyncio.sleep(0.01)
    assert not idle.done()
    queue.done(A)
    async with asyncio.timeout(60):
        await idle


def test_done_without_take_is_an_error() -> None:
    async def misuse() -> None:
        queue_at(Clock()).done(A)

    with pytest.raises(KeyError):
        asyncio.run(misuse())


class QueueMachine(RuleBasedStateMachine):
    """Anything may happen in any order; ``owed`` is what must be worked on some time."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.queue = queue_at(self.clock)
        self.working: set[ObjectKey] = set()
        self.owed: set[ObjectKey] = set()

    @rule(key=st.sampled_from(KEYS))
    def add(self, key: ObjectKey) -> None:
        self.queue.add(key)
        self.owed.add(key)

    @rule(key=st.sampled_from(KEYS), seconds=st.floats(0, 100))
    def add_after(self, key: ObjectKey, seconds: float) -> None:
        self.queue.add_after(key, seconds)
        self.owed.add(key)

    @rule(key=st.sampled_from(KEYS))
    def retry(self, key: ObjectKey) -> None:
        self.queue.retry(key)
        self.owed.add(key)

    @rule(seconds=st.floats(0, 50))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule()
    def take(self) -> None:
        key = self.queue.take()
        if key is not None:
            assert key not in self.working
            assert key in self.owed
            self.working.add(key)
            self.owed.discard(key)

    @precondition(lambda self: bool(self.working))
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.working)))
        self.working.discard(key)
        self.queue.done(key)

    @invariant()
    def never_more_keys_than_there_are(self) -> None:
        assert len(self.queue) <= len(KEYS)

    def teardown(self) -> None:
        for key in self.working:
            self.queue.done(key)
        self.clock.now += 10_000
        worked = set()
        while (due := self.queue.take()) is not None:
            worked.add(due)
            self.queue.done(due)
        assert worked >= self.owed
        assert self.queue.settled()


TestQueueMachine = QueueMachine.TestCase
