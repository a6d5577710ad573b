"""The catalogue fed by watches: of a small API server, and of a real one."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from quarterdeck_contract.names import API_VERSION, GATEWAY_FIELD_MANAGER, key_hash, new_key
from quarterdeck_gateway.catalogue.kubernetes import CatalogueFeed, watched
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.writer import KubernetesWriter
from quarterdeck_gateway.errors import Unauthenticated
from quarterdeck_gateway.identity.keyring import Keyring
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials
from quarterdeck_kube.kubeconfig import from_kubeconfig
from quarterdeck_kube.resources import API_KEY, BUDGET, MODEL
from support.fake_api import FakeApi
from support.management import NOW, PEPPER, api_key, budget
from support.running_gateway import until

HASH = "e" * 64
LONGEST_SECONDS = 10
"""An event takes milliseconds, or a second on a busy machine; a look now and then takes more."""


@asynccontextmanager
async def feeding(feed: CatalogueFeed) -> AsyncIterator[None]:
    """Run the feed while the block does."""
    running = asyncio.create_task(feed.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def path(plural: str, namespace: str, name: str) -> str:
    return f"/apis/{API_VERSION}/namespaces/{namespace}/{plural}/{name}"


def test_keys_of_the_installation_are_always_watched() -> None:
    everywhere = {(resource.kind, namespace) for resource, namespace in watched((), "system")}
    assert everywhere == {(each.kind, None) for each in (MODEL, API_KEY, BUDGET)}
    some = [(resource, namespace) for resource, namespace in watched(("team-a",), "system")]
    assert (API_KEY, "system") in some
    assert (BUDGET, "system") not in some
    assert len(list(watched(("system",), "system"))) == 3


async def test_it_follows_what_is_stored() -> None:
    api, catalogue = FakeApi(), EventCatalogue("system")
    async with api.running():
        await api.put(path("apikeys", "team-a", "ci"), api_key(hash=HASH))
        await api.put(path("budgets", "team-a", "month"), budget())
        await api.put(path("apikeys", "team-b", "other"), api_key("other", "team-b"))
        async with KubeClient(Credentials(server=api.url)) as client:
            feed = CatalogueFeed(client, catalogue, ["team-a"], "system")
            async with feeding(feed):
                await until(lambda: catalogue.synced)
                assert catalogue.key_by_hash(HASH) is not None
                assert catalogue.budget("team-a", "month") is not None
                assert catalogue.key("team-b", "other") is None
                await api.put(path("apikeys", "system", "far"), api_key("far", "system"))
                await until(lambda: catalogue.key("system", "far") is not None)
                await api.remove(path("apikeys", "team-a", "ci"))
                await until(lambda: catalogue.key_by_hash(HASH) is None)


@pytest.mark.cluster
async def test_a_revoked_key_stops_at_once(kinds: str, namespace: str) -> None:
    catalogue, key = EventCatalogue(), new_key()
    keyring = Keyring(catalogue, PEPPER, "0" * 64, lambda: NOW)
    credentials = from_kubeconfig(kinds)
    async with (
        KubeClient(credentials, field_manager=GATEWAY_FIELD_MANAGER) as client,
        feeding(CatalogueFeed(client, catalogue, [namespace])),
    ):
        await until(lambda: catalogue.synced)
        writer = KubernetesWriter(client)
        await writer.create(api_key(namespace=namespace, hash=key_hash(PEPPER, key)))
        await until(lambda: catalogue.key(namespace, "ci") is not None)
        assert (await keyring.verify(key)).name == f"{namespace}/ci"
        slowest = 0.0
        for revoked in (True, False, True, False, True):
            started = time.monotonic()
            await writer.patch_spec("ApiKey", namespace, "ci", {"revoked": revoked})
            written = time.monotonic()
            while await works(keyring, key) is revoked:
                assert time.monotonic() - written < LONGEST_SECONDS
                await asyncio.sleep(0.001)
            slowest = max(slowest, time.monotonic() - started)
        print(f"revocation effective {slowest * 1000:.1f} ms after the request, at most")
    # TLS says goodbye after the client has let go; the loop must live until then.
    await asyncio.sleep(0.2)


async def works(keyring: Keyring, key: str) -> bool:
    try:
        await keyring.verify(key)
    except Unauthenticated:
        return False
    return True
