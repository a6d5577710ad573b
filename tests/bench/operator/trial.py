"""One operator's whole trial: the steps in their order, the same for both."""

from dataclasses import dataclass, field

from bench.operator.account import Account, silence
from bench.operator.steps import (
    Stage,
    change_all,
    create_all,
    create_idle,
    drift,
    restart,
    take_over,
)

WARM_UP = "warm-up"


@dataclass
class Trial:
    """All figures of one operator; memory in MB."""

    name: str
    memory_start: float = 0.0
    memory_end: float = 0.0
    created: Account = field(default_factory=Account)
    idle: Account = field(default_factory=Account)
    changed: Account = field(default_factory=Account)
    restarted: Account = field(default_factory=Account)
    drifted: Account = field(default_factory=Account)
    take_over_seconds: float | None = None


async def run_trial(stage: Stage) -> Trial:
    """Every step in order; all processes are gone afterwards."""
    trial = Trial(stage.contender.name)
    async with stage.start(1).process as process:
        # An operator is up when it has done its work once.
        await stage.fleet.create([WARM_UP])
        await stage.observer.when_settled([WARM_UP], timeout=60)
        await silence(process)
        trial.memory_start = process.rss_mb()
        trial.created = await create_all(stage, process)
        trial.memory_end = process.rss_mb()
        trial.idle = await create_idle(stage, process)
        trial.changed = await change_all(stage, process)
    second, trial.restarted = await restart(stage)
    async with second.process:
        trial.drifted = await drift(stage, second.process)
        if stage.contender.elects:
            trial.take_over_seconds = await take_over(stage, second)
    return trial
