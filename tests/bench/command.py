"""The command line: what to measure, how much, where to put the figures."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType

import orjson
import uvloop
from rich.console import Console

from bench.chat.client import BadAnswer
from bench.chat.suite import measure_chats
from bench.operator.suite import measure_operators
from bench.plan import FULL_CHAT, QUICK_CHAT, OperatorPlan
from bench.processes import ProcessFailed, pin, split_cpus
from bench.report import PLAIN_WIDTH, Report
from quarterdeck_kube.errors import KubeError

NO_CLUSTER = "operator: left out, KUBECONFIG is not set (name a cluster that a test may write to)"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when everything that could be measured was."""
    options = _parser().parse_args(argv)
    console = _console()
    # So that `with` blocks end the processes that were started.
    signal.signal(signal.SIGTERM, _terminate)
    report = Report()
    try:
        with tempfile.TemporaryDirectory(prefix="quarterdeck-bench-") as folder:
            uvloop.run(_measure(options, Path(folder), report, console))
    except (BadAnswer, KubeError, ProcessFailed, TimeoutError) as exc:
        console.print(f"cannot measure: {exc or 'no answer in time'}", style="red", markup=False)
        return 1
    for reason in report.left_out:
        console.print(reason, style="yellow")
    if options.json is not None:
        options.json.write_bytes(orjson.dumps(report.to_json(), option=orjson.OPT_INDENT_2))
    return 0


async def _measure(
    options: argparse.Namespace, folder: Path, report: Report, console: Console
) -> None:
    if options.part in ("chat", "all"):
        pin(os.getpid(), split_cpus()[1])
        plan = QUICK_CHAT if options.quick else FULL_CHAT
        await measure_chats(folder, plan, report, console)
    if options.part in ("operator", "all"):
        if not os.environ.get("KUBECONFIG"):
            report.left_out.append(NO_CLUSTER)
            return
        pin(os.getpid(), range(os.cpu_count() or 1))
        await measure_operators(folder, _operator_plan(options), report, console)


def _operator_plan(options: argparse.Namespace) -> OperatorPlan:
    plan = OperatorPlan(agents=options.agents)
    return replace(plan, agents=min(20, plan.agents), idle=5, drifted=3) if options.quick else plan


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("all", "chat", "operator"), default="all")
    parser.add_argument(
        "--agents", type=int, default=OperatorPlan.agents, help="of each operator (%(default)s)"
    )
    parser.add_argument("--quick", action="store_true", help="less of everything, under 40 s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=PLAIN_WIDTH)


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(143)
