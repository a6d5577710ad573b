"""The two operators under measurement, as the processes that people would run."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.processes import ROOT, Subject, answers
from support.ports import free_port

LEADING: Final = b'leader_election_master_status{name="quarterdeck-operator"} 1.0'


@dataclass(frozen=True)
class Replica:
    """One running process."""

    process: Subject
    ready: Callable[[], bool]
    """Whether it has seen what there is."""
    leads: Callable[[], bool]
    """Whether it is the one that works."""

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return once ``ready`` or ``leads``; raises ProcessFailed."""
        await asyncio.to_thread(self.process.wait, condition)


@dataclass(frozen=True)
class Contender:
    """An operator: ``start(namespace, log, kubeconfig)`` makes one replica of it.

    Without a kubeconfig it takes that of this process.
    """

    name: str
    start: Callable[[str, Path, Path | None], Replica]
    elects: bool
    """Whether replicas elect a leader, so that there may be two."""


def start_quarterdeck(namespace: str, log: Path, kubeconfig: Path | None) -> Replica:
    """The module that the image runs, for one namespace only."""
    port = free_port()
    environ = {
        "QUARTERDECK_NAMESPACE": namespace,
        "QUARTERDECK_WATCH_NAMESPACES": namespace,
        "QUARTERDECK_OPERATOR_PORT": str(port),
        **_login(kubeconfig),
    }
    process = Subject(["-m", "quarterdeck_operator.main"], log=log, environ=environ)
    url = f"http://127.0.0.1:{port}"
    return Replica(
        process,
        ready=lambda: answers(f"{url}/readyz"),
        leads=lambda: answers(f"{url}/metrics", LEADING),
    )


def start_naive(namespace: str, log: Path, kubeconfig: Path | None) -> Replica:
    """kopf's own command; its liveness endpoint answers once the handlers are at work."""
    module = ROOT / "tests" / "bench" / "operator" / "naive.py"
    alive = f"http://127.0.0.1:{free_port()}/healthz"
    args = ["-m", "kopf", "run", "--standalone", "--namespace", namespace, "--liveness", alive]
    process = Subject([*args, str(module)], log=log, environ=_login(kubeconfig))
    return Replica(process, ready=lambda: answers(alive), leads=lambda: answers(alive))


def _login(kubeconfig: Path | None) -> dict[str, str]:
    return {} if kubeconfig is None else {"KUBECONFIG": str(kubeconfig)}


QUARTERDECK = Contender("quarterdeck", start_quarterdeck, elects=True)
NAIVE = Contender("naive kopf", start_naive, elects=False)
