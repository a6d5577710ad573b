"""Two installations for all namespaces fight over every Agent: each says so as soon as it sees."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import DEPLOYMENT, Manifest
from quarterdeck_operator.neighbours import neighbours, watch_neighbours
from quarterdeck_operator.rbac import CLUSTER_RULES
from support.charts import of_kind, rendered
from support.fake_api import FakeApi, status_body
from support.informed import eventually

pytestmark = pytest.mark.timeout(60)

OURS, THEIRS = "quarterdeck-system", "other-system"


def operator(namespace: str, **spec: Any) -> Manifest:
    """The operator's Deployment as the chart renders it, in that namespace."""
    (found,) = [
        item
        for item in of_kind(rendered("defaults"), "Deployment")
        if item["metadata"]["name"] == "quarterdeck-operator"
    ]
    metadata = found["metadata"] | {"namespace": namespace}
    return {"metadata": metadata, "spec": found["spec"] | spec}


async def put(fake: FakeApi, manifest: Manifest) -> None:
    name, namespace = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
    await fake.put(DEPLOYMENT.path(namespace, name), manifest)


@asynccontextmanager
async def watching(client: KubeClient, *watched: str) -> AsyncIterator[list[Any]]:
    with capture_logs() as logs:
        task = asyncio.create_task(watch_neighbours(client, OURS, watched, every=0.01))
        try:
            yield logs
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def test_only_operators_of_others_that_run_count() -> None:
    found = [operator(OURS), operator("a"), operator("b", replicas=0), operator(THEIRS)]
    assert neighbours(found, OURS) == (
        "a/quarterdeck-operator",
        "other-system/quarterdeck-operator",
    )


async def test_another_installation_is_told_once_and_so_is_its_end(
    client: KubeClient, fake: FakeApi
) -> None:
    await put(fake, operator(OURS))
    other = operator(THEIRS)
    async with watching(client) as logs:
        await eventually(lambda: len(fake.requests) > 3)
        assert logs == []
        await put(fake, other)
        await eventually(lambda: len(logs) == 1)
        assert logs[0]["log_level"] == "error"
        assert logs[0]["others"] == ("other-system/quarterdeck-operator",)
        assert "watchNamespaces" in logs[0]["advice"]
        await put(fake, operator(THEIRS, replicas=0))
        await eventually(lambda: len(logs) > 1)
    assert [entry["log_level"] for entry in logs] == ["error", "info"]


async def test_an_api_server_that_does_not_answer_stops_nothing(
    client: KubeClient, fake: FakeApi
) -> None:
    await put(fake, operator(THEIRS))
    fake.answer_next(403, status_body(403, "Forbidden", "not you"))
    async with watching(client) as logs:
        await eventually(lambda: len(logs) == 2)
    assert [entry["log_level"] for entry in logs] == ["warning", "error"]


async def test_it_asks_for_operators_as_the_chart_labels_them(
    client: KubeClient, fake: FakeApi
) -> None:
    async with watching(client):
        await eventually(lambda: bool(fake.requests))
    asked = fake.requests[0]
    assert asked.path == DEPLOYMENT.path()
    wanted = {tuple(pair.split("=")) for pair in asked.query["labelSelector"].split(",")}
    labelled = [
        item["metadata"]["name"]
        for item in of_kind(rendered("defaults"), "Deployment")
        if wanted <= set(item["metadata"]["labels"].items())
    ]
    assert labelled == ["quarterdeck-operator"]


async def test_an_operator_of_chosen_namespaces_looks_nowhere_else(
    client: KubeClient, fake: FakeApi
) -> None:
    await put(fake, operator(THEIRS))
    with capture_logs() as logs:
        await watch_neighbours(client, OURS, ("team",))
    assert logs == []
    assert not fake.requests


def test_it_needs_no_right_that_the_operator_does_not_have() -> None:
    (deployments,) = [rule for rule in CLUSTER_RULES if "deployments" in rule.resources]
    assert "list" in deployments.verbs
