"""Uninstalling removes what was named, waits for the rest, and says what did not go."""

import asyncio

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import (
    AGENT,
    API_KEY,
    LEASE,
    MODEL,
    PERSISTENT_VOLUME_CLAIM,
    SECRET,
    Resource,
)
from quarterdeck_operator.uninstall import Leftovers, NotGone, remove_leftovers, remove_resources
from support.fake_api import FakeApi

LEFT = Leftovers("ns", "lease", secrets=("made",), claims=("data",))


async def put(fake: FakeApi, resource: Resource, namespace: str, name: str, **rest: object) -> None:
    metadata = {"namespace": namespace, "name": name}
    await fake.put(resource.path(namespace, name), {"metadata": metadata, **rest})


async def test_resources_of_all_namespaces_go_agents_first(
    client: KubeClient, fake: FakeApi
) -> None:
    for resource, namespace in ((MODEL, "a"), (AGENT, "a"), (AGENT, "b"), (API_KEY, "b")):
        await put(fake, resource, namespace, "it")
    await remove_resources(client, [], seconds=60, poll=0.01)
    assert not fake.objects
    deleted = [seen.path for seen in fake.requests if seen.method == "DELETE"]
    assert deleted[:2] == [AGENT.path("a", "it"), AGENT.path("b", "it")]
    assert deleted[-1] == MODEL.path("a", "it")
    (policy,) = {seen.body["propagationPolicy"] for seen in fake.requests if seen.body}
    assert policy == "Foreground", "an agent is gone when its workers are"


async def test_other_namespaces_keep_theirs(client: KubeClient, fake: FakeApi) -> None:
    await put(fake, AGENT, "ours", "it")
    await put(fake, AGENT, "theirs", "it")
    await remove_resources(client, ["ours"], seconds=60, poll=0.01)
    assert list(fake.objects) == [AGENT.path("theirs", "it")]


async def test_what_does_not_go_is_named(
    client: KubeClient, fake: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def kept(*_: object, **__: object) -> bool:
        return True

    await put(fake, AGENT, "a", "stubborn")
    monkeypatch.setattr(client, "delete", kept)
    with pytest.raises(NotGone, match=r"after 0\.2 s: Agent a/stubborn"):
        await remove_resources(client, [], seconds=0.2, poll=0.01)


async def test_only_named_leftovers_go(client: KubeClient, fake: FakeApi) -> None:
    await put(fake, SECRET, "ns", "made")
    await put(fake, SECRET, "ns", "of-a-person")
    await put(fake, PERSISTENT_VOLUME_CLAIM, "ns", "data")
    await put(fake, LEASE, "ns", "lease", spec={"holderIdentity": ""})
    await remove_leftovers(client, LEFT, seconds=60, poll=0.01)
    assert list(fake.objects) == [SECRET.path("ns", "of-a-person")]


async def test_leftovers_wait_for_the_leader_to_go(client: KubeClient, fake: FakeApi) -> None:
    await put(fake, SECRET, "ns", "made")
    await put(fake, LEASE, "ns", "lease", spec={"holderIdentity": "someone"})
    removal = asyncio.create_task(remove_leftovers(client, LEFT, seconds=60, poll=0.01))
    await asyncio.sleep(0.1)
    assert SECRET.path("ns", "made") in fake.objects
    await put(fake, LEASE, "ns", "lease", spec={"holderIdentity": ""})
    await removal
    assert not fake.objects
