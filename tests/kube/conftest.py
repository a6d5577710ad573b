"""A client before a server that plays the protocol, and what tests on the real server need."""

from collections.abc import AsyncIterator, Iterator

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.kubeconfig import from_kubeconfig
from quarterdeck_kube.resources import Resource
from support.cluster import cluster, namespace
from support.fake_api import FakeApi
from support.widgets import installed_widgets

__all__ = ["cluster", "namespace"]


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    async with FakeApi().running() as running:
        yield running


@pytest.fixture
async def client(api: FakeApi) -> AsyncIterator[KubeClient]:
    async with KubeClient(Credentials(server=api.url, token="t0ken"), timeout=30.0) as opened:
        yield opened


@pytest.fixture
def credentials(cluster: str) -> Credentials:
    """Credentials for the real API server."""
    return from_kubeconfig(cluster)


@pytest.fixture
async def real(credentials: Credentials) -> AsyncIterator[KubeClient]:
    """A client of the real API server."""
    async with KubeClient(credentials, field_manager="quarterdeck-test") as opened:
        yield opened


@pytest.fixture(scope="module")
def widgets(cluster: str) -> Iterator[Resource]:
    """A custom resource on the real API server."""
    with installed_widgets() as resource:
        yield resource
