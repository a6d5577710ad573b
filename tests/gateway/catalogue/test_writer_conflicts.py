"""What any ``ResourceWriter`` does about others who write the same objects, and when asked only to
try."""

from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.model import DEMO_MODEL
from quarterdeck_gateway.catalogue.versions import at_version, require_own, version_of
from quarterdeck_gateway.errors import AlreadyExists, Conflict, InvalidRequest, NotFound
from support.management import manifest_of
from support.writers import Store


def an_agent(store: Store, **spec: Any) -> dict[str, Any]:
    given = {"model": "small", "instructions": "Be brief.", **spec}
    return manifest_of("Agent", "demo", given, store.namespace)


async def test_a_dry_run_stores_nothing(store: Store) -> None:
    planned = await store.writer.put(an_agent(store, replicas=2), dry_run=True)
    assert planned["spec"]["replicas"] == 2
    await store.writer.put(an_agent(store))
    planned = await store.writer.put(an_agent(store, replicas=3), dry_run=True)
    assert planned["spec"]["replicas"] == 3
    with pytest.raises(InvalidRequest):
        await store.writer.put(an_agent(store, replicas=-1), dry_run=True)
    stored = await store.read("Agent", "demo")
    assert "replicas" not in stored["spec"]
    assert stored["metadata"]["generation"] == 1


async def test_what_is_new_is_created_once(store: Store) -> None:
    planned = await store.writer.create(an_agent(store, replicas=2), dry_run=True)
    assert planned["spec"]["replicas"] == 2
    await store.writer.create(an_agent(store))
    for dry_run in (True, False):
        with pytest.raises(AlreadyExists, match="there already"):
            await store.writer.create(an_agent(store, replicas=2), dry_run=dry_run)
    assert "replicas" not in (await store.read("Agent", "demo"))["spec"]


async def test_a_version_is_good_once(store: Store) -> None:
    first = await store.writer.put(an_agent(store))
    version = {name: first["metadata"][name] for name in ("resourceVersion", "generation")}
    # A status that moves on is nobody's change.
    await store.colleague_says("Agent", "demo", {"conditions": [store.checked()]})
    changed = an_agent(store, replicas=2)
    changed["metadata"] |= version
    await store.writer.put(changed)
    late = an_agent(store, replicas=3)
    late["metadata"] |= version
    with pytest.raises(Conflict, match="changed since you read it"):
        await store.writer.put(late)
    await store.writer.delete("Agent", store.namespace, "demo")
    with pytest.raises(Conflict, match="deleted since you read it"):
        await store.writer.put(late)


async def test_what_something_else_manages_is_left_to_it(store: Store) -> None:
    await store.manage(an_agent(store, replicas=2))
    with pytest.raises(Conflict, match="change it there"):
        await store.writer.put(an_agent(store, replicas=3), force=False)
    assert (await store.read("Agent", "demo"))["spec"]["replicas"] == 2
    stored = await store.writer.put(an_agent(store, replicas=3), force=True)
    assert stored["spec"]["replicas"] == 3


async def test_an_edit_merges_into_the_spec_of_what_nobody_else_manages(store: Store) -> None:
    limits = {"requestsPerMinute": 60, "concurrency": 2}
    await store.writer.put(an_agent(store, replicas=2, rateLimit=limits))
    edit = {"replicas": None, "rateLimit": {"concurrency": 3}}
    stored = await store.writer.edit_spec("Agent", store.namespace, "demo", edit)
    assert stored["spec"]["rateLimit"] == {"requestsPerMinute": 60, "concurrency": 3}
    assert "replicas" not in stored["spec"]
    assert stored["metadata"]["generation"] == 2
    again = await store.writer.edit_spec("Agent", store.namespace, "demo", edit)
    assert again["metadata"]["generation"] == 2
    with pytest.raises(InvalidRequest):
        await store.writer.edit_spec("Agent", store.namespace, "demo", {"replicas": -1})
    with pytest.raises(NotFound, match="There is no Agent 'nobody'"):
        await store.writer.edit_spec("Agent", store.namespace, "nobody", edit)


async def test_an_edit_leaves_to_others_what_they_manage(store: Store) -> None:
    await store.manage(an_agent(store, replicas=2))
    with pytest.raises(Conflict, match="change it there"):
        await store.writer.edit_spec("Agent", store.namespace, "demo", {"replicas": 3})
    assert (await store.read("Agent", "demo"))["spec"]["replicas"] == 2
    stored = await store.writer.edit_spec(
        "Agent", store.namespace, "demo", {"replicas": 3}, force=True
    )
    assert stored["spec"]["replicas"] == 3


async def test_a_version_names_one_object(store: Store) -> None:
    first = await store.writer.put(an_agent(store))
    version = version_of(first)
    await store.colleague_says("Agent", "demo", {"conditions": [store.checked()]})
    stored = await store.writer.put(at_version(an_agent(store, replicas=2), version))
    assert stored["spec"]["replicas"] == 2
    with pytest.raises(Conflict, match="changed since you read it"):
        await store.writer.put(at_version(an_agent(store, replicas=3), version))
    await store.writer.delete("Agent", store.namespace, "demo")
    await store.writer.put(an_agent(store))
    # Of the same name and generation, and yet another one.
    with pytest.raises(Conflict, match="changed since you read it"):
        await store.writer.put(at_version(an_agent(store, replicas=3), version))
    assert "replicas" not in (await store.read("Agent", "demo"))["spec"]


async def test_annotations_are_replaced_where_there_are_some(store: Store) -> None:
    noted = an_agent(store)
    noted["metadata"]["annotations"] = {"why": "a test", "who": "me"}
    await store.writer.put(noted)
    kept = await store.writer.put(an_agent(store, replicas=2))
    assert kept["metadata"]["annotations"].items() >= {("why", "a test"), ("who", "me")}
    noted["metadata"]["annotations"] = {"why": "another"}
    stored = await store.writer.put(noted)
    assert stored["metadata"]["annotations"] == {"why": "another"}


async def test_a_model_keeps_its_provider(store: Store) -> None:
    local = {"provider": "local", "model": DEMO_MODEL}
    await store.writer.put(manifest_of("Model", "small", local, store.namespace))
    other = {"provider": "ollama", "model": "llama"}
    with pytest.raises(InvalidRequest, match="provider is immutable") as refused:
        await store.writer.put(manifest_of("Model", "small", other, store.namespace))
    assert refused.value.param == "spec.provider"


MANAGED: Any = {
    "kind": "Agent",
    "metadata": {
        "name": "demo",
        "managedFields": [
            {
                "manager": "argocd",
                "operation": "Apply",
                "fieldsV1": {"f:spec": {"f:replicas": {}, "f:limits": {"f:seconds": {}}}},
            },
            {
                "manager": "kubectl-edit",
                "operation": "Update",
                "fieldsV1": {"f:spec": {"f:model": {}}},
            },
            {"manager": "us", "operation": "Apply", "fieldsV1": {"f:spec": {"f:suspended": {}}}},
        ],
    },
}


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"spec": {"replicas": 2}}, "spec.replicas"),
        ({"spec": {"replicas": None}}, "spec.replicas"),
        ({"spec": {"limits": None}}, "spec.limits"),
        ({"spec": {"limits": {"seconds": 9}}}, "spec.limits.seconds"),
        ({"spec": {"limits": {"tokens": 9}}}, None),
        ({"spec": {"model": "other"}}, None),
        ({"spec": {"suspended": True}}, None),
        ({"metadata": {"labels": {"a": "b"}}}, None),
    ],
)
def test_fields_belong_to_who_applies_them(patch: dict[str, Any], field: str | None) -> None:
    if field is None:
        require_own(MANAGED, patch, "us")
        return
    with pytest.raises(Conflict, match="managed by 'argocd'") as refused:
        require_own(MANAGED, patch, "us")
    assert refused.value.param == field
