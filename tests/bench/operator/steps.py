"""What happens to an operator in its trial. Each step returns its own account."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.operator.account import SILENT_SECONDS, Account, account_of, silence
from bench.operator.api_counts import Counts, between
from bench.operator.contender import Contender, Replica
from bench.operator.fleet import Fleet
from bench.operator.observer import Observer
from bench.plan import OperatorPlan
from bench.processes import Subject
from quarterdeck_kube.resources import SERVICE

DRIFT_PATIENCE: Final = 5.0
PAUSE: Final = 0.25
CALM_SECONDS: Final = 3.0
TAKE_OVER_PATIENCE: Final = 60.0


@dataclass(frozen=True)
class Stage:
    """What every step works with."""

    contender: Contender
    fleet: Fleet
    observer: Observer
    plan: OperatorPlan
    folder: Path
    books: Counts
    wire: Counts
    proxied: Path
    """A kubeconfig by which requests are seen on the wire."""

    def start(self, number: int, kubeconfig: Path | None = None) -> Replica:
        """Another replica, not waited for; with the kubeconfig of this process, or another."""
        log = self.folder / f"{self.fleet.namespace}-{number}.log"
        return self.contender.start(self.fleet.namespace, log, kubeconfig)

    @property
    def agents(self) -> Sequence[str]:
        return [f"bench-{index:05d}" for index in range(self.plan.agents)]


async def create_all(stage: Stage, process: Subject) -> Account:
    """All agents, as fast as sixteen clients can."""
    async with account_of(process, stage.books, {("POST", "agents"): len(stage.agents)}) as account:
        began = time.perf_counter()
        creating = asyncio.create_task(stage.fleet.create(stage.agents))
        seen = await stage.observer.when_settled(stage.agents)
        created = await creating
        account.seconds = max(seen.values()) - began
        account.latencies = [seen[agent] - created[agent] for agent in stage.agents]
        await stage.observer.when_calm(CALM_SECONDS)
    return account


async def create_idle(stage: Stage, process: Subject) -> Account:
    """One agent at a time, with nothing else to do."""
    async with account_of(process, stage.books, {("POST", "agents"): stage.plan.idle}) as account:
        for index in range(stage.plan.idle):
            name = f"idle-{index:03d}"
            began = (await stage.fleet.create([name]))[name]
            seen = await stage.observer.when_settled([name])
            account.latencies.append(seen[name] - began)
            await asyncio.sleep(PAUSE)
    return account


async def change_all(stage: Stage, process: Subject) -> Account:
    """New instructions for every agent at once."""
    async with account_of(
        process, stage.books, {("PATCH", "agents"): len(stage.agents)}
    ) as account:
        began = time.perf_counter()
        changing = asyncio.create_task(stage.fleet.change(stage.agents))
        seen = await stage.observer.when_settled(stage.agents, generation=2)
        await changing
        account.seconds = max(seen.values()) - began
        await stage.observer.when_calm(CALM_SECONDS)
    return account


async def drift(stage: Stage, process: Subject) -> Account:
    """A Service deleted here and there; no latency for one that did not come back."""
    victims = stage.agents[: stage.plan.drifted]
    async with account_of(process, stage.wire) as account:
        for agent in victims:
            seconds = await _until_repaired(stage, agent)
            if seconds is None:
                break
            account.latencies.append(seconds)
            await asyncio.sleep(PAUSE)
    return account


async def _until_repaired(stage: Stage, agent: str) -> float | None:
    before = stage.observer.uid(SERVICE, agent)
    began = time.perf_counter()
    await stage.fleet.damage(agent)

    def another() -> bool:
        return stage.observer.uid(SERVICE, agent) not in (None, before)

    try:
        return await stage.observer.when(another, timeout=DRIFT_PATIENCE) - began
    except TimeoutError:
        return None


async def restart(stage: Stage) -> tuple[Replica, Account]:
    """A new process over agents that are all settled: it should find nothing to do."""
    before = await stage.wire()
    replica = stage.start(2, stage.proxied)
    try:
        await replica.until(replica.leads)
        await silence(replica.process)
    except BaseException:
        await asyncio.to_thread(replica.process.stop)
        raise
    account = Account(cpu_ms=replica.process.cpu_ms())
    account.seconds = time.perf_counter() - replica.process.started - SILENT_SECONDS
    account.requests = between(before, await stage.wire())
    return replica, account


async def take_over(stage: Stage, leader: Replica) -> float:
    """Seconds from kill -9 of the leader until its successor has made a new agent's children."""
    successor = stage.start(3)
    async with successor.process:
        await successor.until(successor.ready)
        leader.process.kill()
        began = time.perf_counter()
        await stage.fleet.create(["orphan"])
        seen = await stage.observer.when_settled(["orphan"], timeout=TAKE_OVER_PATIENCE)
    return seen["orphan"] - began
