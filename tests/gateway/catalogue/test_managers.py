"""Objects that a tool wrote and will write again are left to it, unless somebody insists."""

from typing import Any

import pytest

from quarterdeck_contract.names import ANNOTATION_LAST_APPLIED
from quarterdeck_gateway.catalogue.managers import managed_by
from quarterdeck_gateway.errors import Conflict
from support.management import manifest_of
from support.writers import Store, in_a_cluster, in_memory

APPLIED = {"annotations": {ANNOTATION_LAST_APPLIED: "{}"}}
ARGO_LABEL = {"labels": {"app.kubernetes.io/instance": "shop"}}
ARGO_TRACKING = {
    "annotations": {
        "argocd.argoproj.io/tracking-id": "shop:quarterdeck.dev/Agent:team-a/demo",
        ANNOTATION_LAST_APPLIED: "{}",
    }
}
HELM = {"labels": {"app.kubernetes.io/managed-by": "Helm"}}
RELEASE = HELM | {"annotations": {"meta.helm.sh/release-name": "web"}}
MANAGERS = {"managedFields": [{"manager": "argocd-controller", "operation": "Update"}]}


def an_agent(store: Store, metadata: Any, **spec: Any) -> dict[str, Any]:
    given = {"model": "small", "instructions": "Be brief.", **spec}
    return manifest_of("Agent", "demo", given, store.namespace, **metadata)


@pytest.mark.parametrize(
    ("metadata", "tool"),
    [
        ({}, None),
        ({"labels": None, "annotations": None}, None),
        (ARGO_LABEL, None),
        ({"labels": {"app.kubernetes.io/managed-by": "quarterdeck"}}, None),
        (MANAGERS, None),
        (APPLIED, "'kubectl apply'"),
        (ARGO_TRACKING, "Argo CD (application 'shop')"),
        (ARGO_LABEL | MANAGERS, "Argo CD (application 'shop')"),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}, "Flux (Kustomization 'apps')"),
        (
            {"labels": HELM["labels"] | {"helm.toolkit.fluxcd.io/name": "r"}},
            "Flux (HelmRelease 'r')",
        ),
        (HELM, "Helm"),
        (RELEASE, "Helm (release 'web')"),
    ],
)
def test_who_manages_it(metadata: dict[str, Any], tool: str | None) -> None:
    assert managed_by({"kind": "Agent", "metadata": metadata}) == tool


@pytest.fixture(params=["memory", pytest.param("cluster", marks=pytest.mark.cluster)])
async def shared(request: pytest.FixtureRequest) -> Any:
    """A store that tools write to; a laptop's has none."""
    if request.param == "memory":
        yield in_memory()
        return
    kinds, own = map(request.getfixturevalue, ("kinds", "namespace"))
    async with in_a_cluster(kinds, own) as store:
        yield store


@pytest.mark.parametrize(
    "metadata", [APPLIED, ARGO_TRACKING, RELEASE], ids=["apply", "argo", "helm"]
)
async def test_it_is_changed_and_removed_only_by_force(shared: Store, metadata: Any) -> None:
    await shared.writer.create(an_agent(shared, metadata))
    name = managed_by({"metadata": metadata})
    for dry_run in (True, False):
        with pytest.raises(Conflict) as refused:
            await shared.writer.put(an_agent(shared, {}, replicas=3), force=False, dry_run=dry_run)
        assert f"is managed by {name}: change it there" in refused.value.message
        assert refused.value.param is None
    with pytest.raises(Conflict, match="change it there, or repeat with force=true"):
        await shared.writer.edit_spec("Agent", shared.namespace, "demo", {"replicas": 3})
    with pytest.raises(Conflict, match=r"remove it there|change it there"):
        await shared.writer.delete("Agent", shared.namespace, "demo", force=False)
    assert "replicas" not in (await shared.read("Agent", "demo"))["spec"]
    forced = await shared.writer.put(an_agent(shared, {}, replicas=3), force=True)
    assert forced["spec"]["replicas"] == 3
    await shared.writer.delete("Agent", shared.namespace, "demo", force=True)


async def test_what_a_laptop_applied_is_managed_by_nobody(store: Store) -> None:
    await store.writer.put(an_agent(store, {}))
    stored = await store.writer.put(an_agent(store, {}, replicas=3), force=False)
    assert stored["spec"]["replicas"] == 3
    await store.writer.delete("Agent", store.namespace, "demo", force=False)
