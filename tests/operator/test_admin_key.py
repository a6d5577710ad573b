"""The admin key is made once, and the gateway is told only its hash."""

import base64
import hashlib

import pytest

from quarterdeck_contract.names import (
    ADMIN_KEY_SECRET,
    GATEWAY_AUTH_KEY,
    GATEWAY_AUTH_SECRET,
    KEY_PREFIX,
)
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import SECRET
from quarterdeck_operator.admin_key import ensure_admin_key
from quarterdeck_operator.own_secrets import OwnSecretUnusable
from support.fake_api import FakeApi

KEY = SECRET.path("ns", ADMIN_KEY_SECRET)
HASH = SECRET.path("ns", GATEWAY_AUTH_SECRET)


def data(fake: FakeApi, path: str, field: str) -> str:
    return base64.b64decode(fake.objects[path]["data"][field]).decode()


async def test_both_secrets_are_made(client: KubeClient, fake: FakeApi) -> None:
    await ensure_admin_key(client, "ns")
    key = data(fake, KEY, "key")
    assert key.startswith(KEY_PREFIX)
    assert len(key) >= 40
    assert data(fake, HASH, GATEWAY_AUTH_KEY) == hashlib.sha256(key.encode()).hexdigest()
    assert key not in str(fake.objects[HASH])


async def test_what_is_there_is_never_changed(client: KubeClient, fake: FakeApi) -> None:
    await ensure_admin_key(client, "ns")
    before = dict(fake.objects)
    await ensure_admin_key(client, "ns")
    assert fake.objects == before


async def test_a_missing_hash_is_made_of_the_present_key(client: KubeClient, fake: FakeApi) -> None:
    await ensure_admin_key(client, "ns")
    key = data(fake, KEY, "key")
    await fake.remove(HASH)
    await ensure_admin_key(client, "ns")
    assert data(fake, KEY, "key") == key
    assert data(fake, HASH, GATEWAY_AUTH_KEY) == hashlib.sha256(key.encode()).hexdigest()


async def test_a_secret_without_a_key_is_explained(client: KubeClient, fake: FakeApi) -> None:
    metadata = {"namespace": "ns", "name": ADMIN_KEY_SECRET}
    await fake.put(KEY, {"metadata": metadata, "data": {"other": "eA=="}})
    with pytest.raises(OwnSecretUnusable, match="delete it"):
        await ensure_admin_key(client, "ns")
