"""Lists come in pages and survive pages that expire half-way."""

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import Expired
from quarterdeck_kube.listing import list_all, pages
from quarterdeck_kube.resources import SECRET, Manifest
from quarterdeck_kube.selection import Selection
from support.fake_api import FakeApi

IN_DEMO = Selection(SECRET, "demo")


@pytest.fixture(autouse=True)
async def five_secrets(api: FakeApi) -> None:
    for namespace in ("demo", "other"):
        for index in range(5):
            name = f"s{index}"
            manifest: Manifest = {"metadata": {"name": name, "namespace": namespace}, "data": {}}
            await api.put(SECRET.path(namespace, name), manifest)


def names(items: list[Manifest]) -> list[str]:
    return [item["metadata"]["name"] for item in items]


async def test_pages_follow_each_other(api: FakeApi, client: KubeClient) -> None:
    found = [page async for page in pages(client.transport, IN_DEMO, limit=2)]

    assert [names(page.items) for page in found] == [["s0", "s1"], ["s2", "s3"], ["s4"]]
    assert [request.query.get("continue") for request in api.requests] == [None, "2", "4"]


async def test_list_joins_the_pages_and_says_where_to_watch_from(client: KubeClient) -> None:
    found = await list_all(client.transport, IN_DEMO, limit=2)

    assert names(found.items) == ["s0", "s1", "s2", "s3", "s4"]
    assert found.resource_version == "110"


async def test_list_reads_everything_at_once_when_the_pages_expire(
    api: FakeApi, client: KubeClient
) -> None:
    api.expire_continue = True

    with pytest.raises(Expired):
        _ = [page async for page in pages(client.transport, IN_DEMO, limit=2)]
    found = await list_all(client.transport, IN_DEMO, limit=2)

    assert len(found.items) == 5
    assert "limit" not in api.requests[-1].query


async def test_items_say_what_they_are(client: KubeClient) -> None:
    whole = await client.list(SECRET)
    bare = await client.list(SECRET, "demo", metadata_only=True)

    assert len(whole.items) == 10
    assert {(item["kind"], item["apiVersion"]) for item in whole.items + bare.items} == {
        ("Secret", "v1")
    }
    assert "data" in whole.items[0]
    assert "data" not in bare.items[0]


async def test_selectors_and_the_metadata_view_are_asked_for(
    api: FakeApi, client: KubeClient
) -> None:
    await client.list(SECRET, label_selector="a=b", field_selector="x=y", metadata_only=True)

    query = api.requests[0].query
    assert query == {"labelSelector": "a=b", "fieldSelector": "x=y", "limit": "500"}
    assert api.requests[0].headers["Accept"] == (
        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json"
    )
