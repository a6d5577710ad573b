"""Each verb is one well-formed request, and each refusal the right error."""

import asyncio

import pytest

from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.credentials import Credentials, RereadToken
from quarterdeck_kube.errors import (
    AlreadyExists,
    Conflict,
    KubeError,
    NotFound,
    Permanent,
    Throttled,
    Transient,
    Unauthorized,
)
from quarterdeck_kube.resources import AGENT, LEASE, POD, Manifest
from support.fake_api import FakeApi, status_body
from support.informed import eventually

AGENTS = AGENT.path("demo")


def agent(name: str, **spec: object) -> Manifest:
    return {
        "apiVersion": AGENT.api_version,
        "kind": "Agent",
        "metadata": {"name": name, "namespace": "demo"},
        "spec": spec,
    }


async def test_apply_creates_then_keeps_the_version_of_what_is_unchanged(
    api: FakeApi, client: KubeClient
) -> None:
    first = await client.apply(AGENT, agent("a", model="m"))
    second = await client.apply(AGENT, agent("a", model="m"))

    assert first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]
    seen = api.requests[0]
    assert (seen.method, seen.path) == ("PATCH", f"{AGENTS}/a")
    assert seen.query == {
        "fieldManager": "quarterdeck",
        "fieldValidation": "Strict",
        "force": "true",
    }
    assert seen.headers["Content-Type"] == "application/apply-patch+yaml"
    assert seen.headers["Authorization"] == "Bearer t0ken"
    assert seen.body == agent("a", model="m")


async def test_apply_without_force_and_dry_run(api: FakeApi, client: KubeClient) -> None:
    await client.apply(AGENT, agent("a"), force=False, dry_run=True)

    assert api.requests[0].query["force"] == "false"
    assert api.requests[0].query["dryRun"] == "All"


async def test_status_goes_to_its_subresource(api: FakeApi, client: KubeClient) -> None:
    await client.apply(AGENT, agent("a"))
    await client.apply_status(AGENT, {**agent("a"), "status": {"ready": True}})

    assert api.requests[-1].path == f"{AGENTS}/a/status"


async def test_undeclared_field_is_permanent(client: KubeClient) -> None:
    with pytest.raises(Permanent, match="field not declared in schema"):
        await client.apply(AGENT, agent("a", colour="red"))


async def test_create_get_and_create_again(client: KubeClient) -> None:
    await client.create(AGENT, agent("a", model="m"))

    assert (await client.get(AGENT, "demo", "a"))["spec"] == {"model": "m"}
    with pytest.raises(AlreadyExists):
        await client.create(AGENT, agent("a"))


async def test_replace_needs_the_current_version(client: KubeClient) -> None:
    lease: Manifest = {"metadata": {"name": "l", "namespace": "demo"}, "spec": {"holder": "x"}}
    current = await client.create(LEASE, lease)
    await client.replace(LEASE, current | {"spec": {"holder": "y"}})

    with pytest.raises(Conflict):
        await client.replace(LEASE, current)


async def test_merge_patch_of_a_subresource(api: FakeApi, client: KubeClient) -> None:
    api.answer_next(200, {"kind": "Scale"})
    await client.patch_merge(AGENT, "demo", "a", {"spec": {"replicas": 1}}, subresource="scale")

    assert api.requests[0].path == f"{AGENTS}/a/scale"
    assert api.requests[0].headers["Content-Type"] == "application/merge-patch+json"


async def test_delete_says_whether_there_was_something(api: FakeApi, client: KubeClient) -> None:
    await client.create(AGENT, agent("a"))

    with pytest.raises(Conflict):
        await client.delete(AGENT, "demo", "a", uid="another")
    assert await client.delete(AGENT, "demo", "a") is True
    assert await client.delete(AGENT, "demo", "a") is False
    assert api.requests[-1].body == {"propagationPolicy": "Background"}


async def test_an_empty_name_never_reaches_the_server(api: FakeApi, client: KubeClient) -> None:
    with pytest.raises(Permanent, match="not a valid name"):
        await client.delete(AGENT, "demo", "")
    with pytest.raises(Permanent, match=r"metadata\.name: Agent needs a name"):
        await client.apply(AGENT, {**agent(""), "metadata": {"namespace": "demo"}})
    with pytest.raises(Permanent, match=r"metadata\.namespace: Agent needs a namespace"):
        await client.create(AGENT, {"metadata": {"name": "a"}})
    assert api.requests == []


async def test_logs_are_lines(api: FakeApi, client: KubeClient) -> None:
    api.logs[POD.path("demo", "p", "log")] = b"one\n\n" + b"x" * 300_000 + b"\nlast"

    lines = [line async for line in client.logs("demo", "p", container="worker", tail_lines=9)]

    assert [len(line) for line in lines] == [3, 0, 300_000, 4]
    assert api.requests[0].query == {"container": "worker", "tailLines": "9"}


async def test_throttling_carries_the_wait(api: FakeApi, client: KubeClient) -> None:
    api.answer_next(429, status_body(429, "TooManyRequests", "busy"), Retry_After="4")

    with pytest.raises(Throttled) as caught:
        await client.get(AGENT, "demo", "a")
    assert caught.value.retry_after == 4.0


async def test_a_slow_server_is_transient(api: FakeApi) -> None:
    api.answer_next(200, {}, delay=60.0)
    async with KubeClient(Credentials(server=api.url), timeout=0.1) as client:
        with pytest.raises(Transient, match="did not answer in time"):
            await client.get(AGENT, "demo", "a")


async def test_nobody_there_is_transient() -> None:
    async with KubeClient(Credentials(server="http://127.0.0.1:1")) as client:
        with pytest.raises(Transient, match=r"cannot reach http://127\.0\.0\.1:1"):
            await client.get(AGENT, "demo", "a")


@pytest.mark.parametrize("body", [b"<html>log in</html>", b"[]"])
async def test_an_answer_from_something_else_is_permanent(
    api: FakeApi, client: KubeClient, body: bytes
) -> None:
    api.answer_next(200, body)

    with pytest.raises(Permanent, match="JSON"):
        await client.get(AGENT, "demo", "a")


async def test_redirects_are_not_followed(api: FakeApi, client: KubeClient) -> None:
    api.answer_next(302, b"", Location="http://127.0.0.1:1/elsewhere")

    with pytest.raises(Permanent) as caught:
        await client.get(AGENT, "demo", "a")
    assert caught.value.status == 302


async def test_a_rotated_token_is_picked_up_after_a_401(api: FakeApi) -> None:
    api.token = "new"
    tokens = iter(["Bearer old", "Bearer new"])
    credentials = Credentials(server=api.url, token=RereadToken(lambda _force: next(tokens)))
    async with KubeClient(credentials) as client:
        created = await client.create(AGENT, agent("a"))

    assert created["metadata"]["name"] == "a"
    assert len(api.requests) == 2


async def test_a_refused_token_is_not_tried_for_ever_and_not_shown(api: FakeApi) -> None:
    api.token = "right"
    async with KubeClient(Credentials(server=api.url, token="wr0ng")) as client:
        with pytest.raises(Unauthorized) as caught:
            await client.get(AGENT, "demo", "a")

    assert len(api.requests) == 1
    assert "wr0ng" not in f"{caught.value!r}{caught.value}{caught.value.__cause__!r}"


async def test_requests_in_flight_are_bounded_and_turns_are_not_timed_out(api: FakeApi) -> None:
    for _ in range(6):
        api.answer_next(200, {"kind": "x"}, delay=1)
    async with KubeClient(Credentials(server=api.url), max_in_flight=2, timeout=2.5) as client:
        gets = [asyncio.create_task(client.get(AGENT, "demo", "a")) for _ in range(6)]
        await eventually(lambda: len(api.requests) == 2)
        await asyncio.sleep(0.05)
        assert len(api.requests) == 2
        await asyncio.gather(*gets)
    assert len(api.requests) == 6


class Observations:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []

    def observe(self, method: str, resource_kind: str, code: str, seconds: float) -> None:
        assert 0 <= seconds < 60
        self.seen.append((method, resource_kind, code))


async def test_every_request_is_observed(api: FakeApi) -> None:
    metrics = Observations()
    async with KubeClient(Credentials(server=api.url), metrics=metrics) as client:
        await client.create(AGENT, agent("a"))
        with pytest.raises(NotFound):
            await client.get(AGENT, "demo", "b")
    async with KubeClient(Credentials(server="http://127.0.0.1:1"), metrics=metrics) as client:
        with pytest.raises(KubeError):
            await client.version()

    assert metrics.seen == [
        ("POST", "Agent", "201"),
        ("GET", "Agent", "404"),
        ("GET", "", "<error>"),
    ]


async def test_version(api: FakeApi, client: KubeClient) -> None:
    api.answer_next(200, {"gitVersion": "v1.34.1"})

    assert await client.version() == "v1.34.1"
