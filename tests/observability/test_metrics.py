"""Story: what running planes expose is what the table says, name by name, label by label."""

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from openai import APIStatusError
from prometheus_client.parser import text_string_to_metric_families

from support.operator_process import Operators, eventually
from support.operator_team import Team
from support.provider_process import running_provider
from support.standalone import Standalone, agent, as_yaml, budget, model

TABLE = (Path(__file__).parents[2] / "docs/metrics.md").read_text()
Labels = dict[str, set[str]]


def documented(plane: str) -> Labels:
    """Labels by metric, as the table says."""
    (section,) = [part for part in TABLE.split("\n## ") if part.split("\n")[0] == plane]
    rows = re.findall(r"^\| `(\w+)` \| [^|]+\| [^|]+\| ([^|]+) \|", section, re.M)
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}


def exposed(url: str, key: str | None = None) -> Labels:
    """Labels by metric, as /metrics has them; those without a sample have none."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:  # noqa: S310
        return labels_in(answer.read().decode())


def labels_in(text: str) -> Labels:
    """Labels by metric in a page of metrics."""
    found: Labels = {}
    for family in text_string_to_metric_families(text):
        suffix = "_total" if family.type == "counter" else ""
        labels = {label for sample in family.samples for label in sample.labels}
        found[family.name + suffix] = labels - {"le"}
    return found


def compare(plane: str, found: Labels, *, without: tuple[str, ...] = ()) -> None:
    """``found`` is all of the table but what begins with one of ``without``."""
    said = documented(plane)
    expected = {name for name in said if not name.startswith(without or ("-",))}
    assert found.keys() == expected
    for name, labels in found.items():
        assert labels <= said[name], name


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """A gateway and a worker that have answered a chat and refused one."""
    with running_provider() as provider, Standalone(tmp_path_factory.mktemp("metrics")) as up:
        folder = up.folder / "manifests"
        folder.mkdir()
        declared = as_yaml(model(url=provider.url), agent(), budget())
        (folder / "all.yaml").write_text(declared)
        up.start("--manifests", str(folder))
        up.wait_ready("demo")
        with pytest.raises(APIStatusError):
            up.openai(max_retries=0).chat.completions.create(
                model="nobody", messages=[{"role": "user", "content": "hi"}]
            )
        yield up


def test_a_gateway_exposes_what_the_table_says(running: Standalone) -> None:
    found = exposed(f"{running.url}/metrics", running.key)
    # Its engine tells of resources too, which in a cluster the operator does.
    assert found.pop("quarterdeck_resources") == documented("operator")["quarterdeck_resources"]
    compare("gateway", found, without=("rest_client_", "quarterdeck_gateway_watch_"))


def test_a_worker_exposes_what_the_table_says(running: Standalone) -> None:
    (worker,) = running.workers()
    (port,) = {
        each.laddr.port for each in worker.net_connections() if each.status == psutil.CONN_LISTEN
    }
    compare("worker", exposed(f"http://127.0.0.1:{port}/metrics"))


@pytest.mark.cluster
async def test_an_operator_exposes_what_the_table_says(operators: Operators, team: Team) -> None:
    operator = await operators.start_leader()
    await team.keyed_model()
    await team.agent()
    await team.until("SecretNotFound")
    compare("operator", labels_in((await operator.get("/metrics"))[1]))
    waiting = 'quarterdeck_resources{kind="Agent"'

    async def told() -> bool:
        return await operator.metric(waiting) == 1

    await eventually(told, what="the Agent is counted")
