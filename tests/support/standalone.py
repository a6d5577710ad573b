"""``quarterdeck up`` as people run it: a process of its own in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Self

import psutil
import yaml
from openai import NotFoundError, OpenAI

COMMAND = (sys.executable, "-m", "quarterdeck_cli.main")
PRICE = {"inputPerMillion": 1000, "outputPerMillion": 2500}
CHAT_USD = "0.021000"
"""A chat at that price: the fake provider's eleven tokens in and four out."""
PATIENCE = 60.0
"""Seconds; a machine that also builds images starts a worker in ten."""


def model(name: str = "demo-model", *, url: str, **spec: Any) -> dict[str, Any]:
    """A Model behind an OpenAI-compatible address."""
    return {
        "apiVersion": "quarterdeck.dev/v1alpha1",
        "kind": "Model",
        "metadata": {"name": name},
        "spec": {"provider": "openai-compatible", "model": "fake", "baseURL": f"{url}/v1"} | spec,
    }


def api_key(name: str = "app", **spec: Any) -> dict[str, Any]:
    """An ApiKey, whose key is made when it is applied."""
    return {
        "apiVersion": "quarterdeck.dev/v1alpha1",
        "kind": "ApiKey",
        "metadata": {"name": name},
        "spec": {"owner": "ann"} | spec,
    }


def budget(name: str = "all", **spec: Any) -> dict[str, Any]:
    """A Budget of all chats of its namespace."""
    return {
        "apiVersion": "quarterdeck.dev/v1alpha1",
        "kind": "Budget",
        "metadata": {"name": name},
        "spec": {"scope": {"kind": "Namespace"}, "amountUSD": 100} | spec,
    }


def agent(name: str = "demo", **spec: Any) -> dict[str, Any]:
    """An Agent that answers with ``demo-model``."""
    return {
        "apiVersion": "quarterdeck.dev/v1alpha1",
        "kind": "Agent",
        "metadata": {"name": name},
        "spec": {"model": "demo-model", "instructions": "Be kind."} | spec,
    }


def secret(name: str, **values: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "stringData": values,
    }


def as_yaml(*manifests: Mapping[str, Any]) -> str:
    return yaml.safe_dump_all(manifests)


class Standalone:
    """A folder in which ``quarterdeck`` runs. Use as a context manager: nothing outlives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / ".quarterdeck"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            "PATH": os.environ["PATH"],
            # No kubeconfig of the person who runs the tests.
            "HOME": str(folder),
            "QUARTERDECK_HOME": str(self.home),
            "COLUMNS": "200",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        wait_for(lambda: not self.orphans(), "no process is left")

    def start(self, *arguments: str) -> None:
        """``quarterdeck up`` on any port; returns once the gateway answers."""
        out = (self.folder / "up.log").open("ab")
        self.process = subprocess.Popen(
            [*COMMAND, "up", "--port", "0", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=out,
            stderr=out,
        )
        out.close()
        wait_for(self._is_up, "the gateway is up", self.said)

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """One ``quarterdeck`` command in this folder."""
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        """``quarterdeck apply``, which must succeed."""
        done = self.run("apply", "-f", "-", stdin=as_yaml(*manifests))
        assert done.returncode == 0, done.stderr

    def said(self) -> str:
        """What ``quarterdeck up`` printed."""
        return (self.folder / "up.log").read_text()

    @property
    def url(self) -> str:
        return str(json.loads((self.home / "gateway.json").read_text())["url"])

    @property
    def key(self) -> str:
        return (self.home / "admin.key").read_text().strip()

    def openai(self, *, key: str | None = None, **options: Any) -> OpenAI:
        """The official SDK, pointed at the gateway; as the admin, or with ``key``."""
        return OpenAI(base_url=f"{self.url}/v1", api_key=key or self.key, **options)

    def condition(self, name: str, kind: str = "agent") -> tuple[str, str]:
        """Status and reason of Ready; empty before there is one."""
        done = self.run("get", kind, name, "-o", "json")
        conditions = json.loads(done.stdout or "{}").get("status", {}).get("conditions", [])
        ready: dict[str, str] = next((each for each in conditions if each["type"] == "Ready"), {})
        return ready.get("status", ""), ready.get("reason", "")

    def wait_ready(self, *agents: str) -> None:
        for name in agents:
            wait_for(partial(self._answers, name), f"{name} answers", self.said)

    def workers(self) -> list[psutil.Process]:
        """The worker processes, oldest first."""
        assert self.process is not None
        found = psutil.Process(self.process.pid).children()
        return sorted((each for each in found if _is_worker(each)), key=psutil.Process.create_time)

    def orphans(self) -> list[int]:
        """Workers and Valkeys of this folder, whoever their parent is."""
        return [each.pid for each in psutil.process_iter() if self._is_ours(each)]

    def valkey(self) -> psutil.Process:
        """The Valkey of the instance that runs."""
        (server,) = [psutil.Process(pid) for pid in self.orphans() if _is_valkey(pid)]
        return server

    def stop(self, *signals: signal.Signals) -> int:
        """Send the signals, half a second apart; the exit code."""
        assert self.process is not None
        for each in signals or (signal.SIGINT,):
            self.process.send_signal(each)
            time.sleep(0.5 if len(signals) > 1 else 0)
        return self.process.wait(PATIENCE)

    def _is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said()
        try:
            published = json.loads((self.home / "gateway.json").read_text())
        except FileNotFoundError:
            return False
        # One that was killed leaves its own behind.
        return published["pid"] == self.process.pid and "is up at" in self.said()

    def _answers(self, name: str) -> bool:
        client = self.openai(max_retries=0)
        try:
            found = client.get(f"/../api/v1/agents/default/{name}", cast_to=object)
        except NotFoundError:
            return False
        return isinstance(found, dict) and bool(found.get("ready"))

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            ours = process.cwd().startswith(str(self.folder.resolve()))
            return ours and (_is_worker(process) or "valkey" in " ".join(process.cmdline()))
        except psutil.Error:
            return False


def _is_worker(process: psutil.Process) -> bool:
    try:
        return "quarterdeck_worker" in process.cmdline()
    except psutil.Error:
        return False


def _is_valkey(pid: int) -> bool:
    return "valkey-server" in psutil.Process(pid).name()


def wait_for(
    holds: Callable[[], object],
    what: str,
    told: Callable[[], str] = str,
    seconds: float = PATIENCE,
) -> None:
    """Wait until ``holds`` is true; fails with ``what`` and ``told`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}\n{told()}"
        time.sleep(0.05)
