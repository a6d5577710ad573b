"""What a chat costs in the gateway, everything on, beside a bare pass-through before the same
upstream, and beside LiteLLM's proxy for whoever has it.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.chat.client import Target
from bench.chat.litellm import litellm_program, litellm_server
from bench.chat.measure import Measured, load_notes, measure
from bench.chat.rows import busy_rows, cpu_rows, latency_rows, weight_rows
from bench.chat.servers import gateway_server
from bench.plan import ChatPlan
from bench.report import Table

START_SECONDS: Final = 1.5
MEMORY_MB: Final = 110.0
WHOLE_PER_SECOND: Final = 800.0
STREAMS_PER_SECOND: Final = 220.0
TITLE: Final = "Gateway, everything on: whole answers of 8 KiB at once, streams of 31 events"
EVERYTHING: Final = (
    "on: ApiKey; limits of requests, tokens and concurrency for key, agent and namespace; Budget;\n"
    "  cost; metrics; ledger; audit log; with a Valkey and an SQLite database"
)


async def gateway_table(folder: Path, plan: ChatPlan, upstream: int, bare: Measured) -> Table:
    """Measure the gateway beside ``bare`` and the ``upstream`` (its port) behind both."""
    direct = Measured(Target("direct", upstream))
    with ExitStack() as running:
        ours = running.enter_context(gateway_server(folder, upstream))
        others = [bare]
        if (program := litellm_program()) is not None:
            others.insert(0, running.enter_context(litellm_server(program, folder, upstream)))
        await measure([direct, ours, *others], plan)
    return _table([ours, *others], direct, plan)


def _table(subjects: list[Measured], direct: Measured, plan: ChatPlan) -> Table:
    rows = (
        *weight_rows(subjects, start=START_SECONDS, memory=MEMORY_MB),
        *latency_rows(subjects, direct, plan, targets=True),
        *cpu_rows(subjects, plan),
        *busy_rows(subjects, plan, whole=WHOLE_PER_SECOND, streams=STREAMS_PER_SECOND),
    )
    names = tuple(subject.target.name for subject in subjects)
    return Table(TITLE, names, rows, (EVERYTHING, *load_notes([direct, *subjects])))
