"""The same measurements for whatever answers chats, so that rows can be compared.

At a modest rate the subjects take turns of a few seconds each: a disturbance of the machine then
hits all of them, not one. Saturated they run one after the other.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.chat.client import BadAnswer, Target
from bench.chat.load import Chats, Pool, closed_loop, one, open_loop
from bench.plan import ChatPlan
from bench.processes import Subject
from bench.samples import percentile

WARM_UP: Final = 20


@dataclass
class Phase:
    """One kind of load: what was answered, and what it cost the subject."""

    chats: Chats = field(default_factory=Chats)
    cpu_ms: float = 0.0

    @property
    def cpu_per_chat(self) -> float | None:
        """CPU-ms of the subject per answered chat."""
        answered = len(self.chats.total)
        return self.cpu_ms / answered if answered and self.cpu_ms else None

    @property
    def core_share(self) -> float:
        """CPU time per time: below 1 when saturated, something else had the processor."""
        return self.cpu_ms / 1000 / self.chats.seconds if self.chats.seconds else 0.0


@dataclass
class Measured:
    """A subject and its figures. Without ``process`` it is only a yardstick for latency."""

    target: Target
    process: Subject | None = None
    start_seconds: float | None = None
    start_cpu_seconds: float | None = None
    rss_start: float | None = None
    rss_end: float | None = None
    whole: Phase = field(default_factory=Phase)
    stream: Phase = field(default_factory=Phase)
    busy_whole: Phase = field(default_factory=Phase)
    busy_stream: Phase = field(default_factory=Phase)

    def unmeasured(self) -> "Measured":
        """The same running process, for another table."""
        return Measured(
            self.target, self.process, self.start_seconds, self.start_cpu_seconds, self.rss_start
        )

    @property
    def phases(self) -> tuple[Phase, ...]:
        return self.whole, self.stream, self.busy_whole, self.busy_stream


async def measure(subjects: Sequence[Measured], plan: ChatPlan) -> None:
    """Fill in the figures of every subject; raises BadAnswer when one cannot answer at all."""
    pools = [Pool(subject.target) for subject in subjects]
    try:
        for pool in pools:
            await _warm_up(pool)
        for _ in range(plan.rounds):
            for subject, pool in zip(subjects, pools, strict=True):
                await _paced(subject, pool, plan)
        for subject, pool in zip(subjects, pools, strict=True):
            if subject.process is not None:
                await _saturated(subject, subject.process, pool, plan)
    finally:
        for pool in pools:
            pool.close()


async def _warm_up(pool: Pool) -> None:
    chats = Chats()
    for stream in (False, True):
        request = pool.target.request(stream=stream)
        await asyncio.gather(
            *(one(pool, request, chats, stream=stream) for _ in range(WARM_UP // 2))
        )
    if chats.errors:
        raise BadAnswer(f"{pool.target.name}: {chats.errors[0]}")


async def _paced(subject: Measured, pool: Pool, plan: ChatPlan) -> None:
    for phase, stream, rate in (
        (subject.whole, False, plan.whole_rate),
        (subject.stream, True, plan.stream_rate),
    ):
        before = _cpu(subject)
        count = round(rate * plan.round_seconds)
        await open_loop(pool, phase.chats, stream=stream, rate=rate, count=count)
        phase.cpu_ms += _cpu(subject) - before


async def _saturated(subject: Measured, process: Subject, pool: Pool, plan: ChatPlan) -> None:
    for phase, stream, clients in (
        (subject.busy_whole, False, plan.busy_whole_clients),
        (subject.busy_stream, True, plan.busy_stream_clients),
    ):
        before = process.cpu_ms()
        phase.chats = await closed_loop(
            pool, stream=stream, concurrency=clients, seconds=plan.busy_seconds
        )
        phase.cpu_ms = process.cpu_ms() - before
    subject.rss_end = process.rss_mb()


def _cpu(subject: Measured) -> float:
    return subject.process.cpu_ms() if subject.process is not None else 0.0


def added(through: Sequence[float], direct: Sequence[float], share: float) -> float:
    """By how much the percentile grew, in the unit of the samples."""
    return percentile(through, share) - percentile(direct, share)


def load_notes(subjects: Sequence[Measured]) -> tuple[str, ...]:
    """What limited the load, and what failed: without it no figure can be believed."""
    busiest = max(phase.chats.client_busy for s in subjects for phase in s.phases)
    errors = [error for s in subjects for phase in s.phases for error in phase.chats.errors]
    failed = f"{len(errors)} chats failed, first: {errors[0]}" if errors else "no chat failed"
    shares = ", ".join(
        f"{s.target.name} {s.busy_whole.core_share:.0%} and {s.busy_stream.core_share:.0%}"
        for s in subjects
        if s.process is not None
    )
    return (
        f"load generator: at most {busiest:.0%} of one core; {failed}",
        f"share of its core that each got when saturated, whole and streamed: {shares}",
    )
