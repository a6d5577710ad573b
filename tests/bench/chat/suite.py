"""The chat path, part by part; each prints its table as soon as it has one."""

from pathlib import Path

from rich.console import Console

from bench.chat.demo_model import demo_model_table, missing_packages
from bench.chat.gateway import gateway_table
from bench.chat.worker import worker_table
from bench.plan import ChatPlan
from bench.report import Report


async def measure_chats(folder: Path, plan: ChatPlan, report: Report, console: Console) -> None:
    """Add the tables of gateway, worker and demo model to ``report``."""
    report.add(await gateway_table(folder, plan), console)
    report.add(await worker_table(folder, plan.for_worker()), console)
    if missing := missing_packages():
        report.left_out.append(f"demo model: left out, {' and '.join(missing)} not installed")
        return
    report.add(await demo_model_table(folder, plan), console)
