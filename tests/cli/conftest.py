"""Fixtures: the command in this process, and a standalone instance for it to talk to."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from quarterdeck_cli.main import main
from support.cli_shop import SHOP, answers, in_shop
from support.provider_process import Provider, running_provider
from support.standalone import PRICE, Standalone, agent, budget, model, wait_for


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


Cli = Callable[..., Done]


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """A standalone instance without agents; its manifests folder ``m`` is empty."""
    with Standalone(tmp_path_factory.mktemp("laptop")) as running:
        (running.folder / "m").mkdir()
        running.start("--manifests", "m")
        yield running


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing in it, no kubeconfig, no instance."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("KUBECONFIG", "QUARTERDECK_HOME", "QUARTERDECK_GATEWAY", "QUARTERDECK_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    return tmp_path


@pytest.fixture
def cli(nowhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs one command; what it printed and its exit code."""

    def run(*arguments: str, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["quarterdeck", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return Done(int(left.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def here(laptop: Standalone, monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Iterator[Cli]:
    """``cli`` that finds the instance ``laptop``, which is empty again afterwards."""
    monkeypatch.setenv("QUARTERDECK_HOME", str(laptop.home))
    yield cli
    for kind, names in (("agent", ("one", "two", "elsewhere")), ("model", ("demo-model",))):
        for name in names:
            cli("delete", kind, name)


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture(scope="module")
def shop(laptop: Standalone, provider: Provider) -> Iterator[Standalone]:
    """The agent ``demo`` of the namespace ``shop``, ready, with a budget of one hundred USD."""
    manifests = [model(url=provider.url, price=PRICE), agent(), budget()]
    laptop.apply(*map(in_shop, manifests))
    wait_for(partial(answers, laptop, laptop.key), "the agent answers", laptop.said)
    yield laptop
    keys = json.loads(laptop.run("keys", "list", *SHOP, "-o", "json").stdout)["items"]
    made = [("apikey", key["name"]) for key in keys]
    for kind, name in (("agent", "demo"), ("model", "demo-model"), ("budget", "all"), *made):
        laptop.run("delete", kind, name, *SHOP)
