"""What people see of Models and do to them by /api/v1/models."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from quarterdeck_contract.v1alpha1.model import DEMO_MODEL
from support.management import OPERATOR, Management, admin_of, management, manifest_of

PATH = "/models/team-a/small"
LOCAL: dict[str, Any] = {"provider": "local", "model": DEMO_MODEL}
OPENAI: dict[str, Any] = {
    "provider": "openai",
    "model": "gpt-mini",
    "credentials": {"name": "openai"},
    "price": {"inputPerMillion": 1, "outputPerMillion": 2.5},
}
READY = {
    "type": "Ready",
    "status": "False",
    "reason": "SecretNotFound",
    "message": "there is no Secret openai",
    "lastTransitionTime": "2026-01-01T00:00:00Z",
}


def a_model(name: str = "small", namespace: str = "team-a", **spec: Any) -> dict[str, Any]:
    return manifest_of("Model", name, spec or LOCAL, namespace)


@pytest.fixture
async def world() -> AsyncIterator[Management]:
    async with management() as running:
        yield running


async def test_a_model_with_its_price_and_where_its_key_is(world: Management) -> None:
    await world.call("PUT", PATH, **a_model(**OPENAI))
    status = {"conditions": [READY]}
    await world.writer.report("Model", "team-a", "small", status, manager=OPERATOR)
    view = await world.call("GET", PATH)
    manifest = view.pop("manifest")
    assert manifest["spec"] == OPENAI
    assert view == {
        "namespace": "team-a",
        "name": "small",
        "provider": "openai",
        "model": "gpt-mini",
        "base_url": None,
        "credentials": {"secret": "openai", "key": "apiKey"},
        "price": {
            "input_per_million": 1,
            "output_per_million": 2.5,
            "cached_input_per_million": None,
        },
        "price_source": "spec",
        "ready": False,
        "reason": "SecretNotFound",
        "message": "there is no Secret openai",
        "created_at": manifest["metadata"]["creationTimestamp"],
        "used_by": [],
        "conditions": [READY],
    }


async def test_who_uses_it_also_as_a_fallback(world: Management) -> None:
    await world.call("PUT", PATH, **a_model())
    for name, spec, namespace in (
        ("first", {"model": "small"}, "team-a"),
        ("second", {"model": "big", "modelFallbacks": ["small"]}, "team-a"),
        ("third", {"model": "big"}, "team-a"),
        ("stranger", {"model": "small"}, "team-b"),
    ):
        manifest = manifest_of("Agent", name, spec | {"instructions": "Be brief."}, namespace)
        await world.call("PUT", f"/agents/{namespace}/{name}", **manifest)
    assert (await world.call("GET", PATH))["used_by"] == ["first", "second"]
    [listed] = (await world.call("GET", "/models"))["items"]
    assert listed["used_by"] == ["first", "second"]
    assert "manifest" not in listed


async def test_changes_are_judged_and_on_record(world: Management) -> None:
    await world.call("PUT", PATH, **a_model(**OPENAI))
    refused = await world.call("PUT", PATH, 422, **a_model())
    assert refused["error"]["param"] == "spec.provider"
    assert "provider is immutable" in refused["error"]["message"]
    await world.call("PUT", PATH, **a_model(**OPENAI | {"model": "gpt-big"}))
    await world.call("DELETE", PATH, 204)
    await world.call("DELETE", PATH, 404)
    assert [(str(e.action), e.detail.get("fields")) for e in world.audit.events] == [
        ("resource.created", None),
        ("resource.changed", ["model"]),
        ("resource.deleted", None),
    ]


async def test_a_list_is_cut_to_the_callers_namespaces(world: Management) -> None:
    for namespace in ("team-a", "team-b"):
        await world.call("PUT", f"/models/{namespace}/small", **a_model(namespace=namespace))
    assert len((await world.call("GET", "/models"))["items"]) == 2
    assert len((await world.call("GET", "/models?namespace=team-b"))["items"]) == 1
    world.principal = admin_of("team-a")
    assert [m["namespace"] for m in (await world.call("GET", "/models"))["items"]] == ["team-a"]
    await world.call("GET", "/models/team-b/small", 404)
    await world.call("PUT", "/models/team-b/small", 404, **a_model(namespace="team-b"))


@pytest.mark.parametrize(
    ("spec", "source"),
    [
        (OPENAI, "spec"),
        (LOCAL, "free"),
        ({k: v for k, v in OPENAI.items() if k != "price"} | {"model": "gpt-4o-mini"}, "list"),
        ({k: v for k, v in OPENAI.items() if k != "price"}, "unknown"),
    ],
)
async def test_where_its_price_comes_from(
    world: Management, spec: dict[str, Any], source: str
) -> None:
    await world.call("PUT", PATH, **a_model(**spec))
    assert (await world.call("GET", PATH))["price_source"] == source
    [listed] = (await world.call("GET", "/models"))["items"]
    assert listed["price_source"] == source
