"""Paths are built from checked segments only."""

import pytest

from quarterdeck_kube.errors import Permanent
from quarterdeck_kube.resources import (
    AGENT,
    DEPLOYMENT,
    NAMESPACE,
    POD,
    RESOURCES,
    Resource,
    resource_for,
    resource_of,
)


@pytest.mark.parametrize(
    ("resource", "arguments", "path"),
    [
        (AGENT, ("demo", "a", "status"), "namespaces/demo/agents/a/status"),
        (AGENT, (), "agents"),
        (AGENT, ("demo",), "namespaces/demo/agents"),
    ],
)
def test_paths_of_a_group(resource: Resource, arguments: tuple[str, ...], path: str) -> None:
    assert resource.path(*arguments) == f"/apis/quarterdeck.dev/v1alpha1/{path}"


def test_paths_of_the_core_group_and_cluster_scope() -> None:
    assert POD.path("demo", "p", "log") == "/api/v1/namespaces/demo/pods/p/log"
    assert NAMESPACE.path(None, "demo") == "/api/v1/namespaces/demo"
    assert NAMESPACE.path("ignored", "demo") == "/api/v1/namespaces/demo"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../secrets", "a%2fb"])
def test_a_name_cannot_leave_its_segment(name: str) -> None:
    with pytest.raises(Permanent, match="not a valid name"):
        AGENT.path("demo", name)
    with pytest.raises(Permanent, match="not a valid namespace"):
        AGENT.path(name, "a")


def test_odd_characters_are_encoded() -> None:
    assert AGENT.path("demo", "a?b#c d").endswith("/agents/a%3Fb%23c%20d")


def test_an_object_needs_its_namespace() -> None:
    with pytest.raises(Permanent, match='Agent "a" needs a namespace'):
        AGENT.path(None, "a")


def test_lookup() -> None:
    assert resource_for("Deployment") is DEPLOYMENT
    assert resource_of({"apiVersion": "apps/v1", "kind": "Deployment"}) is DEPLOYMENT
    assert all(resource.kind == kind for kind, resource in RESOURCES.items())
    with pytest.raises(Permanent, match=r'unknown kind "Agnet": expected one of Agent, '):
        resource_for("Agnet")
    with pytest.raises(Permanent, match='served as "apps/v1", not "apps/v1beta1"'):
        resource_of({"apiVersion": "apps/v1beta1", "kind": "Deployment"})
