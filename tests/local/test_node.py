"""The node with real worker processes; only the provider behind them is fake."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import psutil
import pytest
import pytest_asyncio

from quarterdeck_contract.names import HEADER_WORKER_TOKEN
from quarterdeck_local.cluster import LocalCluster
from quarterdeck_local.database import AppliedObjects
from quarterdeck_local.deployment import Machine
from quarterdeck_local.intake import Intake
from quarterdeck_local.journal import Journal
from quarterdeck_local.node import Node
from quarterdeck_local.process import PROBING, Lifeline, Probing
from quarterdeck_local.registry import LocalRegistry
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import Manifest, ObjectKey
from quarterdeck_operator.engine import Engine
from quarterdeck_operator.options import BuildOptions
from support.fake_provider import FakeProvider
from support.standalone import PATIENCE, agent, model, secret

IMAGE = "the-worker"
pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENT = ObjectKey("Agent", "default", "demo")


class Bench:
    """Store, reconcilers and node, without a gateway."""

    def __init__(
        self, path: Path, session: aiohttp.ClientSession, kept: AppliedObjects, probing: Probing
    ) -> None:
        self.store = ObjectStore()
        self.intake = Intake(self.store, kept)
        self.session = session
        self.logs, self.run_directory = path / "logs", path / "run"
        self.lifeline = Lifeline()
        environment = {**os.environ, "OPENAI_API_KEY": "of-the-shell"}
        self.node = Node(
            Machine(
                self.store,
                session,
                self.lifeline,
                self.run_directory,
                self.logs,
                IMAGE,
                environment,
                probing,
            )
        )
        cluster = LocalCluster(self.store, Journal(), session)
        self.engine = Engine(cluster, BuildOptions(worker_image=IMAGE))
        self.store.subscribe(self.engine.observe)
        self.registry = LocalRegistry(self.store, self.node)

    def ready(self) -> tuple[str, str, str]:
        found = self.store.get(AGENT) or {}
        for condition in found.get("status", {}).get("conditions", ()):
            if condition["type"] == "Ready":
                return condition["status"], condition["reason"], condition["message"]
        return "", "", ""

    def pids(self) -> list[int]:
        return [int(each.id) for each in self.node.replicas("default", "demo")]

    async def chat(self) -> int:
        (replica, *_) = self.node.replicas("default", "demo")
        body = {"model": "demo", "messages": [{"role": "user", "content": "hi"}]}
        headers = {HEADER_WORKER_TOKEN: replica.token or ""}
        address = f"{replica.url}/v1/chat/completions"
        async with self.session.post(address, json=body, headers=headers) as response:
            return response.status

    async def until(self, holds: Callable[[], object], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            logs = "\n".join(each.read_text() for each in self.logs.glob("*.log"))
            raise AssertionError(f"{what}: {self.ready()}\n{logs}") from None

    async def until_ready(self, workers: int = 1) -> None:
        await self.until(
            lambda: self.ready()[1] == "WorkersReady" and len(self.pids()) == workers,
            f"{workers} workers are ready",
        )


@asynccontextmanager
async def open_bench(path: Path, probing: Probing = PROBING) -> AsyncIterator[Bench]:
    (path / "logs").mkdir()
    kept = AppliedObjects(path / "db")
    async with aiohttp.ClientSession() as session:
        bench = Bench(path, session, kept, probing)
        work = [asyncio.create_task(each.run()) for each in (bench.engine, bench.node)]
        try:
            yield bench
        finally:
            for task in work:
                task.cancel()
            await asyncio.wait(work)
            await bench.node.stop(5.0)
            bench.lifeline.close()
            kept.close()


# A worker takes seconds to start, so all tests share one laptop, and each begins with a ready one.
@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    probing = Probing(ready_pause=0.3, timeout=2.0, patience=12.0)
    async with (
        FakeProvider() as provider,
        open_bench(tmp_path_factory.mktemp("node"), probing) as opened,
    ):
        opened.intake.apply(model(url=provider.url))
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def demo(bench: Bench) -> Bench:
    """The agent ``demo`` with one ready worker."""
    bench.intake.apply(agent())
    await bench.until_ready()
    return bench


async def test_an_agent_becomes_a_worker_that_answers(demo: Bench) -> None:
    assert await demo.chat() == 200
    (config,) = demo.run_directory.rglob("worker.json")
    assert config.stat().st_mode & 0o777 == 0o600
    entry = demo.registry.get("default", "demo")
    assert entry is not None
    assert entry.ready
    assert len(entry.replicas) == 1
    assert demo.registry.get("default", "other") is None
    assert [each.name for each in demo.registry.agents()] == ["demo"]


async def test_workers_want_their_token_and_get_no_key_of_the_shell(demo: Bench) -> None:
    (replica,) = demo.node.replicas("default", "demo")
    async with demo.session.post(f"{replica.url}/v1/chat/completions", json={}) as response:
        assert response.status == 401
    assert "OPENAI_API_KEY" not in psutil.Process(int(replica.id)).environ()


async def test_a_crashed_worker_is_replaced(demo: Bench) -> None:
    (first,) = demo.pids()
    os.kill(first, signal.SIGKILL)
    await demo.until(lambda: not demo.pids(), "the worker is missed")
    await demo.until(lambda: "was killed by SIGKILL" in demo.ready()[2], "the reason is told")
    await demo.until_ready()
    assert demo.pids() != [first]
    assert await demo.chat() == 200


async def test_a_changed_spec_rolls_without_a_gap(demo: Bench) -> None:
    (old,) = demo.pids()
    gaps = []
    demo.intake.apply(agent(instructions="Be brief."))

    def rolled() -> bool:
        gaps.append(not demo.pids())
        return demo.ready()[1] == "WorkersReady" and demo.pids() not in ([], [old])

    await demo.until(rolled, "the worker is new")
    assert not any(gaps)
    await demo.until(lambda: not psutil.pid_exists(old), "the old worker is gone")
    assert "Be brief." in next(demo.run_directory.rglob("worker.json")).read_text()


async def test_scaling_and_suspending(demo: Bench) -> None:
    demo.intake.apply(agent(replicas=2))
    await demo.until_ready(2)
    await demo.until(lambda: len(demo.node.pods("default")) == 2, "there are two pods")
    pids = demo.pids()
    demo.intake.apply(agent(suspended=True))
    await demo.until(lambda: demo.ready()[1] == "Suspended", "suspended")
    await demo.until(lambda: not any(map(psutil.pid_exists, pids)), "no worker runs")


async def test_deleting_the_agent_ends_its_workers(demo: Bench) -> None:
    (pid,) = demo.pids()
    demo.intake.delete(AGENT)
    await demo.until(lambda: not psutil.pid_exists(pid), "the worker is gone")
    assert demo.store.list("Deployment") == []


async def test_workers_of_a_deleted_agent_do_not_serve_its_namesake(demo: Bench) -> None:
    (pid,) = demo.pids()
    demo.intake.delete(AGENT)
    demo.intake.apply(agent())
    await demo.until(lambda: not psutil.pid_exists(pid), "the old worker is gone")
    await demo.until_ready()


async def test_a_worker_that_cannot_start_says_why_and_is_tried_again(bench: Bench) -> None:
    bench.intake.delete(AGENT)
    bench.intake.apply(secret("blank", apiKey=" "))
    bench.intake.apply(model("keyed", url="http://unused", credentials={"name": "blank"}))
    bench.intake.apply(agent(model="keyed"))
    await bench.until(lambda: "exit code 2" in bench.ready()[2], "the exit code is told")
    status, reason, message = bench.ready()
    assert (status, reason) == ("False", "WorkersCrashing")
    assert "next try after" in message
    (pod,) = bench.node.pods("default")
    assert pod["status"]["phase"] in ("Failed", "Running")
    path = bench.node.log_path("default", pod["metadata"]["name"])
    assert path is not None
    assert path.read_text()
    bench.intake.apply(agent())
    await bench.until_ready()


async def test_variables_of_an_agent_run_nothing_here(demo: Bench, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    attack = {
        "PYTHONWARNINGS": "error::antigravity.Anything",
        "BROWSER": f"/bin/sh -c 'touch {ran}' #%s",
    }
    env = [{"name": name, "value": value} for name, value in attack.items()]
    demo.intake.apply(agent(runtime={"env": env}))
    await demo.until(lambda: demo.ready()[1] == "EnvironmentNotSupported", "it is refused")
    assert "spec.runtime.env (PYTHONWARNINGS, BROWSER) needs a cluster" in demo.ready()[2]
    await demo.until(lambda: demo.pids() == [], "no worker is left")
    assert not ran.exists()


async def test_no_module_comes_from_the_folder_that_a_worker_runs_in(demo: Bench) -> None:
    (old,) = demo.pids()
    planted = demo.run_directory / "default.demo" / "quarterdeck_worker.py"
    planted.write_text("raise SystemExit('planted')")
    try:
        demo.intake.apply(agent(instructions="Begin anew."))
        await demo.until(lambda: demo.pids() not in ([], [old]), "the worker is new")
    finally:
        planted.unlink()


async def test_own_images_need_a_cluster(bench: Bench) -> None:
    bench.intake.delete(AGENT)
    bench.intake.apply(agent(runtime={"image": "example.test/mine"}, model=None, instructions=None))
    await bench.until(lambda: bench.ready()[1] == "ImagesNotSupported", "the image is refused")
    assert 'image "example.test/mine" needs a cluster' in bench.ready()[2]
    assert bench.pids() == []


async def test_an_autoscaler_keeps_its_minimum_and_says_so(bench: Bench) -> None:
    bench.intake.apply(agent(scaling={"min": 2, "max": 5}))
    await bench.until_ready(2)

    def scaling() -> Manifest:
        conditions = (bench.store.get(AGENT) or {}).get("status", {}).get("conditions", ())
        found: Manifest = next((c for c in conditions if c["type"] == "ScalingActive"), {})
        return found

    await bench.until(lambda: scaling().get("reason") == "StandaloneKeepsMinimum", "it is told")
    assert scaling()["status"] == "False"


async def test_a_hanging_worker_is_not_sent_chats(demo: Bench) -> None:
    (pid,) = demo.pids()
    os.kill(pid, signal.SIGSTOP)
    try:
        await demo.until(lambda: demo.pids() != [pid], "the hanging worker is given up")
    finally:
        with_suppressed_missing(pid)
    await demo.until_ready()


def with_suppressed_missing(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return


async def test_stopping_leaves_no_process(bench: Bench, tmp_path: Path) -> None:
    async with open_bench(tmp_path) as other:
        other.intake.apply(bench.store.list("Model")[0])
        other.intake.apply(agent())
        await other.until_ready()
        pids = other.pids()
    assert not any(map(psutil.pid_exists, pids))
