"""Fixtures: a real API server with the kinds of this checkout, and every kind of writer."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from quarterdeck_contract.crds import definitions
from support.cluster import cluster, kubectl, namespace
from support.writers import Store, in_a_cluster, in_memory, on_a_laptop

__all__ = ["cluster", "namespace"]


@pytest.fixture(scope="session")
def kinds(cluster: str) -> str:
    """The kubeconfig's path, once our CRDs are there. Those that somebody installed, as Helm does,
    are used as they are when they say the same, and never taken over."""
    for definition in definitions():
        name = f"crd/{definition['metadata']['name']}"
        found = kubectl("get", name, "--ignore-not-found", "--output=json")
        if not found or not contains(json.loads(found)["spec"], definition["spec"]):
            kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(definition))
        kubectl("wait", "--for=condition=Established", name, "--timeout=60s")
    return cluster


def contains(stored: Any, wanted: Any) -> bool:
    """Whether ``stored`` is ``wanted`` but for what the API server adds."""
    if isinstance(wanted, Mapping) and isinstance(stored, Mapping):
        return all(key in stored and contains(stored[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(stored, list):
        return len(stored) == len(wanted) and all(map(contains, stored, wanted))
    return bool(stored == wanted)


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
