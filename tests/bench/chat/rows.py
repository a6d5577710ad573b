"""Rows that every server of chats has: how heavy it is, and what it adds to the way of a chat."""

from collections.abc import Sequence

from bench.chat.measure import Measured, added
from bench.plan import ChatPlan
from bench.report import Row
from bench.samples import percentile

ADDED_TARGETS = {0.5: 1.5, 0.99: 5.0}
P95_MS = 100.0
"""A rate counts as sustained while 95 of 100 are answered within this."""


def weight_rows(subjects: Sequence[Measured], *, start: float, memory: float) -> tuple[Row, ...]:
    """Start and memory; the targets are the first subject's."""
    return (
        Row("start to first 200", "s", tuple(m.start_seconds for m in subjects), target=start),
        # Steadier than the clock where others want the processor too.
        Row("CPU to first 200", "s", tuple(m.start_cpu_seconds for m in subjects)),
        Row("memory, idle", "MB", tuple(m.rss_start for m in subjects), target=memory),
        Row("memory, after load", "MB", tuple(m.rss_end for m in subjects), target=memory),
    )


def latency_rows(
    subjects: Sequence[Measured], direct: Measured, plan: ChatPlan, *, targets: bool
) -> tuple[Row, ...]:
    """Percentile of the way through, minus percentile of the way around."""
    return tuple(
        Row(
            f"added to {what} p{share * 100:.0f}, {rate:.0f}/s",
            "ms",
            tuple(added(_samples(m, what), _samples(direct, what), share) for m in subjects),
            target=ADDED_TARGETS[share] if targets else None,
        )
        for what, rate in (("whole answer", plan.whole_rate), ("first byte", plan.stream_rate))
        for share in (0.5, 0.99)
    )


def cpu_rows(subjects: Sequence[Measured], plan: ChatPlan) -> tuple[Row, ...]:
    """CPU-ms per chat at a modest rate, where every event comes alone."""
    return tuple(
        Row(f"CPU per {what}, {rate:.0f}/s", "ms", tuple(values))
        for what, rate, values in (
            ("whole answer", plan.whole_rate, [m.whole.cpu_per_chat for m in subjects]),
            ("streamed answer", plan.stream_rate, [m.stream.cpu_per_chat for m in subjects]),
        )
    )


def busy_rows(
    subjects: Sequence[Measured],
    plan: ChatPlan,
    *,
    whole: float | None = None,
    streams: float | None = None,
) -> tuple[Row, ...]:
    """Saturated: chats a second, wanted ``whole`` and ``streams`` of one core, and CPU-ms each."""
    rows: list[Row] = []
    for what, clients, wanted, phases in (
        ("whole", plan.busy_whole_clients, whole, [m.busy_whole for m in subjects]),
        ("streamed", plan.busy_stream_clients, streams, [m.busy_stream for m in subjects]),
    ):
        cost = 1000 / wanted if wanted else None
        cpu = tuple(phase.cpu_per_chat for phase in phases)
        rate = tuple(phase.chats.per_second for phase in phases)
        rows.append(Row(f"CPU per {what} answer, {clients} clients", "ms", cpu, target=cost))
        rows.append(Row(f"{what} answers, {clients} clients", "/s", rate, "more", wanted))
        slow = tuple(percentile(phase.chats.total, 0.95) for phase in phases)
        limit = P95_MS if wanted and what == "whole" else None
        rows.append(Row(f"{what} answers p95, {clients} clients", "ms", slow, target=limit))
    return tuple(rows)


def _samples(subject: Measured, what: str) -> Sequence[float]:
    return subject.stream.chats.first if what == "first byte" else subject.whole.chats.total
