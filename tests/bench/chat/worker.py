"""What a chat costs in the worker: an agent loop, beside a bare pass-through to the provider."""

from pathlib import Path
from typing import Final

from bench.chat.client import Target
from bench.chat.measure import Measured, load_notes, measure
from bench.chat.rows import busy_rows, cpu_rows, latency_rows, weight_rows
from bench.chat.servers import worker_server
from bench.plan import ChatPlan
from bench.report import Table

START_SECONDS: Final = 2.5
MEMORY_MB: Final = 100.0


async def worker_table(folder: Path, plan: ChatPlan, provider: int, bare: Measured) -> Table:
    """Measure the worker beside ``bare`` and the ``provider`` (its port) behind both."""
    model = {
        "name": "bench-model",
        "provider": "openai-compatible",
        "model": "bench",
        "baseURL": f"http://127.0.0.1:{provider}/v1",
    }
    direct = Measured(Target("direct", provider))
    with worker_server(folder, "worker", model) as ours:
        await measure([direct, ours, bare], plan)
    pair = (ours, bare)
    rows = (
        *weight_rows(pair, start=START_SECONDS, memory=MEMORY_MB),
        *latency_rows(pair, direct, plan, targets=False),
        *cpu_rows(pair, plan),
        *busy_rows(pair, plan),
    )
    title = "Worker: a streamed answer has 31 events, 1 ms apart"
    return Table(title, ("worker", "bare FastAPI+aiohttp"), rows, load_notes([direct, *pair]))
