"""What an installation needs is made once, and a person's choice is left as it is."""

import base64

import pytest

from quarterdeck_contract.names import ADMIN_KEY_SECRET, PEPPER_KEY, PEPPER_SECRET
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import SECRET
from quarterdeck_operator.installation import POSTGRES, REDIS, ensure_installation
from quarterdeck_operator.own_secrets import OwnSecretUnusable, read_secret
from support.fake_api import FakeApi


async def put(fake: FakeApi, name: str, **data: str) -> None:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    metadata = {"namespace": "ns", "name": name}
    await fake.put(SECRET.path("ns", name), {"metadata": metadata, "data": encoded})


async def test_everything_is_made(client: KubeClient) -> None:
    await ensure_installation(client, "ns")
    pepper = await read_secret(client, "ns", PEPPER_SECRET)
    assert pepper is not None
    assert len(base64.b64decode(pepper[PEPPER_KEY])) == 48
    redis, postgres = (
        await read_secret(client, "ns", REDIS),
        await read_secret(client, "ns", POSTGRES),
    )
    assert redis is not None
    assert postgres is not None
    password = redis["password"].decode()
    assert redis["url"].decode() == f"redis://:{password}@quarterdeck-redis.ns.svc:6379/0"
    password = postgres["password"].decode()
    assert postgres["url"].decode() == (
        f"postgresql://quarterdeck:{password}@quarterdeck-postgres.ns.svc:5432/quarterdeck"
    )
    assert redis["password"] != postgres["password"]


async def test_what_is_there_is_never_changed(client: KubeClient, fake: FakeApi) -> None:
    await put(fake, REDIS, url="rediss://elsewhere")
    await ensure_installation(client, "ns")
    before = dict(fake.objects)
    await ensure_installation(client, "ns")
    assert fake.objects == before
    assert await read_secret(client, "ns", REDIS) == {"url": b"rediss://elsewhere"}


async def test_a_weak_pepper_is_refused_and_the_rest_is_made(
    client: KubeClient, fake: FakeApi
) -> None:
    await put(fake, PEPPER_SECRET, pepper="salt")
    with pytest.raises(OwnSecretUnusable, match=r"4 bytes.*needs 32.*delete it"):
        await ensure_installation(client, "ns")
    assert await read_secret(client, "ns", PEPPER_SECRET) == {"pepper": b"salt"}
    for name in (ADMIN_KEY_SECRET, REDIS, POSTGRES):
        assert await read_secret(client, "ns", name)


async def test_a_store_without_an_address_is_explained(client: KubeClient, fake: FakeApi) -> None:
    await put(fake, POSTGRES, password="known")
    with pytest.raises(OwnSecretUnusable, match=r'no "url"'):
        await ensure_installation(client, "ns")
