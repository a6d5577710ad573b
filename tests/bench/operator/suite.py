"""Both operators, one after the other, against the real API server of KUBECONFIG."""

import asyncio
import secrets
from pathlib import Path
from typing import Final

from rich.console import Console

from bench.operator.api_counts import Counts, between, on_the_wire, server_books
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
from support.fault_proxy import FaultProxy

BACKGROUND_SECONDS: Final = 3.0


async def measure_operators(
    folder: Path, plan: OperatorPlan, report: Report, console: Console
) -> None:
    """Add the operators' table to ``report``. What is created is deleted again, but the CRDs."""
    run, fleets, trials = secrets.token_hex(3), list[Fleet](), list[Trial]()
    credentials = login()
    async with (
        KubeClient(credentials, field_manager="quarterdeck-bench", max_in_flight=64) as client,
        FaultProxy(credentials).running() as proxy,
    ):
        background = await _background(server_books(client))
        try:
            for contender in (QUARTERDECK, NAIVE):
                fleets.append(Fleet(client, f"qd-bench-{run}-{len(fleets)}"))
                await fleets[-1].prepare()
                trials.append(await _trial(client, proxy, fleets[-1], contender, plan, folder))
        finally:
            # Only now: the garbage collector's requests would count as an operator's.
            for fleet in fleets:
                await fleet.remove()
    report.add(operator_table(trials, plan, background), console)


async def _trial(
    client: KubeClient,
    proxy: FaultProxy,
    fleet: Fleet,
    contender: Contender,
    plan: OperatorPlan,
    folder: Path,
) -> Trial:
    async with Observer(client, fleet.namespace).watching() as observer:
        stage = Stage(
            contender,
            fleet,
            observer,
            plan,
            folder,
            books=server_books(client),
            wire=on_the_wire(proxy),
            proxied=await proxy.write_kubeconfig(folder / "kubeconfig"),
        )
        return await run_trial(stage)


async def _background(books: Counts) -> float:
    """Requests a second that others cause on this cluster, of the kinds we count."""
    before = await books()
    await asyncio.sleep(BACKGROUND_SECONDS)
    return sum(between(before, await books()).values()) / BACKGROUND_SECONDS
