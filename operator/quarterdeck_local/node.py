"""The laptop as the one node of its cluster: every Deployment in the store has its runner here.

Also answers for the autoscaler that a laptop does not have: it says so, in its status, instead of
leaving an agent's scaling condition unknown for ever.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from quarterdeck_contract.names import worker_name
from quarterdeck_gateway.routing.registry import Replica
from quarterdeck_local.deployment import DeploymentRunner, Machine
from quarterdeck_local.pods import pods_of
from quarterdeck_local.store import EventType, utc_now
from quarterdeck_operator.cluster.port import Manifest, ObjectKey, key_of

AUTOSCALER: Final = "HorizontalPodAutoscaler"
_REFERENCES: Final = ("Secret", "ConfigMap")


class Node:
    """Runs workers for the Deployments of ``machine.store``."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._runners: dict[ObjectKey, DeploymentRunner] = {}
        self._changed: set[ObjectKey] = set()
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Follow the store until cancelled; the workers stay until ``stop``."""
        self._machine.store.subscribe(self._observe)
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._wake.wait()
                self._wake.clear()
                changed, self._changed = self._changed, set()
                for key in sorted(changed):
                    self._handle(key, tasks)

    async def stop(self, grace: float) -> None:
        """End every worker, once ``run`` has ended: asked first, killed after ``grace`` seconds."""
        await asyncio.gather(*(runner.stop(grace) for runner in self._runners.values()))

    def kill(self) -> None:
        """End every worker now, without waiting."""
        for runner in self._runners.values():
            for running in runner.running:
                running.worker.kill()

    def replicas(self, namespace: str, agent: str) -> tuple[Replica, ...]:
        """The workers of an agent that take chats now."""
        runner = self._runners.get(ObjectKey("Deployment", namespace, worker_name(agent)))
        if runner is None:
            return ()
        return tuple(
            Replica(id=str(running.worker.pid), url=running.worker.url, token=running.worker.token)
            for running in runner.running
            if running.worker.ready and not running.worker.stopping
        )

    def pods(self, namespace: str | None = None) -> list[Manifest]:
        """The workers as Pods, for people who look at them."""
        return [
            pod
            for key in sorted(self._runners)
            if namespace in (None, key.namespace)
            for pod in pods_of(self._runners[key], self._machine.store.get(key))
        ]

    def log_path(self, namespace: str, pod: str) -> Path | None:
        """Log file of the worker that a Pod stands for."""
        deployment, _, slot = pod.rpartition("-")
        runner = self._runners.get(ObjectKey("Deployment", namespace, deployment))
        return runner.log_path(int(slot)) if runner is not None and slot.isdigit() else None

    def _observe(self, _event: EventType, manifest: Mapping[str, Any]) -> None:
        kind = manifest["kind"]
        if kind in ("Deployment", AUTOSCALER):
            self._changed.add(key_of(manifest))
            self._wake.set()
        elif kind in _REFERENCES:
            for runner in self._runners.values():
                if runner.key.namespace == manifest["metadata"].get("namespace"):
                    runner.reference_changed()

    def _handle(self, key: ObjectKey, tasks: asyncio.TaskGroup) -> None:
        self._scale(key.namespace)
        if key in self._runners:
            self._runners[key].wake()
        elif key.kind == "Deployment" and self._machine.store.get(key) is not None:
            runner = self._runners[key] = DeploymentRunner(key, self._machine)
            task = tasks.create_task(runner.run())
            task.add_done_callback(partial(self._finished, key))

    def _finished(self, key: ObjectKey, task: asyncio.Task[None]) -> None:
        if task.cancelled() or task.exception() is not None:
            # Its workers are still to be stopped.
            return
        self._runners.pop(key)
        # It may have been created again while its last worker was going.
        self._changed.add(key)
        self._wake.set()

    def _scale(self, namespace: str) -> None:
        """Do what an autoscaler without measurements does: set the minimum, and say why."""
        store = self._machine.store
        for autoscaler in store.list(AUTOSCALER, namespace):
            minimum = autoscaler["spec"].get("minReplicas", 1)
            store.put_status(key_of(autoscaler), _no_scaling(autoscaler, minimum, utc_now()))
            target = autoscaler["spec"]["scaleTargetRef"]["name"]
            deployment = store.get(ObjectKey("Deployment", namespace, target))
            if deployment is not None:
                spec = deployment["spec"] | {"replicas": minimum}
                store.put(deployment | {"spec": spec})


def _no_scaling(autoscaler: Manifest, minimum: int, now: str) -> Manifest:
    before = autoscaler.get("status", {}).get("conditions", [{}])[0]
    condition = {
        "type": "ScalingActive",
        "status": "False",
        "reason": "StandaloneKeepsMinimum",
        "message": f"standalone mode does not scale: it keeps the minimum of {minimum} workers",
        "lastTransitionTime": before.get("lastTransitionTime", now),
    }
    return {"currentReplicas": minimum, "desiredReplicas": minimum, "conditions": [condition]}
