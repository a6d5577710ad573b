"""The promises of the ``Cluster`` port, held to both implementations that need no cluster."""

import base64
from collections.abc import AsyncIterator
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import web

from quarterdeck_contract.names import API_VERSION
from quarterdeck_local.cluster import LocalCluster
from quarterdeck_local.journal import Journal
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.fake import FakeCluster
from quarterdeck_operator.cluster.port import Cluster, Manifest, Note, ObjectKey, key_of
from quarterdeck_operator.errors import Stalled, Transient


class Laboratory(Protocol):
    """A cluster, and what people do beside it."""

    @property
    def cluster(self) -> Cluster: ...

    def put(self, manifest: Manifest) -> Manifest: ...

    def get(self, key: ObjectKey) -> Manifest | None: ...


class LocalLaboratory:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.store, self.journal = ObjectStore(), Journal(now=lambda: "noon")
        self.cluster = LocalCluster(self.store, self.journal, session)

    def put(self, manifest: Manifest) -> Manifest:
        return self.store.put(manifest)

    def get(self, key: ObjectKey) -> Manifest | None:
        return self.store.get(key)


class FakeLaboratory:
    def __init__(self) -> None:
        self.cluster = FakeCluster()

    def put(self, manifest: Manifest) -> Manifest:
        return self.cluster.put(manifest)

    def get(self, key: ObjectKey) -> Manifest | None:
        return self.cluster.objects.get(key)


@pytest.fixture
async def local() -> AsyncIterator[LocalLaboratory]:
    async with aiohttp.ClientSession() as session:
        yield LocalLaboratory(session)


@pytest.fixture(params=["local", "fake"])
def laboratory(request: pytest.FixtureRequest, local: LocalLaboratory) -> Laboratory:
    return local if request.param == "local" else FakeLaboratory()


def owner(laboratory: Laboratory, name: str = "demo") -> Manifest:
    return laboratory.put(
        {
            "apiVersion": API_VERSION,
            "kind": "Agent",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {},
        }
    )


def child(of: Manifest, **spec: Any) -> Manifest:
    metadata = of["metadata"]
    reference = {
        "apiVersion": API_VERSION,
        "kind": "Agent",
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "c", "namespace": "default", "ownerReferences": [reference]},
        "spec": spec,
    }


async def test_apply_creates_then_changes_the_same_object(laboratory: Laboratory) -> None:
    agent = owner(laboratory)
    made = await laboratory.cluster.apply(child(agent, replicas=1), uid=None)
    uid = made["metadata"]["uid"]
    changed = await laboratory.cluster.apply(child(agent, replicas=2), uid=uid)
    assert changed["metadata"]["uid"] == uid
    assert changed["metadata"]["generation"] == 2
    assert laboratory.get(key_of(made)) == changed


async def test_an_apply_that_changes_nothing_keeps_the_version(laboratory: Laboratory) -> None:
    agent = owner(laboratory)
    made = await laboratory.cluster.apply(child(agent), uid=None)
    again = await laboratory.cluster.apply(child(agent), uid=made["metadata"]["uid"])
    assert again["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


async def test_a_child_that_nobody_told_of_is_found_to_be_ours(laboratory: Laboratory) -> None:
    agent = owner(laboratory)
    made = await laboratory.cluster.apply(child(agent, a=1), uid=None)
    again = await laboratory.cluster.apply(child(agent, a=2), uid=None)
    assert again["metadata"]["uid"] == made["metadata"]["uid"]


async def test_a_strangers_object_is_not_taken_over(laboratory: Laboratory) -> None:
    agent = owner(laboratory)
    stranger = child(agent, a=1)
    del stranger["metadata"]["ownerReferences"]
    before = laboratory.put(stranger)
    with pytest.raises(Stalled) as refusal:
        await laboratory.cluster.apply(child(agent, a=2), uid=None)
    assert refusal.value.reason == "NameTaken"
    assert laboratory.get(key_of(before)) == before


async def test_the_child_of_a_namesake_is_waited_for(laboratory: Laboratory) -> None:
    agent = owner(laboratory)
    await laboratory.cluster.apply(child(agent), uid=None)
    successor = agent | {"metadata": agent["metadata"] | {"uid": "another"}}
    with pytest.raises(Transient) as refusal:
        await laboratory.cluster.apply(child(successor), uid=None)
    assert refusal.value.reason == "PredecessorLeaving"


async def test_a_child_that_has_gone_is_not_changed(laboratory: Laboratory) -> None:
    with pytest.raises(Transient):
        await laboratory.cluster.apply(child(owner(laboratory)), uid="gone")


async def test_status_is_set_apart(laboratory: Laboratory) -> None:
    key = key_of(owner(laboratory))
    stored = await laboratory.cluster.apply_status(key, {"observedGeneration": 1})
    assert stored["status"] == {"observedGeneration": 1}
    with pytest.raises(Transient):
        await laboratory.cluster.apply_status(ObjectKey("Agent", "default", "none"), {})


async def test_deletion_spares_another_object_of_the_name(laboratory: Laboratory) -> None:
    made = await laboratory.cluster.apply(child(owner(laboratory)), uid=None)
    key = key_of(made)
    await laboratory.cluster.delete(key, "another")
    assert laboratory.get(key) is not None
    await laboratory.cluster.delete(key, made["metadata"]["uid"])
    assert laboratory.get(key) is None
    await laboratory.cluster.delete(key, made["metadata"]["uid"])


async def test_references_are_read_decoded(local: LocalLaboratory) -> None:
    assert await local.cluster.secret("default", "keys") is None
    assert await local.cluster.config_map("default", "texts") is None
    metadata = {"namespace": "default"}
    encoded = base64.b64encode(b"sesame").decode()
    local.put({"kind": "Secret", "metadata": metadata | {"name": "keys"}, "data": {"k": encoded}})
    local.put({"kind": "ConfigMap", "metadata": metadata | {"name": "texts"}, "data": {"k": "v"}})
    assert await local.cluster.secret("default", "keys") == {"k": b"sesame"}
    assert await local.cluster.config_map("default", "texts") == {"k": "v"}


async def test_notes_become_events(local: LocalLaboratory) -> None:
    regarding = ObjectKey("Agent", "default", "demo")
    await local.cluster.note(Note(regarding, "uid-1", "Warning", "ModelNotFound", "no model"))
    (event,) = local.journal.events("default")
    assert (event["type"], event["reason"], event["note"]) == (
        "Warning",
        "ModelNotFound",
        "no model",
    )
    assert event["regarding"]["name"] == "demo"
    assert event["eventTime"] == "noon"
    assert local.journal.events("elsewhere") == []


async def test_agents_elsewhere_are_probed(local: LocalLaboratory) -> None:
    async def ready(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/readyz", ready)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    assert (await local.cluster.probe(url)).ready
    await runner.cleanup()
    assert not (await local.cluster.probe(url)).ready
