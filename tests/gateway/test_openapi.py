"""The document that clients are generated from: complete, true about keys, roles and refusals."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from quarterdeck_gateway.identity.access import ACCESS, Access
from support.whole_gateway import INSTALLATION, WholeGateway, whole_gateway

NOT_DOCUMENTED = {"/openapi.json", "/k8s/{path:path}"}
DOCUMENTED = [row for row in ACCESS if row.path not in NOT_DOCUMENTED]


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[WholeGateway]:
    """A gateway whose Redis is away: documents need none."""
    async with whole_gateway(tmp_path, "redis://127.0.0.1:1") as whole:
        yield whole


@pytest.fixture
async def document(gateway: WholeGateway) -> Any:
    return (await gateway.ask("GET", "/openapi.json", INSTALLATION)).json()


def operation(document: Any, row: Access) -> Any:
    return document["paths"][row.path.replace(":path}", "}")][row.method.lower()]


def test_every_endpoint_is_there_with_its_role(document: Any) -> None:
    described = sum(len(operations) for operations in document["paths"].values())
    assert described == len(DOCUMENTED)
    for row in DOCUMENTED:
        found = operation(document, row)
        assert found["x-quarterdeck-role"] == (row.role or "open")
        assert found["summary"]
        if row.role is not None:
            assert f"`{row.role}`" in found["description"]


def test_every_operation_has_a_name_of_its_own(document: Any) -> None:
    names = [operation(document, row)["operationId"] for row in DOCUMENTED]
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere(document: Any) -> None:
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert names <= set(document["components"]["schemas"])
    assert '"#/$defs' not in text
    assert "HTTPValidationError" not in text, "the framework's own shape is never sent"


def test_every_refusal_has_the_envelope(document: Any) -> None:
    for row in DOCUMENTED:
        for status, response in operation(document, row)["responses"].items():
            if not status.startswith("2"):
                schema = response["content"]["application/json"]["schema"]
                assert schema["$ref"].endswith("/ErrorEnvelope")


def test_what_the_layers_refuse_is_declared(document: Any) -> None:
    for row in DOCUMENTED:
        found = operation(document, row)
        declared = set(found["responses"])
        assert {"408", "413", "500", "504"} <= declared
        if row.role is not None:
            assert {"401", "403", "429", "503"} <= declared
        if "{namespace}" in row.path:
            assert "404" in declared
        if "requestBody" in found:
            assert {"400", "422"} <= declared


def test_a_chat_declares_all_its_refusals(document: Any) -> None:
    responses = document["paths"]["/v1/chat/completions"]["post"]["responses"]
    assert set(responses) == {
        *("200", "400", "401", "402", "403", "404", "408", "409"),
        *("413", "422", "429", "500", "502", "503", "504"),
    }


def test_exactly_what_is_open_needs_no_key(document: Any) -> None:
    assert document["security"] == [{"key": []}, {"session": []}]
    for row in DOCUMENTED:
        is_open = operation(document, row).get("security") == []
        assert is_open is (row.role is None)


async def test_the_document_is_built_once(gateway: WholeGateway) -> None:
    await gateway.ask("GET", "/openapi.json", INSTALLATION)
    assert gateway.app.openapi() is gateway.app.openapi()
