"""The handler ends up knowing exactly what exists, whatever the connection does."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import Forbidden, Transient
from quarterdeck_kube.informer import BACKOFF_LIMIT, Informer, backoff
from quarterdeck_kube.resources import AGENT, Manifest
from quarterdeck_kube.versions import EventType
from support.fake_api import FakeApi, status_body
from support.informed import Informed, eventually


def path(name: str) -> str:
    return AGENT.path("demo", name)


def agent(name: str, model: str = "m") -> Manifest:
    return {"metadata": {"name": name, "namespace": "demo"}, "spec": {"model": model}}


@pytest.fixture
async def informed(api: FakeApi, client: KubeClient) -> AsyncIterator[Informed]:
    for name in ("a", "b"):
        await api.put(path(name), agent(name))
    async with Informed(client, AGENT).running() as running:
        yield running


def watches(api: FakeApi) -> int:
    return sum("watch" in request.query for request in api.requests)


def lists(api: FakeApi) -> int:
    return len(api.requests) - watches(api)


async def test_first_what_exists_then_the_changes(api: FakeApi, informed: Informed) -> None:
    assert informed.events == [("ADDED", "a"), ("ADDED", "b")]
    assert informed.informer.synced

    await api.put(path("a"), agent("a", "other"))
    await api.remove(path("b"))
    await api.put(path("c"), agent("c"))
    await eventually(lambda: len(informed.events) == 5)

    assert informed.events[2:] == [("MODIFIED", "a"), ("DELETED", "b"), ("ADDED", "c")]
    assert (lists(api), watches(api)) == (1, 1)


async def test_a_cut_watch_continues_where_it_was(api: FakeApi, informed: Informed) -> None:
    await eventually(lambda: api.cut_streams() == 1)
    await api.remove(path("b"))
    await eventually(lambda: informed.names == {"a"})

    assert informed.events[2:] == [("DELETED", "b")]
    assert lists(api) == 1


async def test_an_expired_place_is_listed_again_without_ghosts(
    api: FakeApi, informed: Informed
) -> None:
    await eventually(lambda: watches(api) == 1)
    api.silent = True
    await api.remove(path("b"))
    await api.put(path("c"), agent("c"))
    api.forget_history()
    api.silent = False
    await eventually(lambda: informed.names == {"a", "c"})

    assert informed.events[2:] == [("ADDED", "c"), ("DELETED", "b")]
    assert lists(api) == 2


async def test_an_expired_watch_by_status_is_listed_again(api: FakeApi, client: KubeClient) -> None:
    async with Informed(client, AGENT).running() as informed:
        await eventually(lambda: watches(api) == 1)
        api.answer_next(410, status_body(410, "Expired", "too old"))
        api.cut_streams()
        await api.put(path("a"), agent("a"))
        await eventually(lambda: lists(api) == 2)
        await eventually(lambda: informed.names == {"a"})


async def test_a_silent_watch_is_replaced(api: FakeApi, client: KubeClient) -> None:
    await api.put(path("a"), agent("a"))
    await api.put(path("b"), agent("b"))
    async with Informed(client, AGENT, inactivity_timeout=0.3).running() as informed:
        api.silent = True
        await eventually(lambda: watches(api) >= 2)
        assert isinstance(informed.informer.last_error, Transient | None)
        api.silent = False
        await api.remove(path("a"))
        await eventually(lambda: informed.names == {"b"})

        assert lists(api) == 1


async def test_signs_of_life_move_on_without_any_event(api: FakeApi, informed: Informed) -> None:
    before = informed.informer.last_seen
    assert before <= time.monotonic()
    await eventually(lambda: informed.informer.last_seen > before + 0.1)

    assert len(informed.events) == 2
    assert informed.informer.last_error is None


async def test_it_waits_as_long_as_the_server_asks(api: FakeApi, client: KubeClient) -> None:
    api.answer_next(429, status_body(429, "TooManyRequests", "busy"), Retry_After="1")
    started = time.monotonic()
    async with Informed(client, AGENT).running():
        assert time.monotonic() - started >= 1.0


async def test_refusals_are_repeated_and_told(api: FakeApi, client: KubeClient) -> None:
    api.answer_next(403, status_body(403, "Forbidden", "agents is forbidden"))
    informed = Informed(client, AGENT)
    task = asyncio.create_task(informed.informer.run())
    await eventually(lambda: informed.informer.last_error is not None)
    assert isinstance(informed.informer.last_error, Forbidden)
    assert not informed.informer.synced
    await eventually(lambda: informed.informer.synced)
    assert informed.informer.last_error is None
    task.cancel()


async def test_a_place_that_keeps_failing_is_given_up(
    api: FakeApi, client: KubeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck_kube.informer.BACKOFF_FIRST", 0.001)
    async with Informed(client, AGENT).running():
        await eventually(lambda: watches(api) == 1)
        for _ in range(5):
            api.answer_next(504, status_body(504, "Timeout", "Too large resource version"))
        api.cut_streams()
        await eventually(lambda: lists(api) == 2)


async def test_a_server_that_ends_watches_at_once_is_not_hammered(
    api: FakeApi, client: KubeClient
) -> None:
    async with Informed(client, AGENT).running():
        await eventually(lambda: watches(api) == 1)
        for _ in range(50):
            api.answer_next(200, b"")
        api.cut_streams()
        await asyncio.sleep(0.5)
        assert watches(api) <= 10


async def test_an_exception_of_the_handler_ends_the_run(api: FakeApi, client: KubeClient) -> None:
    await api.put(path("a"), agent("a"))

    def broken(_type: EventType, _manifest: Manifest) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Informer(client, AGENT, broken).run()


async def test_metadata_only(api: FakeApi, client: KubeClient) -> None:
    await api.put(path("a"), agent("a"))
    seen: list[Manifest] = []
    informer = Informer(client, AGENT, lambda _type, one: seen.append(one), metadata_only=True)
    task = asyncio.create_task(informer.run())
    await informer.wait_synced()
    await api.put(path("b"), agent("b"))
    await eventually(lambda: len(seen) == 2)
    task.cancel()

    assert [one["kind"] for one in seen] == ["Agent", "Agent"]
    assert not any("spec" in one for one in seen)


def test_backoff_grows_to_its_limit_and_is_spread() -> None:
    assert [backoff(n, 1.0) for n in (1, 2, 3)] == pytest.approx([0.2, 0.4, 0.8])
    assert backoff(1, 0.0) == pytest.approx(0.1)
    assert backoff(1000, 1.0) == BACKOFF_LIMIT
