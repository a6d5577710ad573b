"""An API that plays the protocol, for what needs no real one; the real one for the rest."""

from collections.abc import AsyncIterator

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from support.cluster import cluster, namespace
from support.fake_api import FakeApi
from support.operator_process import api, crds, operators
from support.operator_team import team
from support.operator_world import World

__all__ = ["api", "cluster", "crds", "namespace", "operators", "team"]


@pytest.fixture
async def fake() -> AsyncIterator[FakeApi]:
    """A small API server over real HTTP."""
    async with FakeApi().running() as running:
        yield running


@pytest.fixture
async def client(fake: FakeApi) -> AsyncIterator[KubeClient]:
    """A client of it."""
    async with KubeClient(Credentials(server=fake.url), timeout=30.0) as opened:
        yield opened


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """An operator at work in an empty cluster in memory."""
    found = World()
    async with found.running():
        yield found
