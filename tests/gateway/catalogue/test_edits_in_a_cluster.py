"""What the API server is asked when a part of a spec is edited; the other tests ask a real one."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from quarterdeck_contract.names import ANNOTATION_LAST_APPLIED, GATEWAY_FIELD_MANAGER
from quarterdeck_gateway.catalogue.writer import KubernetesWriter
from quarterdeck_gateway.errors import Conflict, Unavailable
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from support.fake_api import FakeApi, status_body
from support.management import api_key

PATH = "/apis/quarterdeck.dev/v1alpha1/namespaces/team-a/apikeys/ci"
MOVED = status_body(409, "Conflict", "the object has been modified")


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    async with FakeApi().running() as running:
        yield running


@pytest.fixture
async def writer(api: FakeApi) -> AsyncIterator[KubernetesWriter]:
    credentials = Credentials(server=api.url)
    async with KubeClient(credentials, field_manager=GATEWAY_FIELD_MANAGER) as client:
        yield KubernetesWriter(client)


def limited(**metadata: Any) -> dict[str, Any]:
    key = api_key(rateLimit={"requestsPerMinute": 60, "concurrency": 2})
    key["metadata"] |= metadata
    return key


def patches(api: FakeApi) -> list[dict[str, Any]]:
    return [dict(seen.body) for seen in api.requests if seen.method == "PATCH"]


async def edit(writer: KubernetesWriter, *, force: bool = False, **spec: Any) -> None:
    await writer.edit_spec("ApiKey", "team-a", "ci", spec, force=force)


async def test_only_what_differs_is_sent_under_the_version_that_was_read(
    api: FakeApi, writer: KubernetesWriter
) -> None:
    stored = await api.put(PATH, limited())
    await edit(writer, owner="bob", rateLimit={"requestsPerMinute": 60, "concurrency": None})
    version = {"resourceVersion": stored["metadata"]["resourceVersion"]}
    changed = {"owner": "bob", "rateLimit": {"concurrency": None}}
    assert patches(api) == [{"spec": changed, "metadata": version}]
    api.requests.clear()
    await api.put(PATH, limited())
    await edit(writer, owner="ann")
    assert patches(api) == []


async def test_an_edit_is_made_again_over_a_status_that_moved_on(
    api: FakeApi, writer: KubernetesWriter
) -> None:
    stored = await api.put(PATH, limited())
    api.answer_next(200, stored)
    api.answer_next(409, MOVED)
    now = await api.put(PATH, limited())
    await edit(writer, owner="bob")
    versions = [patch["metadata"]["resourceVersion"] for patch in patches(api)]
    assert versions == [each["metadata"]["resourceVersion"] for each in (stored, now)]


async def test_an_edit_gives_up_at_last(api: FakeApi, writer: KubernetesWriter) -> None:
    stored = await api.put(PATH, limited())
    for _ in range(3):
        api.answer_next(200, stored)
        api.answer_next(409, MOVED)
    with pytest.raises(Unavailable, match="changed at the same moment"):
        await edit(writer, owner="bob")


async def test_nothing_is_sent_about_what_a_tool_manages(
    api: FakeApi, writer: KubernetesWriter
) -> None:
    await api.put(PATH, limited(annotations={ANNOTATION_LAST_APPLIED: "{}"}))
    with pytest.raises(Conflict, match="managed by 'kubectl apply'"):
        await edit(writer, owner="bob")
    assert patches(api) == []
    await edit(writer, owner="bob", force=True)
    assert patches(api)[0]["spec"] == {"owner": "bob"}


async def test_fields_that_another_manager_applies_are_left_to_it(
    api: FakeApi, writer: KubernetesWriter
) -> None:
    applied = {
        "manager": "flux",
        "operation": "Apply",
        "fieldsV1": {"f:spec": {"f:expiresAt": {}}},
    }
    await api.put(PATH, limited(managedFields=[applied]))
    with pytest.raises(Conflict, match="managed by 'flux'") as refused:
        await edit(writer, expiresAt="2027-01-01T00:00:00Z")
    assert refused.value.param == "spec.expiresAt"
    await edit(writer, owner="bob")
    assert [patch["spec"] for patch in patches(api)] == [{"owner": "bob"}]
