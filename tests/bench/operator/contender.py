"""The two operators under measurement, as the processes that people would run."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.processes import ROOT, Subject, answers, free_port


@dataclass(frozen=True)
class Replica:
    """One running process. ``up`` asks it whether it has seen what there is."""

    process: Subject
    up: Callable[[], bool]

    def wait_up(self) -> None:
        """Return once ``up``; raises ProcessFailed."""
        self.process.wait(self.up)


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
    return Replica(process, lambda: answers(f"http://127.0.0.1:{port}/readyz"))


def start_naive(namespace: str, log: Path, kubeconfig: Path | None) -> Replica:
    """kopf's own command; its liveness endpoint answers once the handlers are at work."""
    module = ROOT / "tests" / "bench" / "operator" / "naive.py"
    alive = f"http://127.0.0.1:{free_port()}/healthz"
    args = ["-m", "kopf", "run", "--standalone", "--namespace", namespace, "--liveness", alive]
    process = Subject([*args, str(module)], log=log, environ=_login(kubeconfig))
    return Replica(process, lambda: answers(alive))


def _login(kubeconfig: Path | None) -> dict[str, str]:
    return {} if kubeconfig is None else {"KUBECONFIG": str(kubeconfig)}


QUARTERDECK = Contender("quarterdeck", start_quarterdeck, elects=True)
NAIVE = Contender("naive kopf", start_naive, elects=False)
