"""The chat path, part by part; each prints its table as soon as it has one."""

from pathlib import Path

from rich.console import Console

from bench.chat.demo_model import demo_model_table, missing_packages
from bench.chat.gateway import gateway_table
from bench.chat.litellm import LEFT_OUT, litellm_program
from bench.chat.servers import bare_server, upstream_server
from bench.chat.worker import worker_table
from bench.plan import ChatPlan
from bench.report import Report


async def measure_chats(folder: Path, plan: ChatPlan, report: Report, console: Console) -> None:
    """Add the tables of gateway, worker and demo model to ``report``."""
    with upstream_server(folder) as upstream, bare_server(folder, upstream) as bare:
        table = await gateway_table(folder, plan, upstream, bare)
        report.add(table, console)
        if litellm_program() is None:
            report.left_out.append(LEFT_OUT)
        table = await worker_table(folder, plan.for_worker(), upstream, bare.unmeasured())
        report.add(table, console)
    if missing := missing_packages():
        report.left_out.append(f"demo model: left out, {' and '.join(missing)} not installed")
        return
    report.add(await demo_model_table(folder, plan), console)
