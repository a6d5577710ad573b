"""What a chat costs in the worker: an agent loop, beside a bare pass-through to the provider."""

from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.chat.client import Target
from bench.chat.measure import Measured, load_notes, measure
from bench.chat.rows import busy_rows, cpu_rows, latency_rows, weight_rows
from bench.chat.servers import bare_server, upstream_server, worker_server
from bench.plan import ChatPlan
from bench.report import Table

START_SECONDS: Final = 2.5
MEMORY_MB: Final = 100.0


async def worker_table(folder: Path, plan: ChatPlan) -> Table:
    """Measure worker, bare pass-through and the provider itself; logs go to ``folder``."""
    with ExitStack() as stack:
        provider = stack.enter_context(upstream_server(folder))
        model = {
            "name": "bench-model",
            "provider": "openai-compatible",
            "model": "bench",
            "baseURL": f"http://127.0.0.1:{provider}/v1",
        }
        ours = stack.enter_context(worker_server(folder, "worker", model))
        bare = stack.enter_context(bare_server(folder, provider))
        direct = Measured(Target("direct", provider))
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
