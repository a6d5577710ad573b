"""Fixtures: a real API server with the kinds of this checkout."""

import json

import pytest

from quarterdeck_contract.crds import definitions
from support.cluster import cluster, kubectl, namespace

__all__ = ["cluster", "namespace"]


@pytest.fixture(scope="session")
def kinds(cluster: str) -> str:
    """The kubeconfig's path, once our CRDs are there."""
    for definition in definitions():
        kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(definition))
        name = f"crd/{definition['metadata']['name']}"
        kubectl("wait", "--for=condition=Established", name, "--timeout=20s")
    return cluster
