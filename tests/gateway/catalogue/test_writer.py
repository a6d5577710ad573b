"""What any ``ResourceWriter`` does: the one in memory, a laptop's, and that of a cluster."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from quarterdeck_contract.names import GATEWAY_FIELD_MANAGER, LABEL_TEAM
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.catalogue.port import Manifest, ResourceWriter
from quarterdeck_gateway.catalogue.writer import KubernetesWriter, refusal_for
from quarterdeck_gateway.errors import (
    AlreadyExists,
    GatewayError,
    InvalidRequest,
    NotFound,
    Unavailable,
)
from quarterdeck_kube import errors as kube
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.kubeconfig import from_kubeconfig
from quarterdeck_kube.resources import resource_for
from quarterdeck_local.cluster import LocalCluster
from quarterdeck_local.database import AppliedObjects
from quarterdeck_local.intake import Intake
from quarterdeck_local.journal import Journal
from quarterdeck_local.store import ObjectStore
from quarterdeck_local.writer import LocalWriter
from quarterdeck_operator.cluster.port import ObjectKey
from support.management import api_key, budget

COLLEAGUE = "a-colleague"
"""Another writer of the same status; not the operator's name, for one may be running there."""
CHECKED = {
    "type": "Checked",
    "status": "True",
    "reason": "Fine",
    "message": "",
    "lastTransitionTime": "2026-01-01T00:00:00Z",
}
EXCEEDED = CHECKED | {"type": "Exceeded", "status": "False", "reason": "WithinBudget"}


@dataclass
class Store:
    """A writer with a look behind it."""

    writer: ResourceWriter
    namespace: str
    read: Callable[[str, str], Awaitable[Manifest]]
    """The object of a kind and name as it stands."""
    colleague_says: Callable[[str, str, dict[str, Any]], Awaitable[object]]
    """Write a status as somebody else."""
    theirs: str = "Checked"
    """Type of a condition that the colleague writes."""

    def checked(self, reason: str = "Fine") -> dict[str, str]:
        """A condition of the colleague's."""
        return CHECKED | {"type": self.theirs, "reason": reason}


def in_memory() -> Store:
    memory, namespace = MemoryWriter(EventCatalogue().observe), "team-a"

    async def read(kind: str, name: str) -> Manifest:
        return memory.objects[kind, namespace, name]

    async def say(kind: str, name: str, status: dict[str, Any]) -> None:
        await memory.report(kind, namespace, name, status, manager=COLLEAGUE)

    return Store(memory, namespace, read, say)


@asynccontextmanager
async def on_a_laptop(folder: Path) -> AsyncIterator[Store]:
    """The colleague is the operator itself, which is known by the names of its conditions."""
    objects, namespace = ObjectStore(), "team-a"

    async def read(kind: str, name: str) -> Manifest:
        found = objects.get(ObjectKey(kind, namespace, name))
        assert found is not None
        return found

    async with aiohttp.ClientSession() as session:
        operator = LocalCluster(objects, Journal(), session)

        async def say(kind: str, name: str, status: dict[str, Any]) -> None:
            await operator.apply_status(ObjectKey(kind, namespace, name), status)

        with closing(AppliedObjects(folder / "quarterdeck.db")) as kept:
            writer = LocalWriter(objects, Intake(objects, kept))
            yield Store(writer, namespace, read, say, theirs="Ready")


@asynccontextmanager
async def in_a_cluster(kinds: str, namespace: str) -> AsyncIterator[Store]:
    credentials = from_kubeconfig(kinds)
    async with (
        KubeClient(credentials, field_manager=GATEWAY_FIELD_MANAGER) as client,
        KubeClient(credentials, field_manager=COLLEAGUE) as colleague,
    ):

        async def read(kind: str, name: str) -> Manifest:
            return await client.get(resource_for(kind), namespace, name)

        async def say(kind: str, name: str, status: dict[str, Any]) -> None:
            await KubernetesWriter(colleague).report(kind, namespace, name, status)

        yield Store(KubernetesWriter(client), namespace, read, say)
    # TLS says goodbye after the client has let go; the loop must live until then.
    await asyncio.sleep(0.2)


@pytest.fixture(params=["memory", "laptop", pytest.param("cluster", marks=pytest.mark.cluster)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            yield in_memory()
        elif request.param == "laptop":
            yield await stack.enter_async_context(on_a_laptop(tmp_path))
        else:
            kinds, own = map(request.getfixturevalue, ("kinds", "namespace"))
            yield await stack.enter_async_context(in_a_cluster(kinds, own))


async def test_create_and_create_again(store: Store) -> None:
    stored = await store.writer.create(api_key(namespace=store.namespace, hash="a" * 64))
    assert stored["metadata"]["uid"]
    assert stored["metadata"]["generation"] == 1
    with pytest.raises(AlreadyExists, match="choose another name"):
        await store.writer.create(api_key(namespace=store.namespace))


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"role": "god"}, "spec.role"),
        ({"owner": ""}, "spec.owner"),
        ({"rateLimit": {"concurrency": 0}}, "spec.rateLimit.concurrency"),
        ({"rateLimit": {}}, "spec.rateLimit"),
    ],
)
async def test_a_wrong_field_is_named(store: Store, spec: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await store.writer.create(api_key(namespace=store.namespace, **spec))
    assert refused.value.param == field
    assert field in refused.value.message


async def test_an_unknown_field_is_refused(store: Store) -> None:
    with pytest.raises(InvalidRequest, match=r"unknown field"):
        await store.writer.create(api_key(namespace=store.namespace, colour="red"))


async def test_patch_merges_and_removes(store: Store) -> None:
    await store.writer.create(
        api_key(namespace=store.namespace, agents=["a"], rateLimit={"concurrency": 1})
    )
    patch = {"revoked": True, "agents": None, "rateLimit": {"requestsPerMinute": 5}}
    stored = await store.writer.patch_spec("ApiKey", store.namespace, "ci", patch)
    assert stored["spec"]["revoked"] is True
    assert "agents" not in stored["spec"]
    assert stored["spec"]["rateLimit"] == {"concurrency": 1, "requestsPerMinute": 5}
    assert stored["metadata"]["generation"] == 2


async def test_transitions_are_judged(store: Store) -> None:
    await store.writer.create(api_key(namespace=store.namespace, hash="a" * 64, revision=3))
    for patch, field in (
        ({"revision": 2}, "spec.revision"),
        ({"hash": "b" * 64}, "spec.revision"),
        ({"hash": None}, "spec.hash"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            await store.writer.patch_spec("ApiKey", store.namespace, "ci", patch)
        assert refused.value.param == field
    both = {"hash": "b" * 64, "revision": 4}
    stored = await store.writer.patch_spec("ApiKey", store.namespace, "ci", both)
    assert stored["spec"]["hash"] == "b" * 64


async def test_put_creates_then_replaces_spec_and_labels(store: Store) -> None:
    first = budget(namespace=store.namespace, timeZone="Europe/Berlin", failOpen=True)
    first["metadata"]["labels"] = {LABEL_TEAM: "red", "other": "x"}
    await store.writer.put(first)
    await store.colleague_says("Budget", "month", {"conditions": [store.checked()]})
    second = budget(namespace=store.namespace, amountUSD=20)
    second["metadata"]["labels"] = {LABEL_TEAM: "blue"}
    stored = await store.writer.put(second)
    assert stored["spec"]["amountUSD"] == 20
    assert stored["spec"].get("timeZone", "UTC") == "UTC"
    assert stored["spec"].get("failOpen", False) is False
    assert stored["metadata"]["labels"] == {LABEL_TEAM: "blue"}
    assert stored["metadata"]["generation"] == 2
    assert store.theirs in conditions_of(stored)
    again = await store.writer.put(second)
    assert again["metadata"]["generation"] == 2


async def test_put_refuses_another_scope(store: Store) -> None:
    await store.writer.put(budget(namespace=store.namespace))
    with pytest.raises(InvalidRequest, match="scope is immutable") as refused:
        await store.writer.put(
            budget(namespace=store.namespace, scope={"kind": "Team", "name": "red"})
        )
    assert refused.value.param == "spec.scope"


async def test_report_keeps_to_its_own_part_of_the_status(store: Store) -> None:
    await store.writer.put(budget(namespace=store.namespace))
    await store.colleague_says("Budget", "month", {"conditions": [store.checked()]})
    numbers = {"spentUSD": "1.000000", "percent": 10, "conditions": [EXCEEDED]}
    await store.writer.report("Budget", store.namespace, "month", numbers)
    await store.colleague_says("Budget", "month", {"conditions": [store.checked("StillFine")]})
    stored = await store.read("Budget", "month")
    assert conditions_of(stored).items() >= {
        (store.theirs, "StillFine"),
        ("Exceeded", "WithinBudget"),
    }
    assert (stored["status"]["spentUSD"], stored["status"]["percent"]) == ("1.000000", 10)
    less = {"spentUSD": "2.000000", "percent": None}
    await store.writer.report("Budget", store.namespace, "month", less)
    stored = await store.read("Budget", "month")
    assert store.theirs in conditions_of(stored)
    assert "Exceeded" not in conditions_of(stored)
    assert stored["status"]["spentUSD"] == "2.000000"
    assert "percent" not in stored["status"]


def conditions_of(manifest: Manifest) -> dict[str, str]:
    """Reasons by type."""
    return {each["type"]: each["reason"] for each in manifest["status"]["conditions"]}


async def test_what_is_not_there(store: Store) -> None:
    for attempt in (
        store.writer.patch_spec("ApiKey", store.namespace, "nobody", {"revoked": True}),
        store.writer.delete("ApiKey", store.namespace, "nobody"),
    ):
        with pytest.raises(NotFound, match="There is no ApiKey 'nobody'"):
            await attempt
    # Gone between reading and reporting: nobody is left to tell.
    await store.writer.report("Budget", store.namespace, "nobody", {"percent": 1})


async def test_delete(store: Store) -> None:
    await store.writer.create(api_key(namespace=store.namespace))
    await store.writer.delete("ApiKey", store.namespace, "ci")
    with pytest.raises(NotFound):
        await store.writer.delete("ApiKey", store.namespace, "ci")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (kube.Transient("no route"), Unavailable),
        (kube.Throttled("busy", status=429, retry_after=7.0), Unavailable),
        (kube.Forbidden("serviceaccount may not", status=403), Unavailable),
        (kube.Unauthorized("expired", status=401), Unavailable),
        (kube.Conflict("changed", status=409), Unavailable),
        (kube.AlreadyExists("there", status=409), AlreadyExists),
        (kube.NotFound("gone", status=404), NotFound),
        (kube.Invalid("bad", status=422), InvalidRequest),
        (kube.Permanent("strict decoding error", status=400), InvalidRequest),
    ],
)
def test_every_refusal_of_the_api_server_has_one_of_ours(
    error: kube.KubeError, expected: type[GatewayError]
) -> None:
    translated = refusal_for(error, "There is none.", "ApiKey", "ci")
    assert type(translated) is expected
    if isinstance(error, kube.Throttled):
        assert translated.retry_after == 7
    if isinstance(error, kube.Forbidden):
        assert "serviceaccount" not in translated.message
