"""``quarterdeck logs``: what the workers of an agent say, interleaved when there are several."""

import asyncio

import typer

from quarterdeck_cli.errors import NotFound
from quarterdeck_cli.target import Target, connect
from quarterdeck_contract.names import LABEL_AGENT, WORKER_CONTAINER
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import AGENT, POD


async def logs(target: Target, agent: str, *, follow: bool, tail: int | None) -> None:
    """Print the logs, with ``follow`` until interrupted. Raises NotFound."""
    async with connect(target) as client:
        await client.get(AGENT, target.namespace, agent)
        label = f"{LABEL_AGENT}={agent}"
        found = await client.list(POD, target.namespace, label_selector=label)
        pods = sorted(pod["metadata"]["name"] for pod in found.items)
        if not pods:
            raise NotFound(
                f'agent "{agent}" has no workers: see quarterdeck describe agent {agent}'
            )
        # One after the other, so that lines of one worker stay together; following cannot wait.
        if follow:
            async with asyncio.TaskGroup() as tasks:
                for pod in pods:
                    tasks.create_task(_print(client, target, pod, len(pods) > 1, True, tail))
        else:
            for pod in pods:
                await _print(client, target, pod, len(pods) > 1, False, tail)


async def _print(
    client: KubeClient, target: Target, pod: str, prefixed: bool, follow: bool, tail: int | None
) -> None:
    prefix = f"[{pod}] " if prefixed else ""
    container = WORKER_CONTAINER
    async for line in client.logs(
        target.namespace, pod, container=container, follow=follow, tail_lines=tail
    ):
        typer.echo(prefix + line.decode("utf-8", "replace"))
