"""Both operators, one after the other, against the real API server of KUBECONFIG."""

import asyncio
import secrets
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.operator.api_counts import between, read_counts
from bench.operator.contender import NAIVE, QUARTERDECK, Contender
from bench.operator.fleet import Fleet
from bench.operator.observer import Observer
from bench.operator.rows import operator_table
from bench.operator.steps import Stage
from bench.operator.trial import Trial, run_trial
from bench.plan import OperatorPlan
from bench.report import Report
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.login import login

BACKGROUND_SECONDS: Final = 3.0


async def measure_operators(
    folder: Path, plan: OperatorPlan, report: Report, console: Console
) -> None:
    """Add the operators' table to ``report``. What is created is deleted again, but the CRDs."""
    run, fleets, trials = secrets.token_hex(3), list[Fleet](), list[Trial]()
    async with KubeClient(login(), field_manager="quarterdeck-bench", max_in_flight=64) as client:
        background = await _background(client)
        try:
            for contender in (QUARTERDECK, NAIVE):
                fleets.append(Fleet(client, f"qd-bench-{run}-{len(fleets)}"))
                trials.append(await _trial(client, fleets[-1], contender, plan, folder))
        finally:
            # Only now: the garbage collector's requests would count as an operator's.
            for fleet in fleets:
                await fleet.remove()
    report.add(operator_table(trials, plan, background), console)


async def _trial(
    client: KubeClient, fleet: Fleet, contender: Contender, plan: OperatorPlan, folder: Path
) -> Trial:
    await fleet.prepare()
    async with Observer(client, fleet.namespace).watching() as observer:
        return await run_trial(Stage(contender, client, fleet, observer, plan, folder))


async def _background(client: KubeClient) -> float:
    """Requests a second that others cause on this cluster, of the kinds we count."""
    before = await read_counts(client)
    await asyncio.sleep(BACKGROUND_SECONDS)
    return sum(between(before, await read_counts(client)).values()) / BACKGROUND_SECONDS
