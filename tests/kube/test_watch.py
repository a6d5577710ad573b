"""A watch yields changes, and says how it ended."""

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import Expired, Transient
from quarterdeck_kube.resources import AGENT, Manifest
from quarterdeck_kube.selection import Selection
from support.fake_api import FakeApi

SELECTION = Selection(AGENT, "demo")
PATH = AGENT.path("demo", "a")
OBJECT: Manifest = {"metadata": {"name": "a", "namespace": "demo"}, "spec": {}}


async def test_changes_then_bookmarks_then_the_end(api: FakeApi, client: KubeClient) -> None:
    await api.put(PATH, OBJECT)
    await api.put(PATH, OBJECT | {"spec": {"model": "m"}})
    await api.remove(PATH)
    opened: list[bool] = []

    events = [
        event
        async for event in client.watch(
            SELECTION, "100", timeout=1, on_open=lambda: opened.append(True)
        )
    ]

    assert [event.type for event in events[:3]] == ["ADDED", "MODIFIED", "DELETED"]
    assert {event.type for event in events[3:]} == {"BOOKMARK"}
    assert events[-1].resource_version == "103"
    assert events[0].object["kind"] == "Agent"
    assert opened == [True]
    assert api.requests[0].query == {
        "watch": "true",
        "resourceVersion": "100",
        "allowWatchBookmarks": "true",
        "timeoutSeconds": "1",
    }


async def test_too_old_a_place_is_expired(api: FakeApi, client: KubeClient) -> None:
    api.forget_history()

    with pytest.raises(Expired, match="too old resource version"):
        await anext(client.watch(SELECTION, "100"))


async def test_silence_is_transient(api: FakeApi, client: KubeClient) -> None:
    api.silent = True

    with pytest.raises(Transient, match="did not answer in time"):
        await anext(client.watch(SELECTION, "100", inactivity_timeout=0.2))


async def test_a_cut_connection_is_transient(api: FakeApi, client: KubeClient) -> None:
    events = client.watch(SELECTION, "100")
    await anext(events)
    assert api.cut_streams() == 1

    with pytest.raises(Transient):
        _ = [event async for event in events]


async def test_half_an_event_is_transient(api: FakeApi, client: KubeClient) -> None:
    api.answer_next(200, b'{"type":"ADDED","obj')

    with pytest.raises(Transient, match="cut event"):
        await anext(client.watch(SELECTION, "100"))
