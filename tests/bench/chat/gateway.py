"""What a chat costs in the gateway, beside a bare pass-through before the same upstream."""

from pathlib import Path
from typing import Final

from bench.chat.client import Target
from bench.chat.measure import Measured, load_notes, measure
from bench.chat.rows import busy_rows, cpu_rows, latency_rows, weight_rows
from bench.chat.servers import gateway_server
from bench.plan import ChatPlan
from bench.report import Table

START_SECONDS: Final = 1.5
MEMORY_MB: Final = 110.0
WHOLE_PER_SECOND: Final = 800.0
STREAMS_PER_SECOND: Final = 220.0


async def gateway_table(folder: Path, plan: ChatPlan, upstream: int, bare: Measured) -> Table:
    """Measure the gateway beside ``bare`` and the ``upstream`` (its port) behind both."""
    direct = Measured(Target("direct", upstream))
    with gateway_server(folder, upstream) as ours:
        await measure([direct, ours, bare], plan)
    return _table(ours, bare, direct, plan)


def _table(ours: Measured, bare: Measured, direct: Measured, plan: ChatPlan) -> Table:
    pair = (ours, bare)
    rows = (
        *weight_rows(pair, start=START_SECONDS, memory=MEMORY_MB),
        *latency_rows(pair, direct, plan, targets=True),
        *cpu_rows(pair, plan),
        *busy_rows(pair, plan, whole=WHOLE_PER_SECOND, streams=STREAMS_PER_SECOND),
    )
    return Table(
        "Gateway: a streamed answer has 31 events, 1 ms apart",
        ("gateway", "bare FastAPI+aiohttp"),
        rows,
        load_notes([direct, *pair]),
    )
