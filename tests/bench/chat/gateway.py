"""What a chat costs in the gateway, everything on, beside a bare pass-through before the same
upstream, and beside LiteLLM's proxy for whoever has it.
"""

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

from bench.chat.client import BadAnswer, Target
from bench.chat.litellm import litellm_program, litellm_server
from bench.chat.measure import WARM_UP, Measured, load_notes, measure
from bench.chat.rows import busy_rows, cpu_rows, latency_rows, weight_rows
from bench.chat.servers import LEDGER, gateway_server
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
    booked = _booked(folder / LEDGER, ours)
    return _table([ours, *others], direct, plan, booked)


def _booked(ledger: Path, ours: Measured) -> str:
    """What the ledger of the ended gateway holds; raises BadAnswer unless it is every chat."""
    asked = "SELECT count(*), sum(cost_micro_usd) FROM usage_records WHERE outcome = 'completed'"
    with closing(sqlite3.connect(ledger)) as connection:
        records, cost = connection.execute(asked).fetchone()
    chats = WARM_UP + sum(len(phase.chats.total) for phase in ours.phases)
    if records != chats or not cost:
        raise BadAnswer(f"the ledger holds {records} records of {chats} chats, cost {cost}")
    return f"ledger: {records:,} records of {chats:,} chats, {cost / 1e6:.2f} USD"


def _table(subjects: list[Measured], direct: Measured, plan: ChatPlan, booked: str) -> Table:
    rows = (
        *weight_rows(subjects, start=START_SECONDS, memory=MEMORY_MB),
        *latency_rows(subjects, direct, plan, targets=True),
        *cpu_rows(subjects, plan),
        *busy_rows(subjects, plan, whole=WHOLE_PER_SECOND, streams=STREAMS_PER_SECOND),
    )
    names = tuple(subject.target.name for subject in subjects)
    return Table(TITLE, names, rows, (EVERYTHING, booked, *load_notes([direct, *subjects])))
