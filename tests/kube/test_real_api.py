"""The client against the real API server: what we believe of its answers is what it answers."""

import ssl
from collections.abc import AsyncIterator

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.errors import (
    AlreadyExists,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Permanent,
    Unauthorized,
)
from quarterdeck_kube.listing import pages
from quarterdeck_kube.resources import CONFIG_MAP, DEPLOYMENT, LEASE, SECRET, Manifest, Resource
from quarterdeck_kube.selection import Selection
from support.cluster import api_requests, kubectl
from support.widgets import widget

pytestmark = pytest.mark.cluster


@pytest.fixture
async def other(credentials: Credentials) -> AsyncIterator[KubeClient]:
    async with KubeClient(credentials, field_manager="somebody-else") as opened:
        yield opened


def version_of(manifest: Manifest) -> str:
    return str(manifest["metadata"]["resourceVersion"])


def config_map(namespace: str, name: str, **data: str) -> Manifest:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


async def test_apply_creates_then_keeps_the_version_of_what_is_unchanged(
    real: KubeClient, widgets: Resource, namespace: str
) -> None:
    first = await real.apply(widgets, widget(widgets, namespace, "w", size=1))
    second = await real.apply(widgets, widget(widgets, namespace, "w", size=1))
    third = await real.apply(widgets, widget(widgets, namespace, "w", colour="red"))

    assert version_of(first) == version_of(second) != version_of(third)
    assert first["spec"] == {"size": 1, "shape": "round"}
    assert third["spec"] == {"colour": "red", "shape": "round"}


async def test_an_undeclared_field_is_permanent(
    real: KubeClient, widgets: Resource, namespace: str
) -> None:
    with pytest.raises(Permanent, match="field not declared in schema") as caught:
        await real.apply(widgets, widget(widgets, namespace, "w", weight=1))
    assert caught.value.status == 500
    deployment = widget(DEPLOYMENT, namespace, "d", weight=1)
    with pytest.raises(Permanent, match="field not declared in schema"):
        await real.apply(DEPLOYMENT, deployment)


async def test_create_is_strict(real: KubeClient, widgets: Resource, namespace: str) -> None:
    with pytest.raises(Permanent, match=r'unknown field "spec\.weight"'):
        await real.create(widgets, widget(widgets, namespace, "w", weight=1))


async def test_a_broken_schema_or_rule_names_the_field(
    real: KubeClient, widgets: Resource, namespace: str
) -> None:
    with pytest.raises(Invalid) as schema:
        await real.apply(widgets, widget(widgets, namespace, "w", size=0))
    with pytest.raises(Invalid) as rule:
        await real.apply(widgets, widget(widgets, namespace, "w", size=100))

    assert [cause.field for cause in schema.value.causes] == ["spec.size"]
    assert [cause.field for cause in rule.value.causes] == ["spec"]
    assert "size must be below 100" in rule.value.causes[0].message


async def test_a_field_of_somebody_else_conflicts_unless_forced(
    real: KubeClient, other: KubeClient, widgets: Resource, namespace: str
) -> None:
    await real.apply(widgets, widget(widgets, namespace, "w", size=1))

    with pytest.raises(Conflict) as caught:
        await other.apply(widgets, widget(widgets, namespace, "w", size=2), force=False)
    assert not isinstance(caught.value, AlreadyExists)
    assert [cause.field for cause in caught.value.causes] == [".spec.size"]
    taken = await other.apply(widgets, widget(widgets, namespace, "w", size=2))
    assert taken["spec"]["size"] == 2


async def test_status_and_spec_are_separate(
    real: KubeClient, widgets: Resource, namespace: str
) -> None:
    plain = widget(widgets, namespace, "w", size=1)
    with pytest.raises(NotFound):
        await real.apply_status(widgets, plain | {"status": {"ready": True}})
    await real.apply(widgets, plain)
    bare = {key: value for key, value in plain.items() if key != "spec"}
    first = await real.apply_status(widgets, bare | {"status": {"ready": True}})
    second = await real.apply_status(widgets, bare | {"status": {"ready": True}})
    after = await real.apply(widgets, plain)

    assert first["spec"]["size"] == 1
    assert first["metadata"]["generation"] == 1
    assert version_of(first) == version_of(second) == version_of(after)
    assert after["status"] == {"ready": True}


async def test_status_can_be_bound_to_the_version_that_was_judged(
    real: KubeClient, widgets: Resource, namespace: str
) -> None:
    judged = await real.apply(widgets, widget(widgets, namespace, "w", size=1))
    await real.apply(widgets, widget(widgets, namespace, "w", size=2))
    status = widget(widgets, namespace, "w") | {"status": {"ready": True}}
    del status["spec"]
    status["metadata"]["resourceVersion"] = version_of(judged)

    with pytest.raises(Conflict):
        await real.apply_status(widgets, status)


async def test_dry_run_stores_nothing(real: KubeClient, namespace: str) -> None:
    answer = await real.apply(CONFIG_MAP, config_map(namespace, "c", a="1"), dry_run=True)

    assert answer["data"] == {"a": "1"}
    with pytest.raises(NotFound) as caught:
        await real.get(CONFIG_MAP, namespace, "c")
    assert not caught.value.api_missing


async def test_create_twice_and_replace_by_version(real: KubeClient, namespace: str) -> None:
    metadata = {"name": "l", "namespace": namespace}
    lease: Manifest = {"metadata": metadata, "spec": {"holderIdentity": "a"}}
    created = await real.create(LEASE, lease)
    with pytest.raises(AlreadyExists):
        await real.create(LEASE, lease)

    replaced = await real.replace(LEASE, created | {"spec": {"holderIdentity": "b"}})
    assert replaced["spec"]["holderIdentity"] == "b"
    with pytest.raises(Conflict) as caught:
        await real.replace(LEASE, created | {"spec": {"holderIdentity": "c"}})
    assert not isinstance(caught.value, AlreadyExists)


async def test_merge_patch(real: KubeClient, namespace: str) -> None:
    await real.apply(CONFIG_MAP, config_map(namespace, "c", a="1", b="2"))

    answer = await real.patch_merge(CONFIG_MAP, namespace, "c", {"data": {"a": None, "c": "3"}})

    assert answer["data"] == {"b": "2", "c": "3"}


async def test_delete(real: KubeClient, namespace: str) -> None:
    created = await real.apply(CONFIG_MAP, config_map(namespace, "c"))

    with pytest.raises(Conflict):
        await real.delete(CONFIG_MAP, namespace, "c", uid="another")
    assert await real.delete(CONFIG_MAP, namespace, "c", uid=created["metadata"]["uid"])
    assert not await real.delete(CONFIG_MAP, namespace, "c")


async def test_pages_selectors_and_metadata(real: KubeClient, namespace: str) -> None:
    for index in range(7):
        manifest = config_map(namespace, f"c{index}", a="1")
        manifest["metadata"]["labels"] = {"odd": str(index % 2)}
        await real.apply(CONFIG_MAP, manifest)
    odd = Selection(CONFIG_MAP, namespace, "odd")

    sizes = [len(page.items) async for page in pages(real.transport, odd, limit=3)]
    labelled = await real.list(CONFIG_MAP, namespace, label_selector="odd=1", metadata_only=True)
    one = await real.list(CONFIG_MAP, namespace, field_selector="metadata.name=c0")

    assert sizes == [3, 3, 1]
    assert [item["metadata"]["name"] for item in labelled.items] == ["c1", "c3", "c5"]
    assert not any("data" in item for item in labelled.items)
    assert one.items[0]["data"] == {"a": "1"}
    assert {(item["kind"], item["apiVersion"]) for item in labelled.items} == {("ConfigMap", "v1")}


async def test_a_bad_selector_is_permanent(real: KubeClient, namespace: str) -> None:
    with pytest.raises(Permanent):
        await real.list(CONFIG_MAP, namespace, field_selector="data=x")


async def test_an_api_that_is_not_installed_is_told_apart(real: KubeClient, namespace: str) -> None:
    absent = Resource("absent.quarterdeck.test", "v1", "Absent", "absents")

    with pytest.raises(NotFound) as caught:
        await real.list(absent, namespace)
    assert caught.value.api_missing


async def test_wrong_token_small_role_and_unknown_authority(
    credentials: Credentials, namespace: str
) -> None:
    tls = credentials.tls
    token = kubectl("create", "token", "default", "-n", namespace).strip()
    async with KubeClient(Credentials(credentials.server, token="wr0ng", tls=tls)) as client:
        with pytest.raises(Unauthorized):
            await client.list(SECRET, namespace)
    async with KubeClient(Credentials(credentials.server, token=token, tls=tls)) as client:
        with pytest.raises(Forbidden, match="cannot list resource"):
            await client.list(SECRET, namespace)
    strangers = ssl.create_default_context()
    async with KubeClient(Credentials(credentials.server, tls=strangers)) as client:
        with pytest.raises(Permanent, match="is not trusted"):
            await client.version()


async def test_version(real: KubeClient) -> None:
    assert (await real.version()).startswith("v1.")


async def test_the_servers_own_counters_see_our_requests(real: KubeClient, namespace: str) -> None:
    before = api_requests()
    await real.apply(CONFIG_MAP, config_map(namespace, "c"))

    assert (api_requests() - before)["APPLY", "configmaps", "", "201"] == 1
