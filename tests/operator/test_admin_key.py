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
from quarterdeck_operator.own_secrets import OwnSecrets, OwnSecretUnusable
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


async def test_the_hash_follows_a_key_that_was_changed(client: KubeClient, fake: FakeApi) -> None:
    await ensure_admin_key(client, "ns")
    metadata = fake.objects[KEY]["metadata"]
    await fake.put(KEY, {"metadata": metadata, "data": {"key": "cWRfbmV3"}})
    await ensure_admin_key(client, "ns")
    assert data(fake, HASH, GATEWAY_AUTH_KEY) == hashlib.sha256(b"qd_new").hexdigest()
    await fake.remove(KEY)
    await ensure_admin_key(client, "ns")
    key = data(fake, KEY, "key")
    assert data(fake, HASH, GATEWAY_AUTH_KEY) == hashlib.sha256(key.encode()).hexdigest()


async def test_the_hash_follows_a_key_of_a_persons_own(client: KubeClient, fake: FakeApi) -> None:
    own = OwnSecrets(admin_key="mine", made=("gateway-auth",))
    path = SECRET.path("ns", "mine")
    for key in (b"qd_one", b"qd_two"):
        encoded = base64.b64encode(key).decode()
        metadata = {"namespace": "ns", "name": "mine"}
        await fake.put(path, {"metadata": metadata, "data": {"key": encoded}})
        await ensure_admin_key(client, "ns", own)
        assert data(fake, HASH, GATEWAY_AUTH_KEY) == hashlib.sha256(key).hexdigest()
    await fake.remove(path)
    await ensure_admin_key(client, "ns", own)
    assert data(fake, HASH, GATEWAY_AUTH_KEY) == hashlib.sha256(b"qd_two").hexdigest()


async def test_a_hash_of_a_persons_own_is_left(client: KubeClient, fake: FakeApi) -> None:
    metadata = {"namespace": "ns", "name": GATEWAY_AUTH_SECRET}
    await fake.put(HASH, {"metadata": metadata, "data": {GATEWAY_AUTH_KEY: "b3Ro"}})
    await ensure_admin_key(client, "ns")
    assert data(fake, HASH, GATEWAY_AUTH_KEY) == "oth"


async def test_a_secret_without_a_key_is_explained(client: KubeClient, fake: FakeApi) -> None:
    metadata = {"namespace": "ns", "name": ADMIN_KEY_SECRET}
    await fake.put(KEY, {"metadata": metadata, "data": {"other": "eA=="}})
    with pytest.raises(OwnSecretUnusable, match="delete it"):
        await ensure_admin_key(client, "ns")
