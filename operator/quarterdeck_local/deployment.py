"""Keeps the workers of one Deployment as they should be: the laptop's ReplicaSet and kubelet.

Each pass looks at the wish in the store and at the processes, takes the next steps (``rollout``
decides which) and writes down how things stand (``deployment_status`` puts it into words).
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp

from quarterdeck_local import deployment_status, rollout
from quarterdeck_local.deployment_status import (
    CANNOT_LAUNCH,
    ENVIRONMENT_NOT_SUPPORTED,
    IMAGES_NOT_SUPPORTED,
    WORKER_CRASHED,
    Failure,
)
from quarterdeck_local.launch import (
    CannotLaunch,
    Launch,
    agent_of,
    container_of,
    foreign_variables,
    prepare,
    template_hash,
)
from quarterdeck_local.logfile import LogFile
from quarterdeck_local.process import PROBING, Lifeline, Probing, Start, Worker
from quarterdeck_local.restarts import Restarts
from quarterdeck_local.store import ObjectStore, utc_now
from quarterdeck_operator.cluster.port import Manifest, ObjectKey

GRACE_OF_THE_DELETED: Final = 10.0
"""Seconds that the workers of a deleted Deployment have to finish."""


@dataclass(frozen=True)
class Machine:
    """What every Deployment's workers share. ``environment`` is that of this process."""

    store: ObjectStore
    session: aiohttp.ClientSession
    lifeline: Lifeline
    run_directory: Path
    log_directory: Path
    worker_image: str
    environment: Mapping[str, str] = field(repr=False)
    probing: Probing = PROBING
    clock: Callable[[], float] = time.monotonic
    """Seconds; when a crashed worker may start again is judged by it."""


@dataclass(frozen=True)
class Running:
    """A worker in its slot, made from the template named by ``template``."""

    slot: int
    template: str
    worker: Worker
    task: asyncio.Task[str]


class DeploymentRunner:
    """Runs one Deployment until it is deleted; ``run`` ends when nothing is left of it."""

    def __init__(self, key: ObjectKey, machine: Machine) -> None:
        self.key = key
        self.crashes = 0
        """Workers that ended unasked, ever."""
        self.failed_slots: set[int] = set()
        """Slots whose last worker crashed and has not been replaced yet."""
        self._machine = machine
        self._running: dict[int, Running] = {}
        self._restarts = Restarts()
        self._failure: Failure | None = None
        self._uid = ""
        self._template = ""
        self._awake = asyncio.Event()

    @property
    def running(self) -> list[Running]:
        """The workers that have not ended, in order of their slots."""
        return [self._running[slot] for slot in sorted(self._running)]

    def wake(self) -> None:
        """Look again soon."""
        self._awake.set()

    def reference_changed(self) -> None:
        """A Secret or ConfigMap changed: what could not be launched may be worth a try now."""
        if self._failure is not None and self._failure.reason == CANNOT_LAUNCH:
            self._restarts = Restarts()
            self.wake()

    def log_path(self, slot: int) -> Path:
        """Where the worker in this slot writes, and those before it wrote."""
        name = f"{self.key.namespace}.{agent_of(self.key)}.{slot}.log"
        return self._machine.log_directory / name

    async def run(self) -> None:
        """Work until the Deployment and its workers are gone, or until cancelled."""
        while self._step(now := self._machine.clock()) or self._running:
            # By the clock of the pass: a start that was too early for it must be waited for.
            delay = self._restarts.delay(now) or None
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._awake.wait()
            self._awake.clear()

    async def stop(self, grace: float) -> None:
        """End every worker: asked first, killed after ``grace`` seconds."""
        tasks = [running.task for running in self.running]
        for running in self.running:
            running.worker.terminate(grace)
        if tasks:
            await asyncio.wait(tasks)

    def _step(self, now: float) -> bool:
        """One pass at ``now`` (monotonic); False once the Deployment is gone."""
        deployment = self._machine.store.get(self.key)
        if deployment is None:
            self._stop_all()
            return False
        self._notice_successor(deployment)
        self._notice_template(deployment)
        replicas = _wanted(deployment)
        unsupported = _unsupported(deployment, self._machine.worker_image)
        if unsupported is not None:
            replicas, self._failure = 0, unsupported
        plan = rollout.plan(self._seen(), replicas)
        self._terminate(plan.stop, _grace(deployment))
        self._start_all(plan.start, deployment, now)
        self._report(deployment, replicas)
        return True

    def _notice_successor(self, deployment: Manifest) -> None:
        """Workers of a deleted Deployment do not serve the next one of its name."""
        uid = deployment["metadata"]["uid"]
        if uid != self._uid:
            self._uid = uid
            self._stop_all()

    def _notice_template(self, deployment: Manifest) -> None:
        template = template_hash(deployment)
        if template != self._template:
            self._template = template
            self._restarts = Restarts()
            self._failure = None

    def _seen(self) -> list[rollout.Seen]:
        return [
            rollout.Seen(
                running.slot,
                running.template == self._template,
                running.worker.ready,
                running.worker.stopping,
            )
            for running in self.running
        ]

    def _stop_all(self) -> None:
        self._terminate(rollout.plan(self._seen(), 0).stop, GRACE_OF_THE_DELETED)

    def _terminate(self, slots: Iterable[int], grace: float) -> None:
        for slot in slots:
            self._running[slot].worker.terminate(grace)

    def _start_all(self, slots: Iterable[int], deployment: Manifest, now: float) -> None:
        for slot in slots:
            if self._restarts.delay(now):
                return
            self._start(slot, deployment)

    def _start(self, slot: int, deployment: Manifest) -> None:
        machine = self._machine
        directory = machine.run_directory / f"{self.key.namespace}.{agent_of(self.key)}"
        try:
            launch = prepare(deployment, machine.store, directory, machine.environment)
            _write(launch, directory)
            log = LogFile(self.log_path(slot))
        except CannotLaunch as exc:
            self._failed(Failure(CANNOT_LAUNCH, str(exc)), 0.0)
            return
        start = Start(launch.environment, directory, machine.lifeline, machine.probing)
        worker = Worker(start, log, machine.session, self.wake)
        task = asyncio.create_task(worker.run())
        task.add_done_callback(partial(self._ended, slot))
        self._running[slot] = Running(slot, self._template, worker, task)
        self.failed_slots.discard(slot)

    def _ended(self, slot: int, task: asyncio.Task[str]) -> None:
        worker = self._running.pop(slot).worker
        if not worker.stopping and not task.cancelled():
            self.crashes += 1
            self.failed_slots.add(slot)
            how = str(task.exception() or task.result())
            self._failed(Failure(WORKER_CRASHED, f"worker {slot}: {how}"), worker.ready_seconds)
        self.wake()

    def _failed(self, failure: Failure, ready_seconds: float) -> None:
        now = self._machine.clock()
        self._restarts = self._restarts.after_crash(now, ready_seconds)
        again = f"next try after {self._restarts.delay(now):.0f} s"
        self._failure = Failure(failure.reason, f"{failure.message} ({again})")

    def _report(self, deployment: Manifest, replicas: int) -> None:
        seen = self._seen()
        wanted = _wanted(deployment)
        status = deployment_status.status(deployment, seen, wanted, self._failure, utc_now())
        self._machine.store.put_status(self.key, status)
        if replicas and sum(worker.ready for worker in seen) >= replicas:
            self._failure = None
            self.failed_slots.clear()


def _wanted(deployment: Manifest) -> int:
    return int(deployment["spec"].get("replicas", 1))


def _grace(deployment: Manifest) -> float:
    pod = deployment["spec"]["template"]["spec"]
    return float(pod.get("terminationGracePeriodSeconds", 30))


def _unsupported(deployment: Manifest, worker_image: str) -> Failure | None:
    image = container_of(deployment)["image"]
    if image != worker_image:
        message = f'image "{image}" needs a cluster: standalone mode runs the built-in worker only'
        return Failure(IMAGES_NOT_SUPPORTED, message)
    if names := foreign_variables(deployment):
        message = (
            f"spec.runtime.env ({', '.join(names)}) needs a cluster: no container holds a worker "
            "in standalone mode; remove it, and set proxies where quarterdeck up is started"
        )
        return Failure(ENVIRONMENT_NOT_SUPPORTED, message)
    return None


def _write(launch: Launch, directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, content in launch.files.items():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_private(path, content)
    except OSError as exc:
        raise CannotLaunch(f"cannot write below {directory}: {exc}") from exc


def _write_private(path: Path, content: bytes) -> None:
    """Whole or not at all: a worker that starts meanwhile reads the old file or the new one."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)
