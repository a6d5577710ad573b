"""What any ``ResourceWriter`` does: the one in memory, a laptop's, and that of a cluster."""

from typing import Any

import pytest

from quarterdeck_contract.names import LABEL_TEAM
from quarterdeck_gateway.catalogue.port import Manifest
from quarterdeck_gateway.catalogue.writer import refusal_for
from quarterdeck_gateway.errors import (
    AlreadyExists,
    GatewayError,
    InvalidRequest,
    NotFound,
    Unavailable,
)
from quarterdeck_kube import errors as kube
from support.management import api_key, budget
from support.writers import EXCEEDED, Store


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


async def test_labels_stay_where_a_manifest_has_none(store: Store) -> None:
    labelled = budget(namespace=store.namespace)
    labelled["metadata"]["labels"] = {LABEL_TEAM: "red"}
    await store.writer.put(labelled)
    kept = await store.writer.put(budget(namespace=store.namespace, amountUSD=20))
    assert kept["metadata"]["labels"] == {LABEL_TEAM: "red"}
    labelled["metadata"]["labels"] = {}
    emptied = await store.writer.put(labelled)
    assert not emptied["metadata"].get("labels")


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
