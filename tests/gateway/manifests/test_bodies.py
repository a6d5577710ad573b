"""Bodies that are no manifest at all get a clear refusal from the whole gateway, never a 500."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.management import manifest_of
from support.redis_servers import RedisServer, running
from support.whole_gateway import INSTALLATION, SPECS, WholeGateway, whole_gateway

PATH = "/api/v1/agents/team-a/odd"
MODEL = "/api/v1/models/team-a/odd"


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running("valkey") as server:
        yield server


@pytest.fixture
async def gateway(tmp_path: Path, redis: RedisServer) -> AsyncIterator[WholeGateway]:
    async with whole_gateway(tmp_path, redis.url) as opened:
        opened.http.headers["content-type"] = "application/json"
        yield opened


def a_text(**changes: Any) -> str:
    return json.dumps(manifest_of("Agent", "odd", SPECS["Agent"]) | changes)


LONG = a_text(metadata={"name": "odd", "annotations": {"long": "x" * 300_000}})
ODD: dict[str, tuple[str | bytes, int, str]] = {
    "nothing": (b"", 422, "The body is empty: send the manifest as JSON."),
    "no JSON": (b"apiVersion: v1", 422, "JSON"),
    "no text": (b'{"a": "\xff"}', 422, ""),
    "null": (b"null", 422, ""),
    "an array": (b"[]", 422, "dictionary"),
    "a text": (b'"Agent"', 422, "dictionary"),
    "nothing in it": (b"{}", 422, "kind"),
    "metadata as an array": (a_text(metadata=[]), 422, "metadata.name"),
    "spec as an array": (a_text(spec=[]), 422, "spec"),
    "no spec": (a_text(spec=None), 422, "spec"),
    "nested": (a_text(spec={"tools": 0}).replace("0", "[" * 400 + "]" * 400), 422, "64 levels"),
    "bottomless": (b"[" * 100_000 + b"]" * 100_000, 422, ""),
    "half a character": (
        a_text(metadata={"name": "odd", "labels": {"a": "\ud800"}}),
        422,
        "labels.a",
    ),
    "no number": (a_text(spec={"replicas": float("nan")}), 422, "spec.replicas"),
    "long": (LONG, 413, "262144"),
    "long and no manifest": (b"[" + b" " * 300_000 + b"]", 413, "262144"),
}


async def test_it_is_refused_clearly(gateway: WholeGateway) -> None:
    for name, (body, status, said) in ODD.items():
        answer = await gateway.ask("PUT", PATH, INSTALLATION, content=body)
        assert answer.status_code == status, (name, answer.text)
        assert said in answer.json()["error"]["message"], name
    assert (await gateway.ask("GET", PATH, INSTALLATION)).status_code == 404


async def test_models_are_judged_alike(gateway: WholeGateway) -> None:
    for name in ("nothing", "an array", "bottomless", "half a character", "long"):
        body, status, said = ODD[name]
        answer = await gateway.ask("PUT", MODEL, INSTALLATION, content=body)
        assert answer.status_code == status, (name, answer.text)
        assert said in answer.json()["error"]["message"], name


async def test_a_manifest_as_long_as_allowed_is_stored(gateway: WholeGateway) -> None:
    metadata = {"name": "odd", "annotations": {"long": "x" * 250_000}}
    body = a_text(metadata=metadata)
    answer = await gateway.ask("PUT", PATH, INSTALLATION, content=body)
    assert answer.status_code == 200
