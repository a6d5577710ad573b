"""The promises of the Cluster port, kept by the fake and by the adapter to a real API server."""

import copy
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from quarterdeck_contract.names import API_VERSION, FIELD_MANAGER, GATEWAY_FIELD_MANAGER
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import Forbidden
from quarterdeck_kube.resources import BUDGET, EVENT, resource_for
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.fake import FakeCluster
from quarterdeck_operator.cluster.kubernetes import KubernetesCluster
from quarterdeck_operator.cluster.port import Cluster, Manifest, Note, ObjectKey, key_of
from quarterdeck_operator.cluster.status_part import operator_part
from quarterdeck_operator.conditions import READY
from quarterdeck_operator.errors import Stalled, Transient
from support.fault_proxy import FaultProxy
from support.operator_process import eventually

AGENT_SPEC = {"model": "m", "instructions": "Be brief."}


@dataclass
class Place:
    """A cluster, and a person's way of putting objects into it."""

    cluster: Cluster
    namespace: str
    fake: FakeCluster | None = None
    api: KubeClient | None = None

    async def put(self, manifest: Manifest) -> Manifest:
        if self.fake is not None:
            return self.fake.put(manifest)
        assert self.api is not None
        return await self.api.apply(resource_for(manifest["kind"]), manifest)

    def metadata(self, name: str) -> dict[str, object]:
        return {"namespace": self.namespace, "name": name}

    async def agent(self, name: str = "demo") -> Manifest:
        return await self.put(
            {
                "apiVersion": API_VERSION,
                "kind": "Agent",
                "metadata": self.metadata(name),
                "spec": AGENT_SPEC,
            }
        )

    def child(self, owner: Manifest, data: dict[str, str]) -> Manifest:
        reference = {
            "apiVersion": API_VERSION,
            "kind": "Agent",
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": True,
        }
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": self.metadata("child") | {"ownerReferences": [reference]},
            "data": data,
        }

    async def report(self, key: ObjectKey, status: Manifest) -> None:
        """The gateway writes its part of a status."""
        if self.fake is not None:
            stored = self.fake.objects[key].get("status", {})
            conditions = [*stored["conditions"], *status["conditions"]]
            merged = stored | status | {"conditions": conditions}
            self.fake.change(key, lambda manifest: manifest.update(status=merged))
            return
        assert self.api is not None
        async with KubeClient(self.api.credentials, field_manager=GATEWAY_FIELD_MANAGER) as gateway:
            body = {"apiVersion": API_VERSION, "kind": key.kind, "status": status}
            metadata = {"namespace": key.namespace, "name": key.name}
            await gateway.apply_status(BUDGET, body | {"metadata": metadata})

    async def pod(self, name: str, labels: dict[str, str]) -> None:
        """A pod that no node takes, once the namespace has the account that it needs."""
        container = {"name": "c", "image": "none"}
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": self.metadata(name) | {"labels": labels},
            "spec": {"containers": [container], "nodeSelector": {"no": "node"}},
        }

        async def taken() -> bool:
            try:
                return bool(await self.put(pod))
            except Forbidden:
                return False

        await eventually(taken, what="a pod is taken")

    async def data(self) -> dict[str, str]:
        return dict(await self.cluster.config_map(self.namespace, "child") or {})


def _condition(type_: str, status: str) -> dict[str, object]:
    return {
        "type": type_,
        "status": status,
        "reason": "Tried",
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
        "observedGeneration": 1,
    }


@pytest.fixture
async def in_memory() -> Place:
    fake = FakeCluster()
    return Place(fake, "team", fake=fake)


@pytest.fixture
async def on_a_server(api: KubeClient, namespace: str) -> AsyncIterator[Place]:
    async with (
        KubeClient(api.credentials, field_manager=FIELD_MANAGER) as client,
        aiohttp.ClientSession() as session,
    ):
        yield Place(KubernetesCluster(client, session, "test"), namespace, api=api)


@pytest.fixture(params=["in_memory", pytest.param("on_a_server", marks=pytest.mark.cluster)])
def place(request: pytest.FixtureRequest) -> Place:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Place)
    return found


async def test_creates_changes_and_removes_fields(place: Place) -> None:
    owner = await place.agent()
    created = await place.cluster.apply(place.child(owner, {"a": "1", "b": "1"}), uid=None)
    uid = created["metadata"]["uid"]
    assert uid
    changed = await place.cluster.apply(place.child(owner, {"a": "2"}), uid=uid)
    assert changed["metadata"]["uid"] == uid
    assert await place.data() == {"a": "2"}


async def test_an_equal_apply_changes_nothing(place: Place) -> None:
    owner = await place.agent()
    first = await place.cluster.apply(place.child(owner, {"a": "1"}), uid=None)
    again = await place.cluster.apply(place.child(owner, {"a": "1"}), uid=first["metadata"]["uid"])
    assert again["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]


async def test_an_object_of_ours_that_nobody_told_of_is_taken_up(place: Place) -> None:
    owner = await place.agent()
    await place.cluster.apply(place.child(owner, {"a": "1"}), uid=None)
    await place.cluster.apply(place.child(owner, {"a": "2"}), uid=None)
    assert await place.data() == {"a": "2"}


async def test_a_foreign_object_is_refused_untouched(place: Place) -> None:
    owner = await place.agent()
    stranger = place.child(owner, {"theirs": "1"})
    del stranger["metadata"]["ownerReferences"]
    await place.put(stranger)
    for uid in (None, "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(Stalled, match="does not belong to this Agent") as raised:
            await place.cluster.apply(place.child(owner, {"theirs": "1"}), uid=uid)
        assert raised.value.reason == reasons.NAME_TAKEN
    assert await place.data() == {"theirs": "1"}


async def test_a_namesakes_child_is_waited_for(place: Place) -> None:
    owner = await place.agent()
    await place.cluster.apply(place.child(owner, {"a": "1"}), uid=None)
    successor = copy.deepcopy(owner)
    successor["metadata"]["uid"] = "another"
    with pytest.raises(Transient) as raised:
        await place.cluster.apply(place.child(successor, {"a": "2"}), uid=None)
    assert raised.value.reason == reasons.PREDECESSOR_LEAVING


async def test_what_is_gone_is_not_brought_back_by_its_uid(place: Place) -> None:
    owner = await place.agent()
    with pytest.raises(Transient):
        await place.cluster.apply(
            place.child(owner, {}), uid="12345678-0000-0000-0000-000000000000"
        )
    assert await place.cluster.config_map(place.namespace, "child") is None


async def test_deletes_by_uid_only(place: Place) -> None:
    owner = await place.agent()
    created = await place.cluster.apply(place.child(owner, {"a": "1"}), uid=None)
    key = key_of(created)
    await place.cluster.delete(key, "00000000-0000-0000-0000-000000000000")
    assert await place.data() == {"a": "1"}
    await place.cluster.delete(key, created["metadata"]["uid"])
    assert await place.cluster.config_map(place.namespace, "child") is None
    await place.cluster.delete(key, created["metadata"]["uid"])


async def test_status_is_stored_beside_the_spec(place: Place) -> None:
    key = key_of(await place.agent())
    condition = _condition(READY, "True")
    status = {"observedGeneration": 1, "conditions": [condition], "workers": "1/1"}
    stored = await place.cluster.apply_status(key, status)
    assert stored["status"] == status
    assert stored["spec"] | AGENT_SPEC == stored["spec"]
    again = await place.cluster.apply_status(key, status)
    assert again["metadata"]["resourceVersion"] == stored["metadata"]["resourceVersion"]
    without = {"observedGeneration": 1, "conditions": [condition]}
    assert (await place.cluster.apply_status(key, without))["status"] == without


async def test_the_parts_of_a_status_that_others_wrote_stay(place: Place) -> None:
    spec = {"scope": {"kind": "Namespace"}, "amountUSD": 5}
    metadata = place.metadata("monthly")
    budget = {"apiVersion": API_VERSION, "kind": "Budget", "metadata": metadata, "spec": spec}
    key = key_of(await place.put(budget))
    first = {"observedGeneration": 1, "conditions": [_condition(READY, "False")]}
    await place.cluster.apply_status(key, first)
    theirs = {"spentUSD": "1.000000", "conditions": [_condition("Enforced", "True")]}
    await place.report(key, theirs)
    second = {"observedGeneration": 1, "conditions": [_condition(READY, "True")]}
    stored = (await place.cluster.apply_status(key, second))["status"]
    assert stored["spentUSD"] == "1.000000"
    assert {c["type"]: c["status"] for c in stored["conditions"]} == {
        READY: "True",
        "Enforced": "True",
    }
    assert operator_part("Budget", stored) == second


async def test_status_of_what_is_gone_is_transient(place: Place) -> None:
    with pytest.raises(Transient):
        await place.cluster.apply_status(ObjectKey("Agent", place.namespace, "gone"), {})


async def test_secrets_are_decoded_and_absence_is_none(place: Place) -> None:
    metadata = place.metadata("s")
    await place.put(
        {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"k": "v€"}}
    )
    assert await place.cluster.secret(place.namespace, "s") == {"k": "v€".encode()}
    assert await place.cluster.secret(place.namespace, "none") is None
    assert await place.cluster.config_map(place.namespace, "none") is None


async def test_pods_are_found_by_all_their_labels(place: Place) -> None:
    await place.pod("mine", {"app": "a", "part": "b"})
    await place.pod("other", {"app": "a", "part": "c"})
    found = await place.cluster.pods(place.namespace, {"app": "a", "part": "b"})
    assert [key_of(pod) for pod in found] == [ObjectKey("Pod", place.namespace, "mine")]
    assert await place.cluster.pods("no-such-namespace", {"app": "a"}) == []


async def test_notes_never_raise_and_are_recorded(place: Place) -> None:
    stored = await place.agent()
    note = Note(key_of(stored), stored["metadata"]["uid"], "Warning", "Tried", "x" * 3000)
    await place.cluster.note(note)
    if place.fake is not None:
        assert place.fake.notes == [note]
    else:
        assert place.api is not None
        events = (await place.api.list(EVENT, place.namespace)).items
        assert [e["reason"] for e in events if e["regarding"]["name"] == "demo"] == ["Tried"]
    nowhere = ObjectKey("Agent", "no-such-namespace", "x")
    await place.cluster.note(Note(nowhere, "u", "Normal", "R", "m"))


@pytest.mark.cluster
async def test_refusals_become_what_happens_next(api: KubeClient, namespace: str) -> None:
    async with (
        FaultProxy(api.credentials).running() as proxy,
        KubeClient(proxy.credentials(), field_manager=FIELD_MANAGER) as client,
        aiohttp.ClientSession() as session,
    ):
        cluster = KubernetesCluster(client, session, "test")
        place = Place(cluster, namespace, api=api)
        child = place.child(await place.agent(), {})
        for status in (429, 500, 503):
            proxy.fail(status, verb="PATCH", retry_after=7 if status == 429 else None)
            with pytest.raises(Transient) as transient:
                await cluster.apply(child, uid=None)
            assert transient.value.retry_after == (7 if status == 429 else None)
        for status in (403, 400, 422):
            proxy.fail(status, verb="PATCH")
            with pytest.raises(Stalled) as stalled:
                await cluster.apply(child, uid=None)
            assert stalled.value.reason == (reasons.FORBIDDEN if status == 403 else reasons.INVALID)
        with pytest.raises(Stalled, match="unknownField"):
            await cluster.apply(child | {"unknownField": 1}, uid=None)
