"""The document that clients are generated from: complete, and true about keys and refusals."""

import json
from typing import Any

import aiohttp
import pytest

from quarterdeck_gateway.middleware.authentication import OPEN_PATHS
from support.running_gateway import Gateway


@pytest.fixture
async def document(gateway: Gateway) -> Any:
    async with gateway.http.get(f"{gateway.url}/openapi.json") as response:
        return await response.json()


def test_every_path_is_there(document: Any) -> None:
    assert set(document["paths"]) == {
        "/v1/chat/completions",
        "/v1/models",
        "/v1/models/{model}",
        "/api/v1/agents",
        "/api/v1/agents/{namespace}/{name}",
        "/healthz",
        "/readyz",
        "/metrics",
    }


def test_every_reference_leads_somewhere(document: Any) -> None:
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert names <= set(document["components"]["schemas"])
    assert '"#/$defs' not in text
    assert "HTTPValidationError" not in text, "the framework's own shape is never sent"


def test_a_chat_declares_all_its_refusals(document: Any) -> None:
    responses = document["paths"]["/v1/chat/completions"]["post"]["responses"]
    assert set(responses) == {
        *("200", "400", "401", "403", "404", "409", "413", "422", "429", "502", "503", "504")
    }
    for status, response in responses.items():
        if status != "200":
            schema = response["content"]["application/json"]["schema"]
            assert schema["$ref"].endswith("/ErrorEnvelope")


async def test_what_it_says_about_keys_is_true(document: Any, gateway: Gateway) -> None:
    """Every operation is called without a key: exactly those declared open answer."""
    async with aiohttp.ClientSession() as http:
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                declared_open = operation.get("security", document["security"]) == []
                async with http.request(method, gateway.url + path) as response:
                    assert (response.status != 401) is declared_open
                assert declared_open is (path in OPEN_PATHS)
