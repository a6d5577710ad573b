"""Every refusal has OpenAI's shape, whoever makes it, and says what to do."""

import asyncio
import io
import json
from typing import Any

import aiohttp
import pytest
from yarl import URL

from support.fake_worker import FakeWorker
from support.running_gateway import KEY, MESSAGES, Gateway, agent, running_gateway

CHAT = "/v1/chat/completions"


async def refused(response: aiohttp.ClientResponse, status: int, code: str) -> dict[str, Any]:
    """The error object, once it is sure that the response is a proper refusal."""
    body = await response.json()
    assert response.status == status, body
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["request_id"] == response.headers["x-request-id"]
    assert set(error) == {"message", "type", "param", "code", "request_id"}
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    return error


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Basic abc", f"Basic {KEY}", "Bearer qd_wrong", KEY],
)
async def test_nothing_without_the_key(authorization: str | None) -> None:
    async def mounted(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("must not be reached")

    paths = [CHAT, "/v1/models", "/api/v1/agents", "/openapi.json", "/docs", "/", "/x", "/k8s/x"]
    headers = {} if authorization is None else {"authorization": authorization}
    async with (
        running_gateway(mounts={"/k8s": mounted}) as gateway,
        aiohttp.ClientSession(headers=headers) as http,
    ):
        for path in paths:
            async with http.post(gateway.url + path, json={}) as response:
                error = await refused(response, 401, "invalid_api_key")
            assert "Authorization: Bearer" in error["message"]
            assert error["type"] == "authentication_error"
            assert response.headers["www-authenticate"].startswith("Bearer")
            assert KEY not in str(error)


async def test_open_paths_are_exact(gateway: Gateway) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("/healthz/", "/metrics/x", "/healthz/../v1/models", "//healthz", "/Healthz"):
            url = URL(gateway.url + path, encoded=True)
            async with http.get(url) as response:
                await refused(response, 401, "invalid_api_key")


async def test_two_authorization_headers_are_none(gateway: Gateway) -> None:
    headers = [("authorization", f"Bearer {KEY}"), ("authorization", "Bearer qd_other")]
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{gateway.url}/v1/models", headers=headers) as response,
    ):
        await refused(response, 401, "invalid_api_key")


async def test_no_such_path(gateway: Gateway) -> None:
    async with gateway.http.get(f"{gateway.url}/v2/chat") as response:
        error = await refused(response, 404, "not_found")
    assert "/v2/chat" in error["message"]


async def test_no_such_method(gateway: Gateway) -> None:
    async with gateway.http.get(gateway.url + CHAT) as response:
        await refused(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"
    async with gateway.http.delete(f"{gateway.url}/v1/models") as response:
        await refused(response, 405, "method_not_allowed")


async def test_a_body_that_is_not_json(gateway: Gateway) -> None:
    async with gateway.http.post(gateway.url + CHAT, data=b"{") as response:
        error = await refused(response, 400, "invalid_json")
    assert error["type"] == "invalid_request_error"
    labels = {"namespace": "", "agent": "", "outcome": "denied", "status": "400"}
    assert gateway.sample("quarterdeck_gateway_requests_total", **labels) == 1


async def test_a_wrong_field(gateway: Gateway) -> None:
    async with gateway.chat(temperature=5) as response:
        error = await refused(response, 422, "invalid_request")
    assert error["param"] == "temperature"


async def test_what_clients_make_up_never_becomes_a_label(gateway: Gateway) -> None:
    for number in range(3):
        async with gateway.chat(f"made-up-{number}") as response:
            error = await refused(response, 404, "model_not_found")
        assert error["type"] == "not_found_error"
    async with gateway.http.get(f"{gateway.url}/metrics") as response:
        assert "made-up" not in await response.text()
    assert gateway.ledger.records == [], "no agent, no record"
    labels = {"namespace": "", "agent": "", "outcome": "denied", "status": "404"}
    assert gateway.sample("quarterdeck_gateway_requests_total", **labels) == 3


async def test_several_agents_of_one_name(gateway: Gateway) -> None:
    gateway.registry.put(agent("a", "http://w", namespace="x"))
    gateway.registry.put(agent("a", "http://w", namespace="y"))
    async with gateway.chat("a") as response:
        error = await refused(response, 409, "ambiguous_agent")
    assert "'x/a', 'y/a'" in error["message"]
    assert error["type"] == "conflict_error"


async def test_an_agent_that_is_not_ready(gateway: Gateway) -> None:
    gateway.registry.put(agent("a", reason="ModelNotFound", message="there is no Model 'm'"))
    async with gateway.chat("a") as response:
        error = await refused(response, 503, "agent_not_ready")
    assert "(ModelNotFound): the Model that it answers with does not exist." in error["message"]
    assert "'m'" not in error["message"]
    assert response.headers["retry-after"] == "5"
    (record,) = gateway.ledger.records
    assert (record.agent, record.outcome, record.status) == ("a", "denied", 503)


async def test_a_suspended_agent(gateway: Gateway) -> None:
    gateway.registry.put(agent("a", "http://w", suspended=True))
    async with gateway.chat("a") as response:
        await refused(response, 503, "agent_suspended")
    assert response.headers["retry-after"] == "60"


async def test_before_the_registry_is_synced_nothing_is_denied_for_good(gateway: Gateway) -> None:
    gateway.registry.synced = False
    async with gateway.chat("a") as response:
        error = await refused(response, 503, "starting")
    assert error["type"] == "service_unavailable_error"
    assert response.headers["retry-after"] == "1"


async def test_a_body_that_declares_too_much(worker: FakeWorker) -> None:
    async with running_gateway(max_body_bytes=2048) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        async with gateway.chat(user="x" * 3000) as response:
            error = await refused(response, 413, "request_too_large")
        assert "QUARTERDECK_MAX_BODY_BYTES" in error["message"]
        async with gateway.chat(user="x" * 1000) as response:
            assert response.status == 200


async def test_a_body_that_grows_too_long(worker: FakeWorker) -> None:
    async def endless() -> Any:
        yield b'{"model": "demo", "messages": ['
        for _ in range(10_000):
            yield b" " * 1024
            await asyncio.sleep(0)

    async with running_gateway(max_body_bytes=4096) as gateway:
        gateway.registry.put(agent("demo", worker.url))
        async with gateway.http.post(gateway.url + CHAT, data=endless()) as response:
            await refused(response, 413, "request_too_large")
    assert worker.requests == []


async def test_a_body_of_just_under_four_mebibytes(demo: Gateway, worker: FakeWorker) -> None:
    body = {"model": "demo", "messages": MESSAGES, "user": "x" * (4 * 1024 * 1024 - 200)}
    raw = io.BytesIO(json.dumps(body).encode())
    async with demo.http.post(demo.url + CHAT, data=raw) as response:
        assert response.status == 200
    assert len(worker.requests[0].body) > 4 * 1024 * 1024 - 200


async def test_headers_without_end(gateway: Gateway) -> None:
    host, port = gateway.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"x" * 33_000)
    answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'"code":"request_head_too_large"' in answer


async def test_a_bug_is_told_as_little_as_possible() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("the password is hunter2")

    async with (
        running_gateway(mounts={"/k8s": broken}) as gateway,
        gateway.http.get(f"{gateway.url}/k8s/x") as response,
    ):
        error = await refused(response, 500, "internal_error")
    assert "hunter2" not in str(error)
    assert error["type"] == "server_error"


async def test_a_mount_gets_the_principal_and_the_rest_of_the_path() -> None:
    seen: list[Any] = []

    async def mounted(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["path"], scope["root_path"], scope["state"]["principal"].role))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with (
        running_gateway(mounts={"/k8s": mounted}) as gateway,
        gateway.http.get(f"{gateway.url}/k8s/apis/x") as response,
    ):
        assert response.status == 204
    assert seen == [("/k8s/apis/x", "/k8s", "admin")]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("abc-1.2:3_X", True), ("", False), ("has space", False), ("x" * 129, False), ("é", False)],
)
async def test_a_request_id_is_taken_over_when_it_is_sane(
    gateway: Gateway, sent: str, kept: bool
) -> None:
    headers = {"x-request-id": sent}
    async with gateway.http.get(f"{gateway.url}/nothing", headers=headers) as response:
        await refused(response, 404, "not_found")
    assert (response.headers["x-request-id"] == sent) is kept


async def test_websockets_are_not_spoken_here(gateway: Gateway) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await gateway.http.ws_connect(gateway.url + CHAT)


async def test_a_deep_body_is_refused_and_not_a_crash(gateway: Gateway) -> None:
    body = b'{"model": "a", "messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    async with gateway.http.post(gateway.url + CHAT, data=body) as response:
        assert response.status in (400, 422)
    async with gateway.http.get(f"{gateway.url}/healthz") as response:
        assert response.status == 200


async def test_who_was_kept_out_is_counted_by_why() -> None:
    # With two failures in a minute the next one is forgiven in half a minute.
    async with running_gateway(failed_attempts=2) as gateway:
        url = f"{gateway.url}/v1/models"
        async with aiohttp.ClientSession() as stranger:
            await stranger.get(url)
            for _ in range(3):
                await stranger.get(url, headers={"authorization": "Bearer qd_wrong"})
        counted = {
            reason: gateway.sample("quarterdeck_gateway_refusals_total", reason=reason)
            for reason in ("no credential", "wrong credential", "throttled", "denied")
        }
    assert counted == {
        "no credential": 1,
        "wrong credential": 2,
        "throttled": 1,
        "denied": 0,
    }
