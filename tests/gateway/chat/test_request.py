"""Bodies become requests, or refusals that name the field."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from quarterdeck_gateway.chat.request import parse, read_body
from quarterdeck_gateway.errors import ClientGone, InvalidJson, InvalidRequest

GOOD: dict[str, Any] = {"model": "a", "messages": [{"role": "user", "content": "hi"}]}


def test_a_request() -> None:
    request = parse(orjson.dumps(GOOD | {"stream": True, "unknown_field": 1}))
    assert (request.model, request.stream) == ("a", True)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"messages": []}, "messages"),
        ({"model": ""}, "model"),
        ({"model": None}, "model"),
        ({"messages": [{"role": "nobody", "content": "x"}]}, "messages[0].role"),
        (
            {"messages": [GOOD["messages"][0], {"role": "user", "content": 5}]},
            "messages[1].content",
        ),
        ({"temperature": 9}, "temperature"),
        ({"n": 2}, "n"),
        ({"stream_options": {"include_usage": "perhaps"}}, "stream_options.include_usage"),
    ],
)
def test_the_wrong_field_is_named(change: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(orjson.dumps(GOOD | change))
    assert refused.value.param == param
    assert param in refused.value.message


@pytest.mark.parametrize("field", ["model", "messages"])
def test_a_missing_field(field: str) -> None:
    with pytest.raises(InvalidRequest, match=f"{field} is required"):
        parse(orjson.dumps({name: value for name, value in GOOD.items() if name != field}))


def test_a_body_that_is_not_an_object() -> None:
    with pytest.raises(InvalidRequest, match="The request body") as refused:
        parse(b"[]")
    assert refused.value.param is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"model=a"])
def test_a_body_that_is_not_json(body: bytes) -> None:
    with pytest.raises(InvalidJson, match="not JSON"):
        parse(body)


async def test_a_body_in_pieces() -> None:
    messages: Iterator[dict[str, Any]] = iter(
        [
            {"type": "http.request", "body": b"ab", "more_body": True},
            {"type": "http.request", "body": b"c"},
        ]
    )

    async def receive() -> dict[str, Any]:
        return next(messages)

    assert await read_body(receive) == b"abc"


async def test_a_client_that_leaves_while_it_sends() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientGone):
        await read_body(receive)
