"""What is given twice in a query is refused by every endpoint, but for lists."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from support.redis_servers import running
from support.whole_gateway import INSTALLATION, WholeGateway, whole_gateway


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[WholeGateway]:
    with running("valkey") as redis:
        async with whole_gateway(tmp_path, redis.url) as whole:
            yield whole


async def test_every_scalar_counts_once(gateway: WholeGateway) -> None:
    document = (await gateway.ask("GET", "/openapi.json", INSTALLATION)).json()
    asked = 0
    for path, method, name in scalars(document):
        url = path.replace("{namespace}", "team-a").replace("{name}", "victim")
        body: dict[str, Any] = {"json": {}} if method == "PUT" else {}
        answer = await gateway.ask(method, f"{url}?{name}=1&{name}=2", INSTALLATION, **body)
        assert answer.status_code == 422, (method, path, answer.text)
        error = answer.json()["error"]
        assert (error["param"], error["message"]) == (
            name,
            f"{name} is given 2 times: give it once.",
        )
        asked += 1
    assert asked > 30


async def test_lists_may_repeat(gateway: WholeGateway) -> None:
    answer = await gateway.ask("GET", "/api/v1/costs?by=agent&by=model", INSTALLATION)
    assert answer.status_code == 200
    assert answer.json()["by"] == ["namespace", "agent", "model"]


def scalars(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Path, method and name of every parameter of a query that is no list."""
    return [
        (path, method.upper(), parameter["name"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and parameter["schema"].get("type") != "array"
    ]
