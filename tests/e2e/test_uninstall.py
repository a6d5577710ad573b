"""Story: Quarterdeck is uninstalled, last of all; what stays is what was asked to stay."""

from typing import Final

import pytest

from e2e.echo import ROLL_SECONDS, echo_agent, provider_key
from e2e.helm import helm
from e2e.installation import (
    DEFINITIONS,
    RELEASE,
    SYSTEM,
    VALUES,
    WEBHOOK,
    Installation,
    admin_key,
    helm_install,
    secret,
)
from e2e.objects import CHILD_KINDS, MANAGED, agent_is, listed
from e2e.pods import apply
from e2e.waiting import PATIENCE, eventually
from support.cluster import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(420)]

KINDS: Final = (
    "deployments,statefulsets,replicasets,jobs,pods,services,configmaps,secrets,serviceaccounts,"
    "persistentvolumeclaims,roles,rolebindings,networkpolicies,poddisruptionbudgets,leases,"
    "endpointslices,agents,models,apikeys,budgets"
)
OURS: Final = "agents,models,apikeys,budgets"
NAMESPACES_OWN: Final = {"ConfigMap kube-root-ca.crt", "ServiceAccount default"}
GIVEN: Final = {f"Secret {WEBHOOK}"}
SECRETS: Final = {
    f"Secret quarterdeck-{name}"
    for name in ("admin-key", "gateway-auth", "key-pepper", "redis", "postgres")
}
CLAIMS: Final = {
    f"PersistentVolumeClaim data-quarterdeck-{name}-0" for name in ("redis", "postgres")
}


def _left() -> set[str]:
    """What is in the installation's namespace; Events tell of the past and go by themselves.

    Without what Helm keeps about the definitions, a release of their own.
    """
    found = ((item["kind"], item["metadata"]["name"]) for item in listed(KINDS, SYSTEM))
    kept = f"sh.helm.release.v1.{DEFINITIONS}."
    return {f"{kind} {name}" for kind, name in found if not name.startswith(kept)}


def _uninstall(**chosen: bool) -> None:
    """Choose, as values say it, what goes too; then uninstall."""
    helm_install(RELEASE, VALUES | {"uninstall": chosen})
    helm("uninstall", RELEASE, "-n", SYSTEM, "--wait", "--timeout=300s")


def _leaves_only(expected: set[str]) -> None:
    eventually("the rest collected", lambda: _left() <= expected, seconds=180)
    assert _left() == expected


@pytest.fixture
def with_an_agent(installation: Installation, provider: str, restricted: str) -> str:
    apply(restricted, *echo_agent("leaving"), provider_key("first-key"))
    eventually(
        "agent ready", lambda: agent_is("leaving", restricted, ready=True), seconds=ROLL_SECONDS
    )
    return restricted


def test_resources_go_when_asked_and_secrets_and_claims_stay(
    installation: Installation, with_an_agent: str
) -> None:
    assert listed(CHILD_KINDS, with_an_agent, MANAGED)
    _uninstall(customResources=True)
    assert _everywhere(OURS) == []
    eventually(
        "children collected",
        lambda: not listed(CHILD_KINDS, with_an_agent, MANAGED),
        seconds=PATIENCE,
    )
    _leaves_only(NAMESPACES_OWN | GIVEN | SECRETS | CLAIMS)


def test_installed_again_it_goes_on_where_it_was_and_then_leaves_nothing(
    installation: Installation,
) -> None:
    pepper = secret("quarterdeck-key-pepper")
    helm_install(RELEASE, VALUES)
    assert admin_key() == installation.admin_key
    assert secret("quarterdeck-key-pepper") == pepper
    _uninstall(customResources=True, secrets=True, volumes=True)
    helm("uninstall", DEFINITIONS, "-n", SYSTEM)
    kubectl("delete", "secret", WEBHOOK, "-n", SYSTEM)
    _leaves_only(NAMESPACES_OWN)
    assert "agents.quarterdeck.dev" in kubectl("get", "crd", "-o", "name"), "definitions are kept"
    assert [n for n in _cluster_wide() if "quarterdeck-" in n and "crds" not in n] == []


def _everywhere(kinds: str) -> list[str]:
    found = kubectl("get", kinds, "-A", "-o", "name")
    return found.split()


def _cluster_wide() -> list[str]:
    return kubectl("get", "clusterroles,clusterrolebindings", "-o", "name").split()
