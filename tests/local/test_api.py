"""The API with the client that the command line uses, over a real port."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.errors import Conflict, Invalid, NotFound, Permanent
from quarterdeck_kube.resources import (
    AGENT,
    CONFIG_MAP,
    DEPLOYMENT,
    EVENT,
    MODEL,
    NAMESPACE,
    POD,
    SECRET,
    Manifest,
)
from quarterdeck_kube.selection import Selection
from quarterdeck_local.api import LocalApi
from quarterdeck_local.database import AppliedObjects
from quarterdeck_local.intake import Intake
from quarterdeck_local.journal import Journal
from quarterdeck_local.pod_logs import PodLogs
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import Note, ObjectKey
from support.standalone import agent, secret

PODS: list[Manifest] = [
    {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "agent-demo-0", "namespace": "default", "labels": {"a": "b"}},
    }
]


class Served:
    def __init__(self, path: Path, kept: AppliedObjects) -> None:
        self.store, self.journal, self.stopping = ObjectStore(), Journal(), asyncio.Event()
        self.log = path / "a.log"
        self.api = LocalApi(
            self.store,
            Intake(self.store, kept),
            self.journal,
            lambda namespace: PODS if namespace in (None, "default") else [],
            PodLogs(lambda _ns, pod: self.log if pod == "agent-demo-0" else None, self.stopping),
        )


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    kept = AppliedObjects(tmp_path / "db")
    yield Served(tmp_path, kept)
    kept.close()


@pytest.fixture
async def client(served: Served) -> AsyncIterator[KubeClient]:
    config = uvicorn.Config(served.api.app(), port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with KubeClient(Credentials(f"http://127.0.0.1:{port}")) as opened:
        yield opened
    server.should_exit = True
    await serving


def named(manifest: Manifest) -> Manifest:
    return manifest | {"metadata": {"namespace": "default"} | manifest["metadata"]}


async def test_apply_get_list_delete(client: KubeClient) -> None:
    made = await client.apply(AGENT, named(agent(description="a")))
    assert made["metadata"]["uid"]
    assert made["spec"]["suspended"] is False
    again = await client.apply(AGENT, named(agent(description="a")))
    assert again["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]
    assert await client.get(AGENT, "default", "demo") == made
    listed = await client.list(AGENT, "default")
    assert listed.items == (await client.list(AGENT)).items == [made]
    assert listed.resource_version == made["metadata"]["resourceVersion"]
    assert (await client.list(AGENT, "elsewhere")).items == []
    assert await client.delete(AGENT, "default", "demo")
    assert not await client.delete(AGENT, "default", "demo")
    with pytest.raises(NotFound) as missing:
        await client.get(AGENT, "default", "demo")
    assert not missing.value.api_missing


async def test_a_dry_run_changes_nothing(client: KubeClient, served: Served) -> None:
    planned = await client.apply(AGENT, named(agent()), dry_run=True)
    assert planned["metadata"]["resourceVersion"] == "1"
    assert served.store.list("Agent") == []


async def test_refusals_name_every_field(client: KubeClient) -> None:
    bad = named(agent(limits={"seconds": 0}, replicas=-1))
    with pytest.raises(Invalid) as refusal:
        await client.apply(AGENT, bad)
    assert [each.field for each in refusal.value.causes] == ["spec.limits.seconds", "spec.replicas"]
    assert 'Agent "demo" is invalid' in refusal.value.message


async def test_secrets_can_be_set_but_not_read(client: KubeClient, served: Served) -> None:
    stored = await client.apply(SECRET, named(secret("keys", apiKey="sesame")))
    assert stored["data"] == {"apiKey": ""}
    assert (await client.get(SECRET, "default", "keys"))["data"] == {"apiKey": ""}
    kept = served.store.get(ObjectKey("Secret", "default", "keys"))
    assert kept is not None
    assert kept["data"] == {"apiKey": "c2VzYW1l"}


async def test_what_is_not_peoples_to_write_is_read_only(
    client: KubeClient, served: Served
) -> None:
    deployment = {"kind": "Deployment", "metadata": {"name": "a", "namespace": "default"}}
    served.store.put(deployment)
    assert (await client.get(DEPLOYMENT, "default", "a"))["kind"] == "Deployment"
    for attempt in (
        client.apply(DEPLOYMENT, deployment),
        client.delete(DEPLOYMENT, "default", "a"),
    ):
        with pytest.raises(Permanent, match="standalone mode lets nobody") as refusal:
            await attempt
        assert refusal.value.status == 405
    with pytest.raises(NotFound):
        await client.get(NAMESPACE, None, "default")
    with pytest.raises(Permanent, match="serves no watches"):
        _ = [event async for event in client.watch(Selection(AGENT), "1")]


async def test_the_address_is_the_objects(client: KubeClient) -> None:
    with pytest.raises(Permanent, match="not those of the URL"):
        await client.apply(MODEL, named(agent()))


async def test_a_controllers_object_is_a_conflict(client: KubeClient, served: Served) -> None:
    owner = await client.apply(AGENT, named(agent()))
    reference = {
        "kind": "Agent",
        "name": "demo",
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    metadata = {"name": "c", "namespace": "default"}
    child = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {}}
    served.store.put(child | {"metadata": metadata | {"ownerReferences": [reference]}})
    with pytest.raises(Conflict, match='managed by Agent "demo"'):
        await client.apply(CONFIG_MAP, child)


async def test_deletion_by_uid(client: KubeClient) -> None:
    made = await client.apply(AGENT, named(agent()))
    with pytest.raises(Conflict):
        await client.delete(AGENT, "default", "demo", uid="another")
    assert await client.delete(AGENT, "default", "demo", uid=made["metadata"]["uid"])


async def test_events_of_one_object(client: KubeClient, served: Served) -> None:
    for name in ("demo", "other"):
        served.journal.write(
            Note(ObjectKey("Agent", "default", name), "uid", "Normal", "WorkersReady", "fine")
        )
    selector = "regarding.kind=Agent,regarding.name=demo"
    (event,) = (await client.list(EVENT, "default", field_selector=selector)).items
    assert event["regarding"]["name"] == "demo"


async def test_workers_look_like_pods(client: KubeClient) -> None:
    assert (await client.list(POD, "default", label_selector="a=b")).items == PODS
    assert (await client.list(POD, "default", label_selector="a=c")).items == []
    assert await client.get(POD, "default", "agent-demo-0") == PODS[0]


async def test_logs_are_read_and_followed(client: KubeClient, served: Served) -> None:
    served.log.write_bytes(b"one\ntwo\n")
    assert [line async for line in client.logs("default", "agent-demo-0", tail_lines=1)] == [b"two"]
    with pytest.raises(NotFound):
        _ = [line async for line in client.logs("default", "none")]
    seen = []
    async for line in client.logs("default", "agent-demo-0", follow=True):
        seen.append(line)
        if line == b"two":
            with served.log.open("ab") as log:
                log.write(b"three\n")
        if line == b"three":
            served.stopping.set()
    assert seen == [b"one", b"two", b"three"], "and it ends when the server stops"


async def test_the_version_is_told(client: KubeClient) -> None:
    assert (await client.version()).startswith("v0.")
